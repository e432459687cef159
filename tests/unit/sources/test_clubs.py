"""Names of clubs: the tables, what is matched, what is refused, what looks alike."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.sources.base import FeedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.clubs import (
    aliases,
    aliases_of,
    alike_pairs,
    distinct_clubs,
    likeness,
    match_clubs,
    similar_names,
)

# -- the tables


def test_every_alias_says_how_it_is_known_and_leads_to_a_name_that_is_none_itself() -> None:
    spelled = {(row.feed, row.country, row.alias) for row in aliases()}
    for row in aliases():
        assert row.known_from.startswith(
            ("results: ", "public record: ", "the same words ", "two ", "Spanish ")
        )
        assert (row.feed, row.country, row.club) not in spelled, row
        assert row.alias == " ".join(row.alias.split()), row


def test_no_name_is_an_alias_of_two_clubs() -> None:
    counts = Counter((row.feed, row.country, row.alias) for row in aliases())
    assert set(counts.values()) == {1}


def test_no_pair_is_both_one_club_and_two() -> None:
    for row in aliases():
        assert frozenset({row.alias, row.club}) not in distinct_clubs(row.country)


def test_an_alias_holds_in_its_country_and_its_feed_only() -> None:
    assert aliases_of("football_data", "Netherlands")["Sparta"] == "Sparta Rotterdam"
    assert "Sparta" not in aliases_of("football_data", "Belgium")
    assert aliases_of("embedded", "Netherlands") == {}


@pytest.mark.parametrize(
    ("division", "spelled", "club"),
    [
        ("E1", "Sheffield  Wed", "Sheffield Weds"),
        ("D2", "St. Pauli", "St Pauli"),
        ("E1", "St. Pauli", "St. Pauli"),
    ],
)
def test_a_file_is_read_with_the_one_name_of_each_club(division: str, spelled: str, club: str) -> None:
    file = FeedFile(f"mmz4281/0809/{division}.csv", "results", division, 2008)
    text = f"Div,Date,HomeTeam,AwayTeam,FTHG,FTAG\r\n{division},15/08/2008,{spelled},Ald,1,0\r\n"
    parsed = source_named("football_data").parse(file, text.encode())
    assert parsed.rows["home"].tolist() == [club]


# -- a second feed


def test_a_name_of_another_feed_is_matched_exactly_or_through_its_alias() -> None:
    found = match_clubs(
        ["Manchester City", "Leeds ", "Leeds"], {"Man City", "Leeds"}, {"Manchester City": "Man City"}
    )
    assert found.matched == {"Manchester City": "Man City", "Leeds ": "Leeds", "Leeds": "Leeds"}
    assert found.unmatched == ()


def test_an_unmatched_name_is_refused_with_what_it_looks_like() -> None:
    found = match_clubs(["Sheffield Wednesday", "Ajax"], {"Sheffield Weds", "Leeds"})
    assert found.matched == {}
    assert [(each.name, each.suggestions) for each in found.unmatched] == [
        ("Sheffield Wednesday", ("Sheffield Weds",)),
        ("Ajax", ()),
    ]


def test_an_alias_of_a_club_that_does_not_play_here_is_refused() -> None:
    found = match_clubs(["Manchester City"], {"Leeds"}, {"Manchester City": "Man City"})
    assert [each.name for each in found.unmatched] == ["Manchester City"]


def test_a_name_that_differs_by_case_alone_is_refused_and_suggested() -> None:
    (refused,) = match_clubs(["leeds"], {"Leeds"}).unmatched
    assert refused.suggestions == ("Leeds",)


def test_a_hostile_name_is_only_a_name() -> None:
    names = ["<script>alert(1)</script>", "=cmd()", "../../x", "x" * 300, ""]
    found = match_clubs(names, {"Leeds"})
    assert [each.name for each in found.unmatched] == names
    assert all(each.suggestions == () for each in found.unmatched)


# -- likeness


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Dusseldorf", "Fortuna Dusseldorf"),
        ("Antalya", "Antalyaspor"),
        ("La Coruna", "Dep. A Coruna"),
        ("Edinburgh City", "FC Edinburgh"),
        ("Villareal", "Villarreal"),
        ("Preußen Münster", "Preusen Munster"),
        ("Frankfurt FSV", "FSV Frankfurt"),
    ],
)
def test_spellings_of_one_club_look_alike_in_both_directions(name: str, other: str) -> None:
    assert likeness(name, other) == likeness(other, name) >= 0.8


@pytest.mark.parametrize(("name", "other"), [("Ajax", "Roda"), ("Boreham Wood", "Woking"), ("", "Leeds")])
def test_strangers_do_not_look_alike(name: str, other: str) -> None:
    assert similar_names(name, [other]) == ()


def test_a_word_that_many_clubs_have_makes_no_two_alike() -> None:
    towns = ["Alfreton Town", "Braintree Town", "Crawley Town", "Grimsby Town"]
    assert alike_pairs(towns) == []


def test_at_most_three_names_are_suggested_and_the_most_alike_first() -> None:
    known = ["Vecindaria", "Vecindarios", "Vecindario B", "Vecindario"]
    assert similar_names("Vecindario FC", known) == ("Vecindario", "Vecindario B", "Vecindarios")
