"""Why the forecasts of a division's fixtures are what they are, as text: the largest parts of each sum.

A part moves home against away, and the draw against both. Numbers are those of the published table, so they
add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.charts import Mark, mark_of
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

PARTS_SHOWN = 3
_BASE = "base"
GROUP_WORDS = {
    _BASE: "Start, the same for every match",
    "strength": "Strength of the clubs",
    "form": "Form and table",
    "context": "Tier and phase of the season",
    "division": "The division's own habit",
    "rest": "Rest",
    "stakes": "What is at stake",
    "past prices": "Prices of past matches",
    "market": "The market's early price",
    "books": "Prices of single bookmakers",
    "whole forecast": "The forecast as a whole",
}
_SIZES = ((0.6, "strongly"), (0.2, "clearly"), (0.05, "a little"))
"""From so many nats on, home against away, a part is told by this word."""
_DRAW_TOLD = 0.05


@dataclass(frozen=True)
class Part:
    """One part of a forecast: `lean` is home against away, `draw` the draw against both, both signed.

    mark: the lean drawn from the middle, to the right where it is towards the home club.
    """

    label: str
    words: str
    lean: str
    draw: str
    mark: Mark | None


@dataclass(frozen=True)
class Reason:
    """One fixture: who speaks, the parts with the largest first after the start, and what they add up to."""

    home: str
    away: str
    forecaster: str
    parts: tuple[Part, ...]
    total: Part


@dataclass(frozen=True)
class _Sum:
    label: str
    lean: float
    draw: float

    @property
    def size(self) -> float:
        return max(abs(self.lean), abs(self.draw))


def reasons_of(tables: PublishedTables, run: RunFacts, division: str) -> tuple[Reason, ...]:
    """Return the fixtures of a division whose forecast is split, by kick-off, on one axis."""
    own = tables.contributions[tables.contributions["division"] == division]
    by_match: dict[str, list[dict[str, Any]]] = {}
    for record in sorted(records_of(own), key=lambda row: (row["kick_off_at"], row["home"])):
        by_match.setdefault(record["match_id"], []).append(record)
    sums = {match: _sums(records) for match, records in by_match.items()}
    reach = max((abs(each.lean) for shown in sums.values() for each in shown), default=0.0)
    return tuple(_reason(by_match[match][0], shown, reach, run) for match, shown in sums.items())


def _sums(records: Sequence[Mapping[str, Any]]) -> list[_Sum]:
    """Return the start, the largest parts, all others as one, and last the total."""
    known = {record["group"]: _sum(_words_of(record["group"]), [record]) for record in records}
    start = [known.pop(_BASE)] if _BASE in known else []
    ordered = sorted(known.values(), key=lambda each: (-each.size, each.label))
    others = ordered[PARTS_SHOWN:]
    rest = [_Sum("All else", sum(each.lean for each in others), sum(each.draw for each in others))]
    return [*start, *ordered[:PARTS_SHOWN], *(rest if others else []), _sum("Together", records)]


def _sum(label: str, records: Sequence[Mapping[str, Any]]) -> _Sum:
    home, away = (sum(float(record[f"log_{side}"]) for record in records) for side in ("home", "away"))
    return _Sum(label, home - away, -(home + away) / 2)


def _words_of(group: str) -> str:
    return GROUP_WORDS.get(group, group.capitalize())


def _reason(record: Mapping[str, Any], sums: Sequence[_Sum], reach: float, run: RunFacts) -> Reason:
    home, away = record["home"], record["away"]
    parts = [_part(each, home, away, reach) for each in sums]
    return Reason(home, away, run.family_title(record["family"]), tuple(parts[:-1]), parts[-1])


def _part(each: _Sum, home: str, away: str, reach: float) -> Part:
    return Part(
        label=each.label,
        words=_told(each, home, away),
        lean=formats.signed(each.lean, 2),
        draw=formats.signed(each.draw, 2),
        mark=mark_of(min(each.lean, 0.0), each.lean, max(each.lean, 0.0), reach=reach),
    )


def _told(each: _Sum, home: str, away: str) -> str:
    size = next((word for least, word in _SIZES if abs(each.lean) >= least), "")
    lean = f"{size} towards {home if each.lean > 0 else away}" if size else "hardly either way"
    draw = "" if abs(each.draw) < _DRAW_TOLD else f", draw {'more' if each.draw > 0 else 'less'} likely"
    return lean + draw
