"""Whatever a feed writes as a club's name, its slug is safe and its own."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.domain.identity import club_id_of, match_id_of, slug_of

names = st.text(min_size=1, max_size=120)


@given(name=names)
@example(name="../../etc/passwd")
@example(name="<script>alert(1)</script>")
@example(name="=cmd()")
@example(name="con\x00.html")
@example(name="x" * 300)
@example(name="日本")
def test_a_slug_is_safe_in_a_path_and_an_address(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug_of(name))
    assert len(slug_of(name)) <= 48


@given(first=names, second=names)
@example(first="São Paulo", second="Sao Paulo")
@example(first="Man-United", second="Man United")
@example(first="Man  United", second="Man United")
@example(first=" Ajax", second="Ajax")
@example(first="a" * 40, second="a" * 41)
@example(first="a" * 60 + "b", second="a" * 60 + "c")
@example(first="日本", second="中国")
def test_two_names_never_share_a_slug(first: str, second: str) -> None:
    # capitals alone do not make another name
    assert (slug_of(first) == slug_of(second)) <= (first.lower() == second.lower())


@given(name=names)
def test_clubs_of_two_countries_never_share_a_key(name: str) -> None:
    assert club_id_of("Scotland", name) != club_id_of("England", name)


@given(home=names, away=names, meeting=st.integers(min_value=1, max_value=4))
def test_a_match_and_its_return_never_share_a_key(home: str, away: str, meeting: int) -> None:
    there = match_id_of("E0", 2025, home, away, meeting)
    back = match_id_of("E0", 2025, away, home, meeting)
    assert (there == back) <= (slug_of(home) == slug_of(away))
