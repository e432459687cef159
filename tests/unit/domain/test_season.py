"""Season notations at the places where they go wrong: centuries, turn-over, summer leagues."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.domain.season import Season


@pytest.mark.parametrize(
    ("code", "start_year"), [("9394", 1993), ("9899", 1998), ("9900", 1999), ("0001", 2000), ("2526", 2025)]
)
def test_the_feeds_code_is_read_in_the_right_century(code: str, start_year: int) -> None:
    assert Season.from_feed_code(code).start_year == start_year


@pytest.mark.parametrize("code", ["2527", "2524", "2525", "252", "25266", "", "25-6", "ab12", "²526", "٢٥٢٦"])
def test_a_code_that_is_not_two_consecutive_years_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="season code"):
        Season.from_feed_code(code)


def test_the_label_of_a_summer_season_is_one_year() -> None:
    assert [Season(2024).label("winter"), Season(2024).label("summer")] == ["2024/25", "2024"]


@pytest.mark.parametrize(
    ("day", "calendar", "start_year"),
    [
        (date(2025, 6, 30), "winter", 2024),
        (date(2025, 7, 1), "winter", 2025),
        (date(2025, 1, 1), "summer", 2025),
        (date(2025, 12, 31), "summer", 2025),
    ],
)
def test_a_season_turns_over_by_its_calendar(day: date, calendar: str, start_year: int) -> None:
    assert Season.containing(day, calendar).start_year == start_year


def test_seasons_sort_by_their_start() -> None:
    assert sorted([Season(2001), Season(1999), Season(2000)]) == [Season(1999), Season(2000), Season(2001)]
