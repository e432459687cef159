"""The report of one division as plain text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from pipeline.domain.divisions import divisions_of
from pipeline.domain.rules import Deduction
from pipeline.monitoring.league_report import MOST_FORECASTS, forecast_lines, league_lines

DIVISION = replace(
    divisions_of("tiny")["AR1"],
    deductions=(Deduction(2025, "Ayr", 3, "late \x1b[2Jaccounts"), Deduction(1990, "Old", 1, "long ago")),
)
STATES = {"AR1": {"state": "accepted", "reason": ""}}


def matches(*pairs: tuple[str, str], season: int = 2025) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "match_id": [f"{season}.{number}" for number in range(len(pairs))],
            "division": "AR1",
            "season": season,
            "kick_off_at": pd.date_range(f"{season}-08-01T15:00", periods=len(pairs), tz="UTC", unit="us"),
            "kick_off_precision": "minute",
            "home": pd.Series([home for home, _ in pairs], dtype="str"),
            "away": pd.Series([away for _, away in pairs], dtype="str"),
        }
    )


def tables(**changes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    counts = {"rows_count": 5, "matches_count": 3, "to_come_count": 1, "quarantined_count": 1}
    rest = {"lost_count": 0, "accepted_count": 3, "clubs_count": 3, "early_prices_count": 2}
    row: dict[str, Any] = {"season": 2025, "season_label": "2025/26", "closing_prices_count": 0}
    coverage = pd.DataFrame([row | counts | rest]).assign(expected_count=pd.array([None], dtype="Int64"))
    quarantine = pd.DataFrame(
        {"source_file": ["a.csv"] * 3, "source_row": [7, 8, 9], "scope": ["row", "cell", "cell"]}
    ).assign(reason=["no score", "no price", "no price"])
    played = pd.concat([matches(("Ayr", "Bex"), season=2024), matches(("Ayr", "Bex"), ("Ayr FC", "Cor"))])
    given = {"matches": played, "fixtures": matches(("Dun", "Ayr")), "quarantine": quarantine}
    return {**given, "coverage": coverage, **changes}


def report(**changes: pd.DataFrame) -> str:
    return "\n".join(league_lines(DIVISION, tables(**changes)))


def test_the_rules_and_the_deductions_of_the_seasons_read_stand_first() -> None:
    text = report()
    assert "12 clubs, each club meets each other at home and away; level on points: goal difference" in text
    assert "2025: 3 points taken from Ayr (late [2Jaccounts)" in text
    assert "Old" not in text
    assert "\x1b" not in text


def test_coverage_has_a_line_a_season_and_a_dash_where_no_number_is_expected() -> None:
    line = next(line for line in report().splitlines() if "2025/26" in line)
    assert line.split() == ["2025/26", "5", "3", "-", "1", "1", "0", "3", "3", "2", "0"]


def test_quarantine_is_counted_by_reason_the_most_frequent_first() -> None:
    lines = [line.strip() for line in report().splitlines()]
    at = lines.index("quarantine")
    assert lines[at + 1] == "2 cell: no price (first: a.csv, line 8)"
    assert lines[at + 2] == "1 row: no score (first: a.csv, line 7)"
    assert "nothing was set aside" in report(quarantine=tables()["quarantine"].iloc[:0])


def test_clubs_are_told_apart_into_provisional_unmatched_and_alike_ones() -> None:
    text = report()
    assert "provisional, first seen in this division this season: Ayr FC (looks like Ayr), Cor, Dun" in text
    assert "in no result: Dun" in text
    assert "perhaps one club (see aliases.csv and distinct_clubs.csv): Ayr / Ayr FC" in text


def test_a_division_of_which_nothing_was_read_says_so() -> None:
    empty = {name: table.iloc[:0] for name, table in tables().items()}
    text = report(**empty)
    assert "no row was read" in text
    assert "no club was seen" in text


def forecasts(listed: pd.DataFrame, share: float, reason: str | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {"match_id": listed["match_id"], "p_home": share, "p_draw": 0.25, "p_away": 0.25}
    ).assign(forecast_family=None if reason else "poisson", withheld_reason=reason)


def test_first_forecasts_stand_by_kick_off_and_the_rest_is_counted() -> None:
    listed = matches(*[("Ayr", "Bex")] * (MOST_FORECASTS + 2))
    lines = forecast_lines(listed, forecasts(listed, 0.5), STATES)
    assert lines[2].split() == ["2025-08-01", "15:00", "Ayr", "Bex", "50.0%", "25.0%", "25.0%", "poisson"]
    assert lines[-1].strip() == "and 2 more"


def test_a_withheld_division_has_its_reason_instead_of_chances() -> None:
    listed = matches(("Ayr", "Bex")).assign(kick_off_precision="day")
    states = {"AR1": {"state": "stale", "reason": "no result since May"}}
    lines = forecast_lines(listed, forecasts(listed, float("nan"), "no result since May"), states)
    assert lines[0] == "data: AR1: no result since May"
    assert lines[-1].split()[:4] == ["2025-08-01", "Ayr", "Bex", "-"]
    assert "withheld: no result since May" in lines[-1]


def test_no_listed_fixture_is_told() -> None:
    none = matches()
    assert forecast_lines(none, forecasts(none, 0.5), STATES) == ["first forecasts", "  no fixture is listed"]
