"""The division table: complete, consistent, and its calendars right."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pipeline.domain.divisions import Division, divisions_of
from pipeline.domain.season import Season

FEEDS = ("football_data", "embedded", "tiny")
EVERY = [
    pytest.param(division, id=f"{feed}-{code}")
    for feed in FEEDS
    for code, division in divisions_of(feed).items()
]


@pytest.mark.parametrize("division", EVERY)
def test_every_division_has_a_name_a_tier_and_a_known_time_zone(division: Division) -> None:
    assert division.name.strip()
    assert division.country.strip()
    assert division.tier >= 1
    assert ZoneInfo(division.time_zone).key == division.time_zone


@pytest.mark.parametrize("division", EVERY)
def test_every_code_is_safe_in_a_path(division: Division) -> None:
    assert re.fullmatch(r"[A-Z0-9]+", division.code)


@pytest.mark.parametrize("division", EVERY)
def test_every_calendar_is_one_of_the_two_and_its_days_exist(division: Division) -> None:
    assert division.calendar in ("winter", "summer")
    ends = division.winter_break or ()
    assert all(date(2025, *day) for day in (division.under_way_by, *ends))


@pytest.mark.parametrize("division", EVERY)
def test_former_calendars_are_known_ones_and_never_overlap(division: Division) -> None:
    spans = sorted(division.former_calendars)
    assert all(name in ("winter", "summer", "double") for _, _, name in spans)
    assert all(first <= last for first, last, _ in spans)
    assert all(last < after for (_, last, _), (after, _, _) in pairwise(spans))


@pytest.mark.parametrize("division", EVERY)
def test_every_season_must_be_under_way_within_its_own_starting_year(division: Division) -> None:
    begun = date(2025, *division.under_way_by)
    assert division.season_at(begun) == Season(2025)


@pytest.mark.parametrize("feed", FEEDS)
def test_no_two_divisions_of_a_country_share_a_tier(feed: str) -> None:
    places = [(division.country, division.tier) for division in divisions_of(feed).values()]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2012, 9, 1), 2012),
        (date(2014, 3, 1), 2013),
        (date(2015, 3, 1), 2015),
        (date(2016, 3, 1), 2016),
        (date(2017, 3, 1), 2016),
        (date(2020, 3, 1), 2019),
        (date(2026, 3, 1), 2026),
    ],
)
def test_argentina_changed_its_calendar_four_times(day: date, season: int) -> None:
    assert divisions_of("football_data")["ARG"].season_at(day) == Season(season)


def test_japan_plays_over_the_winter_from_2026_on() -> None:
    japan = divisions_of("football_data")["JPN"]
    days = [date(2025, 3, 1), date(2025, 12, 6), date(2026, 8, 7), date(2027, 5, 1)]
    assert [japan.season_at(day).start_year for day in days] == [2025, 2025, 2026, 2026]
    assert [japan.calendar_of(season) for season in (2025, 2026)] == ["summer", "winter"]


def test_a_division_without_former_calendars_always_had_its_own() -> None:
    assert {divisions_of("football_data")["NOR"].calendar_of(season) for season in (1993, 2026)} == {"summer"}


def test_the_tiny_world_is_part_of_the_embedded_one() -> None:
    embedded = divisions_of("embedded")
    for code, division in divisions_of("tiny").items():  # with fewer clubs and so other places
        alike = replace(embedded[code], rules=division.rules, places=division.places)
        assert alike == division


def test_a_feed_without_divisions_is_an_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        divisions_of("nobody")


def test_a_season_is_due_from_the_day_it_must_be_under_way() -> None:
    germany = divisions_of("football_data")["D1"]  # under way by 10 September
    days = [date(2025, 7, 1), date(2025, 9, 9), date(2025, 9, 10), date(2026, 3, 1), date(2026, 6, 30)]
    assert [germany.is_due(day) for day in days] == [False, False, True, True, True]


def test_a_summer_season_is_due_in_its_own_year() -> None:
    dorvik = divisions_of("tiny")["DO1"]  # under way by 20 April
    assert [dorvik.is_due(day) for day in (date(2025, 4, 19), date(2025, 4, 20), date(2026, 1, 1))] == [
        False,
        True,
        False,
    ]


def test_playing_days_leave_out_a_winter_break_over_new_year() -> None:
    germany = divisions_of("football_data")["D1"]  # 20 December to 15 January
    # 18 and 19 December, then 16 and 17 January
    assert germany.playing_days_between(date(2025, 12, 17), date(2026, 1, 17)) == 4


def test_playing_days_leave_out_a_winter_break_within_january() -> None:
    scotland = divisions_of("football_data")["SC0"]  # 2 to 25 January
    assert scotland.playing_days_between(date(2025, 12, 31), date(2026, 1, 27)) == 3


def test_playing_days_without_a_break_are_all_days() -> None:
    england = divisions_of("football_data")["E0"]
    assert england.playing_days_between(date(2025, 12, 17), date(2026, 1, 17)) == 31


def test_no_playing_day_lies_between_a_day_and_itself_or_an_earlier_one() -> None:
    england = divisions_of("football_data")["E0"]
    assert england.playing_days_between(date(2026, 1, 5), date(2026, 1, 5)) == 0
    assert england.playing_days_between(date(2026, 1, 5), date(2026, 1, 1)) == 0
