"""Seasons and their notations, over every year the feed can name."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.season import Season

years = st.integers(min_value=1990, max_value=2089)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2089, 12, 31))


@given(year=years)
def test_the_feeds_code_reads_back_as_the_same_season(year: int) -> None:
    assert Season.from_feed_code(Season(year).feed_code()) == Season(year)


@given(day=days, calendar=st.sampled_from(["winter", "summer"]))
def test_a_day_belongs_to_one_season_that_spans_a_year_around_it(day: date, calendar: str) -> None:
    start = Season.containing(day, calendar).start_year
    turn_over = date(start, 7, 1) if calendar == "winter" else date(start, 1, 1)
    assert turn_over <= day < turn_over.replace(year=start + 1)


@given(day=days)
def test_seasons_never_run_backwards(day: date) -> None:
    assert Season.containing(day) <= Season.containing(day + timedelta(days=1))


@given(first=years, second=years)
def test_no_two_seasons_print_alike(first: int, second: int) -> None:
    assert (Season(first).label() == Season(second).label()) == (first == second)
