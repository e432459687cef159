"""The other markets of a division's fixtures, each number as text: goals, both to score, handicap, scores.

All stand on one score grid a fixture, made where the forecasts are; this only writes them down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.views import PublishedTables, records_of

_SCORES_SHOWN = 3


@dataclass(frozen=True)
class MarketRow:
    """One fixture. Texts: chances in percent, expected goals, a handicap with its two fair prices."""

    home: str
    away: str
    expected: str
    over: tuple[str, str, str]
    both_score: str
    handicap: str
    handicap_prices: tuple[str, str]
    scores: tuple[str, ...]
    is_priced: bool


def market_rows(tables: PublishedTables, division: str) -> tuple[MarketRow, ...]:
    """Return the fixtures of a division that have a forecast, by kick-off."""
    of_division = tables.markets[tables.markets["division"] == division]
    scores = tables.likely_scores[tables.likely_scores["division"] == division]
    by_match: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(records_of(scores), key=lambda row: row["rank"]):
        by_match.setdefault(row["match_id"], []).append(row)
    records = sorted(records_of(of_division), key=lambda row: (row["kick_off_at"], row["home"]))
    return tuple(_market_row(record, by_match.get(record["match_id"], [])) for record in records)


def _market_row(record: Mapping[str, Any], scores: list[Mapping[str, Any]]) -> MarketRow:
    over = tuple(formats.percent(record[name]) for name in ("p_over15", "p_over25", "p_over35"))
    expected = (formats.decimal(record[f"expected_{side}_goals"], 1) for side in ("home", "away"))
    return MarketRow(
        home=record["home"],
        away=record["away"],
        expected="–".join(expected),
        over=(over[0], over[1], over[2]),
        both_score=formats.percent(record["p_both_score"]),
        handicap=_line(record["handicap_line"]),
        handicap_prices=(_fair(record["p_handicap_home"]), _fair(record["p_handicap_away"])),
        scores=tuple(_score(row) for row in scores[:_SCORES_SHOWN]),
        is_priced=record["totals_source"] != "model",
    )


def _line(line: Any) -> str:
    """Write a handicap with its sign, in quarters without idle zeros.

    >>> _line(-1.0), _line(0.25), _line(0.0)
    ('−1', '+0.25', '0')
    """
    if formats.is_missing(line):
        return formats.MISSING
    sign = "−" if line < 0 else "+" if line > 0 else ""
    return f"{sign}{abs(line):g}"


def _fair(share: Any) -> str:
    return formats.MISSING if formats.is_missing(share) or share <= 0 else formats.price(1 / share)


def _score(row: Mapping[str, Any]) -> str:
    return f"{row['home_goals']}–{row['away_goals']} {formats.percent(row['probability'])} %"
