"""The live monitor on the track-record page: the evidence day by day, and how soon it would notice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

SHOWN_DAYS = 30
_MOST_TOLD, _LEAST_TOLD = 1e6, 0.01


@dataclass(frozen=True)
class MonitorDay:
    """One match-day of the monitor as text."""

    day: str
    n: str
    evidence: str
    market: str
    own: str
    highest: str
    is_alarm: bool
    is_present: bool


@dataclass(frozen=True)
class Power:
    """How many settled matches a fault of one size takes to be noticed."""

    kind: str
    gap: str
    half: str
    most: str


@dataclass(frozen=True)
class Monitor:
    """The live monitor: `now` is None until a match of the present recipe is settled."""

    alarm_at: str
    now: MonitorDay | None
    days: tuple[MonitorDay, ...]
    power: tuple[Power, ...]
    false_share: str
    longest: str
    sequences: str


def monitor(tables: PublishedTables, run: RunFacts) -> Monitor:
    """Return what the page says of the live monitor."""
    rows = records_of(tables.live_monitor)
    days = [_day(row, run.ledger.recipe) for row in rows]
    present = [day for day in days if day.is_present]
    simulated = records_of(tables.live_monitor_power)
    right = next((row for row in simulated if row["gap"] == 0), None)
    return Monitor(
        alarm_at=formats.count(run.ledger.policy.get("monitor", {}).get("alarm_e_value")),
        now=present[-1] if present else None,
        days=tuple(days[: -SHOWN_DAYS - 1 : -1]),
        power=tuple(_power(row) for row in simulated if row["gap"] > 0),
        false_share=f"{100 * right['alarm_share']:.1f}" if right else formats.MISSING,
        longest=formats.count(right["longest_matches"]) if right else formats.MISSING,
        sequences=formats.count(right["sequences_count"]) if right else formats.MISSING,
    )


def evidence(log_e_value: float) -> str:
    """Return an e-value as text, from its log.

    >>> evidence(0.0), evidence(-9.0), evidence(5.3), evidence(90.0)
    ('1.00', 'under 0.01', '200', 'over 1,000,000')
    """
    if log_e_value > math.log(_MOST_TOLD):
        return f"over {formats.count(_MOST_TOLD)}"
    if log_e_value < math.log(_LEAST_TOLD):
        return f"under {_LEAST_TOLD}"
    value = math.exp(log_e_value)
    return formats.count(round(value)) if value >= 10 else formats.decimal(value, 2)


def _day(row: dict[str, Any], recipe: str) -> MonitorDay:
    day = date.fromisoformat(row["day"])
    return MonitorDay(
        day=f"{formats.short_day(day)} {day.year}",
        n=formats.count(row["n"]),
        evidence=evidence(row["log_e_value"]),
        market=evidence(row["log_e_market"]),
        own=evidence(row["log_e_own"]),
        highest=evidence(row["highest_log_e_value"]),
        is_alarm=bool(row["is_alarm"]),
        is_present=row["recipe"] == recipe,
    )


def _power(row: dict[str, Any]) -> Power:
    return Power(
        kind=row["kind"],
        gap=formats.decimal(row["gap"], 3),
        half=_matches(row["matches_half"], row),
        most=_matches(row["matches_most"], row),
    )


def _matches(value: Any, row: dict[str, Any]) -> str:
    return (
        f"over {formats.count(row['longest_matches'])}" if formats.is_missing(value) else formats.count(value)
    )
