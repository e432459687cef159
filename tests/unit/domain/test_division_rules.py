"""The rules of the divisions: every field of their tables, faults named, and what they add up to."""

from __future__ import annotations

import csv
from datetime import date
from importlib.resources import files

import pytest

from pipeline.domain.divisions import Division, divisions_of, read_divisions
from pipeline.domain.errors import ParseError
from pipeline.domain.rules import Places, SeasonRules, season_formats

FEEDS = ("football_data", "embedded", "tiny")
TABLES = ("divisions.csv", "calendars.csv", "former_rules.csv", "deductions.csv", "places.csv")
EVERY = [
    pytest.param(division, id=f"{feed}-{code}")
    for feed in FEEDS
    for code, division in divisions_of(feed).items()
]
FEED = divisions_of("football_data")


def tables() -> dict[str, list[dict[str, str]]]:
    return {
        name: list(csv.DictReader(files("pipeline.domain").joinpath(name).read_text("utf-8").splitlines()))
        for name in TABLES
    }


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(
            ("divisions.csv", column)
            for column in (
                *("feed", "division", "name", "country", "tier", "time_zone", "calendar", "under_way_by"),
                *("clubs", "season_format", "tie_breaks"),
            )
        ),
        *(("calendars.csv", column) for column in ("division", "first_season", "last_season", "calendar")),
        *(("former_rules.csv", column) for column in ("division", "first_season", "rule", "value")),
        *(("deductions.csv", column) for column in ("division", "season", "club", "points", "reason")),
        *(("places.csv", column) for column in ("division", "first_season", "first_place", "meaning")),
    ],
)
def test_a_missing_field_is_named_with_file_row_and_column(table: str, column: str) -> None:
    broken = tables()
    broken[table][0][column] = ""
    with pytest.raises(ParseError, match=f"{table}: a field is missing: row 2 column {column}"):
        read_divisions(broken, "football_data")


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("divisions.csv", "tier", "first"),
        ("divisions.csv", "clubs", "1"),
        ("divisions.csv", "season_format", "round_robin"),
        ("divisions.csv", "tie_breaks", "goal_difference luck"),
        ("divisions.csv", "tie_breaks", "wins wins"),
        ("divisions.csv", "time_zone", "Mars/Base"),
        ("calendars.csv", "division", "XX"),
        ("calendars.csv", "calendar", "autumn"),
        ("former_rules.csv", "rule", "offside"),
        ("former_rules.csv", "last_season", "1990"),
        ("deductions.csv", "points", "0"),
        ("deductions.csv", "imposed_on", "yesterday"),
        ("places.csv", "first_place", "0"),
        ("places.csv", "last_place", "-1"),
    ],
)
def test_a_field_that_can_not_be_used_is_named_with_its_value(table: str, column: str, value: str) -> None:
    broken = tables()
    broken[table][0][column] = value
    with pytest.raises(ParseError, match=rf"{table}: .* row 2 column {column} value '{value.split()[-1]}"):
        read_divisions(broken, "football_data")


def test_a_code_that_is_there_twice_is_refused() -> None:
    broken = tables()
    broken["divisions.csv"].insert(1, broken["divisions.csv"][0])
    with pytest.raises(ParseError, match="twice: row 3 column division value 'E0'"):
        read_divisions(broken, "football_data")


@pytest.mark.parametrize("division", EVERY)
def test_the_clubs_of_every_division_fit_its_format(division: Division) -> None:
    for season in range(1993, 2027):
        rules = division.rules_of(season)
        parts = rules.season_format.groups
        assert not parts or sum(part.clubs for part in parts) == rules.clubs


@pytest.mark.parametrize("division", EVERY)
def test_former_rules_never_overlap(division: Division) -> None:
    for season in range(1993, 2027):
        names = [name for first, last, name, _ in division.former_rules if first <= season <= last]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("code", "season", "count"),
    # counts of matches that the leagues really had
    [("E0", 1994, 462), ("SC0", 2023, 228), ("SC1", 2020, 135), ("B1", 2024, 312), ("G1", 2021, 240)],
)
def test_a_season_has_as_many_matches_as_its_format_says(code: str, season: int, count: int) -> None:
    assert FEED[code].rules_of(season).matches_count == count


def test_where_the_format_gives_no_number_there_is_none() -> None:
    assert FEED["USA"].rules_of(2025).matches_count is None
    assert SeasonRules(None, season_formats()["double_round_robin"]).matches_count is None


def test_a_win_was_worth_two_points_in_germany_until_1995() -> None:
    assert [FEED["D1"].rules_of(season).points_for_win for season in (1994, 1995)] == [2, 3]


def test_goals_came_before_the_difference_in_the_football_league_until_1999() -> None:
    assert [FEED["E1"].rules_of(season).tie_breaks[0] for season in (1998, 1999)] == [
        "goals_for",
        "goal_difference",
    ]


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("SP1", "head_to_head_points"),
        ("I1", "head_to_head_points"),
        ("P1", "head_to_head_points"),
        ("E0", "goal_difference"),
        ("B1", "wins"),
    ],
)
def test_the_first_tie_break_is_that_of_the_league(code: str, first: str) -> None:
    assert FEED[code].rules_of(2025).tie_breaks[0] == first


def test_the_first_of_two_verdicts_is_known_before_the_second() -> None:
    taken = [each for each in FEED["E1"].deductions if (each.season, each.club) == (2025, "Sheffield Weds")]
    known = [each.points for each in taken if each.is_known(date(2025, 11, 1), 2025)]
    assert (known, sum(each.points for each in taken)) == ([12], 18)


def test_places_are_counted_from_the_top_or_the_bottom_within_their_seasons() -> None:
    lowest = Places(2004, 2010, -3, -1, "relegated")
    assert [lowest.hold(2005, position, 20) for position in (17, 18, 20)] == [False, True, True]
    assert not lowest.hold(2003, 20, 20)
    assert not lowest.hold(2011, 20, 20)
    assert FEED["E3"].place_of(2025, 4, 24) == "promotion play-off"
    assert FEED["E3"].place_of(2025, 10, 24) is None


def test_the_simulated_leagues_have_the_clubs_of_their_world() -> None:
    text = files("pipeline.sources.embedded").joinpath("leagues.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert divisions_of(row["size"])[row["division"]].rules.clubs == int(row["clubs"])
