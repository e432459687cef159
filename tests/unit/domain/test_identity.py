"""Keys of clubs and matches at the names that break naive slugs."""

from __future__ import annotations

import pytest

from pipeline.domain.identity import club_id_of, match_id_of, slug_of


@pytest.mark.parametrize(
    ("name", "slug"), [("Arsenal", "arsenal"), ("Man United", "man-united"), ("Mainz 05", "mainz-05")]
)
def test_a_plain_name_keeps_a_plain_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize("name", ["Nott'm Forest", "São Paulo", "Ath Bilbao ", "Man-United", "1. FC Köln"])
def test_a_name_that_loses_something_is_marked_by_a_hash(name: str) -> None:
    assert len(slug_of(name).rsplit("-", 1)[1]) == 6


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a\\b", "..", ".", "%2e%2e", "a\x00b", "a\nb"])
def test_no_name_climbs_out_of_its_folder(name: str) -> None:
    assert not set(slug_of(name)) & set("./\\%\x00\n")
    assert slug_of(name)


def test_a_name_of_other_letters_alone_still_has_a_slug() -> None:
    assert slug_of("浦和レッズ").startswith("club-")


def test_a_club_keeps_its_key_in_every_division_of_its_country() -> None:
    assert club_id_of("England", "Leeds") == "england.leeds"


def test_the_same_name_in_two_countries_is_two_clubs() -> None:
    assert club_id_of("Portugal", "Nacional") != club_id_of("Uruguay", "Nacional")


def test_two_meetings_at_the_same_ground_are_two_matches() -> None:
    first, second = (match_id_of("SC0", 2025, "Celtic", "Hibernian", meeting) for meeting in (1, 2))
    assert (first, second) == ("SC0-2025-celtic--hibernian-1", "SC0-2025-celtic--hibernian-2")
