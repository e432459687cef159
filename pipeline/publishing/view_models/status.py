"""The state of the data in one place: how old, what is withheld, what went wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.view_models.divisions import DivisionFacts
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

_KIND_WORDS = {
    "file": "File",
    "division": "Division",
    "source": "Source",
    "live_skill": "Live monitor",
    "correction": "Correction",
}
_CORRECTION = "correction"


@dataclass(frozen=True)
class Notice:
    """One thing that went wrong, or one correction received, as text."""

    kind: str
    subject: str
    reason: str
    last_good_at: str
    last_good: str


@dataclass(frozen=True)
class Summary:
    """The state of all divisions together."""

    sentence: str
    is_good: bool
    newest_result_at: str
    newest_result: str
    newest_age: str
    quarantined_count: str
    withheld_forecasts: str


def notices(tables: PublishedTables) -> tuple[Notice, ...]:
    """Return what went wrong in the run, in the order of the table."""
    return tuple(_notice(row) for row in records_of(tables.notices) if row["kind"] != _CORRECTION)


def corrections(tables: PublishedTables) -> tuple[Notice, ...]:
    """Return the edits of finished seasons that the feed sent lately, in the order of the table."""
    return tuple(_notice(row) for row in records_of(tables.notices) if row["kind"] == _CORRECTION)


def withheld(tables: PublishedTables) -> tuple[Notice, ...]:
    """Return the divisions without forecasts, in the order of the table."""
    names = {row["division"]: f"{row['country']}, {row['name']}" for row in records_of(tables.divisions)}
    rows = [row for row in records_of(tables.notices) if row["kind"] == "division"]
    return tuple(_notice(row | {"subject": names.get(row["subject"], row["subject"])}) for row in rows)


def _notice(row: dict[str, Any]) -> Notice:
    return Notice(
        kind=_KIND_WORDS.get(row["kind"], row["kind"]),
        subject=row["subject"],
        reason=row["reason"],
        last_good_at=formats.iso(row["last_good_at"]),
        last_good=formats.instant_text(row["last_good_at"]),
    )


def summary(tables: PublishedTables, run: RunFacts, divisions: tuple[DivisionFacts, ...]) -> Summary:
    """Return the state of all divisions in one sentence and a few numbers."""
    states = Counter(division.state for division in divisions)
    troubled = [f"{states[state]} {word}" for state, word in _TROUBLES if states[state]]
    newest = tables.divisions["last_result_at"].max() if len(tables.divisions) else None
    good = f"{states['accepted']} of {len(divisions)} divisions are up to date"
    return Summary(
        sentence=f"{good}; {', '.join(troubled)}." if troubled else f"{good}.",
        is_good=not troubled and not notices(tables),
        newest_result_at=formats.iso(newest),
        newest_result=formats.instant_text(newest),
        newest_age=formats.age_text(newest, run.cut_off_at),
        quarantined_count=formats.count(tables.divisions["quarantined_count"].sum()),
        withheld_forecasts=formats.count(tables.upcoming["withheld_reason"].notna().sum()),
    )


_TROUBLES = (("stale", "stale"), ("withheld", "withheld"), ("no_data", "without data"))
