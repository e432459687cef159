"""What the nights decided about models, as text: promotions, every challenger, training.

Everything comes from the published tables of decisions; nothing is decided or computed again here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.publishing import formats
from pipeline.publishing.charts import Mark, mark_of
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

if TYPE_CHECKING:
    import pandas as pd

NIGHTS_SHOWN = 14
PROMOTIONS_SHOWN = 30
CHALLENGERS_SHOWN = 30
ROLES = {
    "anchored": ("Anchored", "Reads today's early price of the match. The site leads with it."),
    "memory": (
        "Memory",
        "Reads closing prices of earlier matches. Asked where no price of the match is known.",
    ),
    "independent": ("Independent", "Reads no price at all. Asked where the other two are silent."),
}
_VERDICTS = {
    "first champion": "first champion",
    "promoted": "promoted",
    "kept": "champion kept",
    "blocked": "blocked",
    "no candidate": "no candidate",
    "passed": "passed, another preferred",
    "not better": "not better",
}
_REACH = 0.006


@dataclass(frozen=True)
class Promotion:
    """One decision of the gate on a role."""

    night: str
    night_iso: str
    role: str
    verdict: str
    champion: str
    tried: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Challenger:
    """One recipe that met the gate, with its figures."""

    number: str
    night: str
    night_iso: str
    role: str
    title: str
    recipe: str
    difference: str
    interval: str
    mark: Mark | None
    gap: str
    n: str
    verdict: str
    guards: str


@dataclass(frozen=True)
class NightOfTraining:
    """What one night decided about training, each number beside its limit."""

    night: str
    night_iso: str
    verdict: str
    age: str
    unseen: str
    since_search: str
    reasons: tuple[str, ...]


def decisions_of(tables: PublishedTables) -> list[dict[str, Any]]:
    """Return the rows of `decisions`, oldest first."""
    return records_of(tables.decisions.sort_values("as_of", kind="stable"))


def promotions(tables: PublishedTables, run: RunFacts) -> tuple[Promotion, ...]:
    """Return the last decisions of the gate, the newest first."""
    return tuple(
        Promotion(
            night=formats.instant_text(row["as_of"]),
            night_iso=formats.iso(row["as_of"]),
            role=ROLES[row["role"]][0],
            verdict=_VERDICTS[row["verdict"]],
            champion=run.family_title(row["champion_family"])
            if not formats.is_missing(row["champion_family"])
            else "nobody",
            tried=formats.count(row["tried_count"]),
            reasons=tuple(str(row["reasons"]).split(" | ")),
        )
        for row in _newest_night_first(tables.decisions)
        if not formats.is_missing(row["verdict"])
    )[:PROMOTIONS_SHOWN]


def tried_words(tables: PublishedTables) -> str:
    """Return in one sentence how many challengers were ever tried and what became of them."""
    rows = tables.challengers
    if not len(rows):
        return "No challenger has been tried yet."
    counts = rows["verdict"].value_counts()
    fates = {"became champion": counts.get("promoted", 0), "blocked by a guard": counts.get("blocked", 0)}
    fates["not better, or another preferred"] = len(rows) - sum(fates.values())
    noun = "challengers have" if len(rows) > 1 else "challenger has"
    told = "; ".join(f"{words}: {formats.count(number)}" for words, number in fates.items())
    return f"{formats.count(len(rows))} {noun} been tried. {told[0].upper()}{told[1:]}."


def challengers(tables: PublishedTables, run: RunFacts) -> tuple[Challenger, ...]:
    """Return the newest challengers, the last night first."""
    rows = _newest_night_first(tables.challengers)[:CHALLENGERS_SHOWN]
    return tuple(_challenger(row, run) for row in rows)


def _challenger(row: Mapping[str, Any], run: RunFacts) -> Challenger:
    low, middle, high = (row[f"difference{end}"] for end in ("_low", "", "_high"))
    return Challenger(
        number=formats.count(row["number"]),
        night=formats.short_day(row["as_of"].date()),
        night_iso=formats.iso(row["as_of"]),
        role=ROLES[row["role"]][0],
        title=run.family_title(row["family"]),
        recipe=row["recipe"],
        difference=formats.signed(middle, 4),
        interval=_interval(low, high),
        mark=mark_of(low, middle, high, reach=_REACH),
        gap=formats.signed(row["gap"], 4),
        n=formats.count(row["n"]),
        verdict=_VERDICTS[row["verdict"]],
        guards="" if formats.is_missing(row["guards_failed"]) else row["guards_failed"],
    )


def training_nights(tables: PublishedTables) -> tuple[NightOfTraining, ...]:
    """Return what the last nights decided about training, the newest first."""
    rows = _newest_night_first(tables.retraining_nights)
    return tuple(_training_night(row) for row in rows[:NIGHTS_SHOWN])


def _training_night(row: Mapping[str, Any]) -> NightOfTraining:
    verdict = "no training"
    if row["is_due"]:
        verdict = "fitted anew and searched" if row["is_search_due"] else "fitted anew"
    return NightOfTraining(
        night=formats.instant_text(row["as_of"]),
        night_iso=formats.iso(row["as_of"]),
        verdict=verdict,
        age=_beside(formats.decimal(row["oldest_age_days"], 1), row["oldest_champion_days_limit"]),
        unseen=_beside(formats.count(row["unseen_count"]), row["new_matches_count_limit"]),
        since_search=_beside(
            formats.decimal(row["days_since_search"], 1), row["days_between_searches_limit"]
        ),
        reasons=tuple(row["reasons"].split(" | ")),
    )


def _beside(number: str, limit: Any) -> str:
    """Return a number beside its limit, or the sign of a missing one where a first night has none."""
    return number if number == formats.MISSING else f"{number} of {formats.count(limit)}"


def _interval(low: Any, high: Any) -> str:
    if formats.is_missing(low) or formats.is_missing(high):
        return ""
    return formats.interval(formats.signed(low, 4), formats.signed(high, 4))


def _newest_night_first(table: pd.DataFrame) -> list[dict[str, Any]]:
    return records_of(table.sort_values("as_of", ascending=False, kind="stable"))
