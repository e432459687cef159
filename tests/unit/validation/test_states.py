"""When a division is stale: in season, and its results have stopped coming."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.validation.checks import rules
from pipeline.validation.states import DivisionState, state_of
from tests.unit.validation.archive_builders import a_fixture, a_match, typed


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def results(code: str, *days: str, feed: str = "football_data") -> pd.DataFrame:
    division = divisions_of(feed)[code]
    rows = [
        a_match(
            division, division.season_at(at(day).date()).start_year, "Aa", f"Club {row}", at(day), (1, 0), row
        )
        for row, day in enumerate(days)
    ]
    return typed("matches", rows)


def fixtures(code: str, *days: str, feed: str = "football_data", status: str = "upcoming") -> pd.DataFrame:
    division = divisions_of(feed)[code]
    rows: list[dict[str, Any]] = [
        a_fixture(division, 2025, "Aa", "Bb", at(day), 2, "fixtures.csv") | {"status": status} for day in days
    ]
    return typed("fixtures", rows)


def state(
    code: str, matches: pd.DataFrame, listed: pd.DataFrame, day: str, feed: str = "football_data"
) -> DivisionState:
    return state_of(divisions_of(feed)[code], matches, listed, cut_off_at=at(day), rules=rules())


def test_a_feed_that_never_began_the_season_is_stale() -> None:
    found = state("E0", results("E0", "2024-08-17", "2025-05-25"), fixtures("E0"), "2026-04-23")
    assert found == DivisionState("stale", "no result since 25 May 2025 (333 days)")


@pytest.mark.parametrize(("day", "expected"), [("2025-10-15", "accepted"), ("2025-10-16", "stale")])
def test_a_division_goes_stale_after_fourteen_days(day: str, expected: str) -> None:
    matches = results("E0", "2024-08-17", "2025-05-25", "2025-08-16", "2025-10-01")
    assert state("E0", matches, fixtures("E0"), day).state == expected


def test_the_summer_after_a_finished_season_is_not_stale() -> None:
    matches = results("E0", "2023-08-12", "2024-05-19", "2024-08-17", "2025-05-25")
    assert state("E0", matches, fixtures("E0"), "2025-06-28").state == "accepted"
    assert state("E0", matches, fixtures("E0"), "2025-08-20").state == "accepted"


def test_fixtures_of_the_next_season_do_not_make_the_summer_stale() -> None:
    matches = results("E0", "2023-08-12", "2024-05-19", "2024-08-17", "2025-05-25")
    assert state("E0", matches, fixtures("E0", "2025-08-15"), "2025-08-08").state == "accepted"


def test_a_division_that_missed_a_whole_season_stays_stale_in_the_summer_after() -> None:
    matches = results("E0", "2024-08-17", "2025-05-25")
    assert (
        state("E0", matches, fixtures("E0"), "2026-07-10").reason == "no result since 25 May 2025 (411 days)"
    )
    assert state("E0", matches, fixtures("E0", "2026-08-22"), "2026-08-20").state == "stale"


def test_a_season_that_stops_short_of_its_ordinary_end_is_stale() -> None:
    matches = results("E0", "2023-08-12", "2024-05-19", "2024-08-17", "2025-03-30")
    assert state("E0", matches, fixtures("E0"), "2025-04-20").state == "stale"


def test_a_winter_break_does_not_count() -> None:
    matches = results("D1", "2024-08-24", "2025-05-17", "2025-08-23", "2025-12-19")
    assert state("D1", matches, fixtures("D1", "2026-01-16"), "2026-01-15").state == "accepted"


def test_a_summer_league_rests_in_winter() -> None:
    matches = results("DO1", "2024-04-05", "2024-11-10", "2025-04-05", "2025-11-09", feed="embedded")
    nothing = fixtures("DO1", feed="embedded")
    assert state("DO1", matches, nothing, "2026-02-01", "embedded").state == "accepted"
    assert state("DO1", matches, nothing, "2026-04-25", "embedded").state == "stale"


def test_fixtures_without_any_result_are_stale() -> None:
    found = state("E0", results("E0"), fixtures("E0", "2025-10-04"), "2025-10-01")
    assert found == DivisionState("stale", "no results at all")


def test_nothing_at_all_is_no_data() -> None:
    assert state("E0", results("E0"), fixtures("E0"), "2025-10-01").state == "no_data"


def test_a_postponed_fixture_alone_does_not_prolong_a_season() -> None:
    matches = results("E0", "2023-08-12", "2024-05-19", "2024-08-17", "2025-05-25")
    listed = fixtures("E0", "2025-05-01", status="postponed")
    assert state("E0", matches, listed, "2025-06-28").state == "accepted"
