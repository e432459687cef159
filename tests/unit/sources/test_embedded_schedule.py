"""The simulated season: a double round robin, playable by the clubs, with something to show every week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from pipeline.sources.embedded.parameters import leagues_of, names_of
from pipeline.sources.embedded.schedule import first_saturday, round_robin
from pipeline.sources.embedded.site import EmbeddedSite
from pipeline.sources.embedded.world import world_of

SEED = 7
DIVISIONS = [(size, code) for size in ("embedded", "tiny") for code in leagues_of(size)]


@pytest.mark.parametrize("clubs", [4, 12, 16, 18])
def test_every_club_plays_once_a_round(clubs: int) -> None:
    rounds, home, away = round_robin(clubs)
    for number in range(2 * (clubs - 1)):
        playing = np.concatenate([home[rounds == number], away[rounds == number]])
        assert sorted(playing.tolist()) == list(range(clubs))


@pytest.mark.parametrize("clubs", [4, 12, 16, 18])
def test_every_club_receives_every_other_once(clubs: int) -> None:
    _, home, away = round_robin(clubs)
    pairs = set(zip(home.tolist(), away.tolist(), strict=True))
    assert pairs == {(a, b) for a in range(clubs) for b in range(clubs) if a != b}
    assert len(home) == clubs * (clubs - 1)


def test_no_club_is_at_home_more_than_three_times_running() -> None:
    rounds, home, _ = round_robin(18)
    for club in range(18):
        at_home = [club in home[rounds == number] for number in range(34)]
        runs = "".join("HA"[not each] for each in at_home)
        assert "HHHH" not in runs
        assert "AAAA" not in runs


@pytest.mark.parametrize(("size", "code"), DIVISIONS)
def test_the_weeks_of_a_league_hold_its_rounds_within_its_calendar(size: str, code: str) -> None:
    league = leagues_of(size)[code]
    division = world_of(size, SEED).divisions[code]
    special = league.free_weeks | league.midweek_weeks
    assert max(special) < league.week_count - 1
    assert not league.free_weeks & league.midweek_weeks
    for season in range(2015, 2035):
        last = first_saturday(season, league.starts) + timedelta(weeks=league.week_count - 1, days=2)
        assert division.season_at(last).start_year == season
        assert (
            division.season_at(first_saturday(season, league.starts) - timedelta(days=1)).start_year == season
        )


@pytest.mark.parametrize(("size", "code"), DIVISIONS)
def test_a_season_is_under_way_when_the_division_table_says_so(size: str, code: str) -> None:
    division = world_of(size, SEED).divisions[code]
    for season in (2023, 2024, 2025):
        first = world_of(size, SEED).season(code, season).schedule.kick_off_at[0].item()
        assert division.is_due(date(season, 12, 1))
        assert not division.is_due(first.date() - timedelta(days=1))
        assert first.date() < date(season, *division.under_way_by)


@pytest.mark.parametrize(("size", "code"), DIVISIONS)
def test_a_club_rests_at_least_42_hours(size: str, code: str) -> None:
    schedule = world_of(size, SEED).season(code, 2024).schedule
    for club in range(leagues_of(size)[code].clubs):
        own = np.sort(schedule.kick_off_at[(schedule.home == club) | (schedule.away == club)])
        assert np.diff(own).min() >= np.timedelta64(42, "h")


@pytest.mark.parametrize(("size", "code"), DIVISIONS)
def test_postponed_matches_are_made_up_before_the_last_round(size: str, code: str) -> None:
    schedule = world_of(size, SEED).season(code, 2024).schedule
    moved = schedule.kick_off_at != schedule.planned_at
    assert moved.any()
    assert (schedule.kick_off_at[moved] - schedule.planned_at[moved]).min() > np.timedelta64(10, "D")
    assert (
        schedule.kick_off_at[moved].max() < schedule.kick_off_at[schedule.round == schedule.round.max()].min()
    )


def test_nobody_plays_on_christmas_eve_or_christmas_day() -> None:
    world = world_of("embedded", SEED)
    for code in world.divisions:
        for season in (2021, 2022, 2023):
            days = world.season(code, season).schedule.kick_off_at.astype("datetime64[D]").astype(str)
            assert not any(day.endswith(("12-24", "12-25")) for day in days)


def test_the_winter_break_of_the_division_table_is_kept() -> None:
    world = world_of("embedded", SEED)
    with_break = {code: each.winter_break for code, each in world.divisions.items() if each.winter_break}
    assert set(with_break) == {"BE1", "BE2", "CA1", "CA2"}
    for code in with_break:
        for season in range(2018, 2026):
            days = world.season(code, season).schedule.kick_off_at.astype("datetime64[D]")
            in_break = (days > np.datetime64(f"{season}-12-27")) & (
                days <= np.datetime64(f"{season + 1}-01-07")
            )
            assert not in_break.any()


@pytest.mark.parametrize(("size", "code"), DIVISIONS)
def test_no_running_season_is_quiet_for_more_than_14_playing_days(size: str, code: str) -> None:
    division = world_of(size, SEED).divisions[code]
    for season in range(2019, 2030):
        moments = world_of(size, SEED).season(code, season).schedule.kick_off_at
        days = [moment.item() for moment in np.unique(moments.astype("datetime64[D]"))]
        assert max(division.playing_days_between(*pair) for pair in pairwise(days)) <= 14


def test_hours_of_play_vary_between_weekend_and_midweek() -> None:
    kick_off_at = world_of("embedded", SEED).season("AR1", 2024).schedule.kick_off_at
    days = {moment.item().strftime("%a") for moment in kick_off_at}
    assert {"Fri", "Sat", "Sun", "Mon", "Tue", "Wed"} <= days
    assert len({moment.item().strftime("%H:%M") for moment in kick_off_at}) >= 6


@pytest.mark.parametrize("size", ["embedded", "tiny"])
def test_every_day_of_a_leap_year_has_fixtures_within_seven_days(size: str) -> None:
    start = datetime(2028, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(days=day, hours=(5 * day) % 24) for day in range(366)]
    bare = [at for at in moments if not EmbeddedSite(at, size=size).fixture_count()]
    assert bare == []


def test_the_names_of_all_clubs_differ_and_are_ascii() -> None:
    countries = {each.country for each in world_of("embedded", SEED).divisions.values()}
    names = [name for country in sorted(countries) for name in names_of(country)]
    assert len(names) == len(set(names))
    assert all(name.isascii() and "," not in name for name in names)
