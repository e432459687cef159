"""A match lies in its season by the calendar the division had in that season."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.validation.prepare import prepare_matches
from tests.unit.validation.archive_builders import CUT_OFF_AT, a_match, typed


@pytest.mark.parametrize(
    ("code", "season", "day", "expected"),
    [
        ("ARG", 2013, "2013-08-02", ("winter", 32)),
        ("ARG", 2015, "2015-02-13", ("summer", 43)),
        ("ARG", 2016, "2016-02-05", ("double", 35)),
        ("ARG", 2016, "2017-06-28", ("double", 544)),
        ("JPN", 2025, "2025-12-06", ("summer", 339)),
        ("JPN", 2026, "2026-08-07", ("winter", 37)),
        ("E1", 2025, "2025-08-08", ("winter", 38)),
    ],
)
def test_the_day_of_the_season_is_counted_by_that_seasons_calendar(
    code: str, season: int, day: str, expected: tuple[str, int]
) -> None:
    divisions = divisions_of("football_data")
    at = pd.Timestamp(f"{day}T00:00Z").to_pydatetime()
    match = a_match(divisions[code], season, "Alba", "Bermejo", at, (1, 0), 2)
    row = prepare_matches(typed("matches", [match]), divisions, cut_off_at=CUT_OFF_AT).iloc[0]
    days = {name: row[f"{name}_season_day"] for name in ("winter", "summer", "double")}
    assert {name: value for name, value in days.items() if pd.notna(value)} == dict([expected])
