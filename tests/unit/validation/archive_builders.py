"""A small sound archive: two divisions, double round robins with prices, built by rule and not by chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pandas as pd

from pipeline.domain.divisions import Division, divisions_of
from pipeline.domain.identity import club_id_of, match_id_of
from pipeline.domain.tables import columns_of
from pipeline.validation.frames import ArchiveFrames

CUT_OFF_AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
SCORES = [(2, 1), (1, 1), (0, 1), (3, 0), (2, 2), (1, 0), (0, 2), (1, 1)]
PRICES = {"avg_early": (2.1, 3.4, 3.6), "max_early": (2.2, 3.5, 3.8), "avg_close": (2.0, 3.4, 3.8)}
EARLY_MARKETS = {
    "avg_early_over25": 1.95,
    "avg_early_under25": 1.85,
    "avg_early_handicap_home": 1.92,
    "avg_early_handicap_away": 1.91,
    "avg_early_handicap_line": -0.25,
    "b365_early_over25": 2.0,
    "b365_early_under25": 1.8,
    "bfe_early_home": 2.15,
    "bfe_early_draw": 3.5,
    "bfe_early_away": 3.7,
}
CLOSING_MARKETS = {
    name.replace("_early_", "_close_"): price
    for name, price in EARLY_MARKETS.items()
    if name.startswith("avg")
}


def two_divisions() -> dict[str, Division]:
    """E1 plays in winter, the embedded DO1 in summer."""
    return {"E1": divisions_of("football_data")["E1"], "DO1": divisions_of("embedded")["DO1"]}


def a_match(
    division: Division, season: int, home: str, away: str, at: datetime, score: tuple[int, int], row: int
) -> dict[str, Any]:
    """One row of `matches`."""
    home_goals, away_goals = score
    statistics = {
        "home_shots": 12.0,
        "away_shots": 9.0,
        "home_shots_on_target": 5.0,
        "away_shots_on_target": 3.0,
    }
    return {
        **a_fixture(division, season, home, away, at, row, f"{division.code}-{season}.csv"),
        "home_goals": home_goals,
        "away_goals": away_goals,
        "outcome": 1 if home_goals == away_goals else 0 if home_goals > away_goals else 2,
        **statistics,
        "half_time_home_goals": 0.0,
        "half_time_away_goals": 0.0,
    }


def a_fixture(
    division: Division, season: int, home: str, away: str, at: datetime, row: int, file: str
) -> dict[str, Any]:
    """One row of `fixtures`, or the part a match shares with it."""
    return {
        "match_id": match_id_of(division.code, season, home, away, 1),
        "division": division.code,
        "season": season,
        "kick_off_at": at,
        "kick_off_precision": "minute",
        "home": home,
        "away": away,
        "home_id": club_id_of(division.country, home),
        "away_id": club_id_of(division.country, away),
        "status": "upcoming",
        "source_file": file,
        "source_row": row,
    }


def a_season(division: Division, season: int, first_at: datetime, *, clubs: int = 10) -> list[dict[str, Any]]:
    """A double round robin, one match every 36 hours, so that no club plays twice a day."""
    names = [f"{division.code} Club {letter}" for letter in "ABCDEFGHIJKLMNOP"[:clubs]]
    pairs = list(permutations(names, 2))
    return [
        a_match(
            division, season, home, away, first_at + timedelta(hours=36 * step), SCORES[step % 8], step + 2
        )
        for step, (home, away) in enumerate(pairs)
    ]


def prices_for(rows: list[dict[str, Any]], *, stems: tuple[str, ...] = tuple(PRICES)) -> list[dict[str, Any]]:
    """One row of `quotes` for each match or fixture, collected two days ahead."""
    prices = {
        f"{stem}_{side}": price
        for stem in stems
        for side, price in zip(("home", "draw", "away"), PRICES[stem], strict=True)
    }
    prices |= EARLY_MARKETS | (CLOSING_MARKETS if "avg_close" in stems else {})
    return [
        {"match_id": row["match_id"], "early_at": row["kick_off_at"] - timedelta(days=2), **prices}
        for row in rows
    ]


def typed(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A frame with the columns and types of a table; missing numbers are NaN."""
    columns = [column for column in columns_of(table) if "*" not in column.name]
    names = [column.name for column in columns]
    extra = [name for name in (rows[0] if rows else {}) if "_early_" in name or "_close_" in name]
    frame = pd.DataFrame(rows, columns=names + extra)
    types: dict[str, Any] = {
        "text": "str",
        "integer": "int64",
        "number": "float64",
        "flag": "bool",
        "instant": "datetime64[us, UTC]",
    }
    return frame.astype(
        {column.name: types[column.type] for column in columns} | dict.fromkeys(extra, "float64")
    )


def a_sound_archive() -> ArchiveFrames:
    """Two finished seasons, one running season with coming fixtures: nothing in it is wrong."""
    winter, summer = two_divisions().values()
    rows = a_season(winter, 2024, datetime(2024, 8, 10, 14, tzinfo=UTC))
    rows += a_season(summer, 2025, datetime(2025, 4, 5, 15, tzinfo=UTC))
    rows += a_season(winter, 2025, datetime(2025, 11, 3, 14, tzinfo=UTC), clubs=10)
    played = [row for row in rows if row["kick_off_at"] < CUT_OFF_AT - timedelta(days=3)]
    coming = [
        a_fixture(winter, 2025, "E1 Club K", "E1 Club L", CUT_OFF_AT + timedelta(days=1), 2, "fixtures.csv"),
        a_fixture(winter, 2025, "E1 Club L", "E1 Club K", CUT_OFF_AT + timedelta(days=2), 3, "fixtures.csv"),
        a_fixture(
            summer, 2026, "DO1 Club A", "DO1 Club B", CUT_OFF_AT + timedelta(hours=30), 4, "fixtures.csv"
        ),
    ]
    quotes = prices_for(played) + prices_for(coming, stems=("avg_early", "max_early"))
    return ArchiveFrames(typed("matches", played), typed("fixtures", coming), typed("quotes", quotes))


def no_entries() -> pd.DataFrame:
    """An empty quarantine."""
    return typed("quarantine", [])
