"""A small ledger for the tests of its rooms: four fixtures, prices, results, sealed on two evenings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.forecasts.ledger import CHAMPION, INDEPENDENT, Seal, candidates_of, seal_entries
from pipeline.forecasts.settlement import Feed
from pipeline.forecasts.verify_ledger import Entry

EVENING = datetime(2026, 5, 1, 18, tzinfo=UTC)
KICK_OFF = datetime(2026, 5, 2, 14, tzinfo=UTC)
DIVISIONS = {
    code: Division(code, code, "Here", 1, zone, "winter", (9, 1), None)
    for code, zone in (("AA", "Europe/London"), ("BB", "America/New_York"))
}
RECIPE = "0a1b2c3d4e5f"
PRICES = {"avg": [2.0, 3.5, 4.0], "max": [2.1, 3.7, 4.3]}


def fixtures(count: int = 4, *, kick_off_at: datetime = KICK_OFF, precision: str = "minute") -> pd.DataFrame:
    """Return fixtures of division AA, one a day from `kick_off_at` on."""
    return pd.DataFrame(
        {
            "match_id": [f"aa-{number}" for number in range(count)],
            "division": "AA",
            "season": 2025,
            "kick_off_at": [pd.Timestamp(kick_off_at + timedelta(days=number)) for number in range(count)],
            "kick_off_precision": precision,
            "home": [f"Home {number}" for number in range(count)],
            "away": [f"Away {number}" for number in range(count)],
            "status": "upcoming",
        }
    )


def forecasts(rows: pd.DataFrame, shares: Sequence[float] = (0.6, 0.25, 0.15)) -> pd.DataFrame:
    """Return the same forecast of every fixture."""
    return pd.DataFrame(
        {
            "match_id": rows["match_id"],
            "forecast_family": "lightgbm",
            **{f"p_{side}": share for side, share in zip(("home", "draw", "away"), shares, strict=True)},
        }
    )


def quoted(rows: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the same prices for every fixture."""
    at = EVENING.isoformat()
    return {
        match_id: [{"source": name, "at": at, "prices": prices} for name, prices in PRICES.items()]
        for match_id in rows["match_id"]
    }


def seal(run_id: str = "run-1", kind: str = "live") -> Seal:
    """Return what the entries of one run share."""
    return Seal(
        run_id,
        f"release-{run_id}",
        kind,
        "football_data",
        "0" * 16,
        0.05,
        {"lightgbm": "abc"},
        {CHAMPION: RECIPE, INDEPENDENT: "f5e4d3c2b1a0"},
    )


def candidates(rows: pd.DataFrame, run_id: str = "run-1", kind: str = "live") -> list[Entry]:
    """Return the unsealed entries of both roles."""
    tables = {CHAMPION: forecasts(rows), INDEPENDENT: forecasts(rows, (0.45, 0.29, 0.26))}
    return candidates_of(rows, tables, quoted(rows), DIVISIONS, seal(run_id, kind))


def two_evenings() -> list[Entry]:
    """Return the entries of four matches sealed on two evenings."""
    rows = fixtures()
    first = seal_entries(candidates(rows), None, now=EVENING).entries
    later = candidates(rows.iloc[1:], "run-2")
    return [*first, *seal_entries(later, first[-1], now=EVENING + timedelta(days=1)).entries]


def feed(goals: Sequence[tuple[int, int]] = ((2, 1), (0, 0), (1, 3)), *, moved: int = 0) -> Feed:
    """Return the results of the first matches (kick-offs moved by so many hours); the others are listed."""
    rows = fixtures()
    played = rows.head(len(goals)).assign(
        home_goals=[home for home, _ in goals],
        away_goals=[away for _, away in goals],
        kick_off_at=rows["kick_off_at"].head(len(goals)) + pd.Timedelta(hours=moved),
    )
    closing = {"avg_close_home": 1.9, "avg_close_draw": 3.6, "avg_close_away": 4.4}
    return Feed(
        matches=played,
        fixtures=rows.iloc[len(goals) :],
        quotes=pd.DataFrame({"match_id": played["match_id"], **closing}),
        quarantine=pd.DataFrame({"division": [], "value": [], "reason": []}, dtype="str"),
        divisions=DIVISIONS,
        cut_off_at=KICK_OFF + timedelta(days=3),
    )
