"""Dates, instants and numbers from cells of text."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipeline.sources.football_data.cells import (
    counts_of,
    date_of,
    kick_offs,
    lines_of,
    minutes_of,
    prices_of,
)


def kick_off(day: date, time: str) -> str:
    instants, _, _ = kick_offs([day], [time])
    return instants[0].isoformat()


@pytest.mark.parametrize("text", ["07/08/15", "7/8/15", "07/08/2015"])
def test_both_lengths_of_year_are_read(text: str) -> None:
    assert date_of(text) == date(2015, 8, 7)


def test_two_digits_from_90_on_are_the_last_century() -> None:
    assert date_of("14/08/93") == date(1993, 8, 14)


@pytest.mark.parametrize("text", ["", "29/02/2023", "2015-08-07", "07/08/015", "7.8.15", "٠٧/٠٨/١٥"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert date_of(text) is None


@pytest.mark.parametrize("text", ["", "24:00", "12:60", "noon", "1:2"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert minutes_of(text) is None


def test_a_winter_time_is_utc_and_a_summer_time_an_hour_earlier() -> None:
    assert kick_off(date(2026, 1, 10), "15:00") == "2026-01-10T15:00:00+00:00"
    assert kick_off(date(2026, 4, 25), "15:00") == "2026-04-25T14:00:00+00:00"


def test_a_time_in_the_hour_that_does_not_exist_is_the_instant_after_it() -> None:
    # UK clocks went forward at 01:00 UTC on 29 March 2026
    assert kick_off(date(2026, 3, 29), "01:30") == "2026-03-29T01:00:00+00:00"


def test_a_time_in_the_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    # UK clocks went back at 01:00 UTC on 26 October 2025; 01:30 was at 00:30 UTC and at 01:30 UTC
    assert kick_off(date(2025, 10, 26), "01:30") == "2025-10-26T00:30:00+00:00"


def test_a_kick_off_without_a_time_is_the_start_of_its_utc_day_also_in_summer() -> None:
    instants, has_time, unread = kick_offs([date(2025, 8, 9)], [""])
    assert instants[0] == pd.Timestamp("2025-08-09T00:00Z")
    assert (has_time.tolist(), unread.tolist()) == ([False], [False])


def test_a_time_that_can_not_be_read_is_marked() -> None:
    _, has_time, unread = kick_offs([date(2025, 8, 9)], ["later"])
    assert (has_time.tolist(), unread.tolist()) == ([False], [True])


def test_no_kick_offs_are_an_empty_index_of_instants() -> None:
    assert str(kick_offs([], [])[0].dtype) == "datetime64[us, UTC]"


def test_a_price_is_a_number_above_one() -> None:
    cells = np.array(["1.85", "1001", "1", "0", "-2", "#", "-", "inf", "nan", ""], dtype=object)
    prices, bad = prices_of(cells)
    assert prices[:2].tolist() == [1.85, 1001.0]
    assert np.isnan(prices[2:]).all()
    assert bad.tolist() == [False] * 2 + [True] * 7 + [False]


def test_a_count_is_a_whole_number_from_zero_on() -> None:
    cells = np.array([["0", "12", "3.0"], ["-1", "2.5", "x"]], dtype=object)
    counts, bad = counts_of(cells)
    assert counts[0].tolist() == [0.0, 12.0, 3.0]
    assert bad.tolist() == [[False] * 3, [True] * 3]


@pytest.mark.parametrize(
    ("text", "line"),
    [("-0.5", -0.5), ("0", 0.0), ("+1.25", 1.25), ("-.75", -0.75), ("4.5", 4.5), ("-4.5", -4.5)],
)
def test_a_handicap_is_a_number_of_quarter_goals(text: str, line: float) -> None:
    lines, bad = lines_of(np.array([[text]], dtype=object))
    assert (lines.tolist(), bad.tolist()) == ([[line]], [[False]])


@pytest.mark.parametrize(
    ("text", "line"), [("-0.5,-1", -0.75), ("0,-0.5", -0.25), ("+0.5,+1", 0.75), ("-1.5,-2", -1.75)]
)
def test_a_handicap_written_as_two_halves_is_their_mean(text: str, line: float) -> None:
    lines, bad = lines_of(np.array([text], dtype=object))
    assert (lines.tolist(), bad.tolist()) == ([line], [False])


# Sizes the feed has held: a goal line without its point, a price in the wrong column, tenths and averages.
@pytest.mark.parametrize(
    "text",
    ["-225", "12.5", "-275", "-5", "4.75", "1.84", "-1.2", "-0.175", "nan", "inf", "#", "-1,-2", "0,-0.25"],
)
def test_an_absurd_handicap_is_missing_and_marked(text: str) -> None:
    lines, bad = lines_of(np.array([text], dtype=object))
    assert np.isnan(lines[0])
    assert bad.tolist() == [True]


def test_a_handicap_that_is_not_there_is_missing_and_no_defect() -> None:
    lines, bad = lines_of(np.array([["", ""]], dtype=object))
    assert np.isnan(lines).all()
    assert not bad.any()


def test_no_handicaps_at_all_keep_their_shape() -> None:
    lines, bad = lines_of(np.empty((3, 0), dtype=object))
    assert (lines.shape, bad.shape) == ((3, 0), (3, 0))
