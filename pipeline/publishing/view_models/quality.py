"""The quality of a run's data as text: every check and what failed it, what was set aside, who is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.publishing import formats
from pipeline.publishing.views import PublishedTables, records_of

_MOST_DIVISIONS = 8
_SUITE_WORDS = {
    "matches": "Results",
    "fixtures": "Fixtures",
    "quotes": "Prices, by match",
    "prices": "Prices, by bookmaker",
    "exchanges": "Prices of exchanges",
    "seasons": "Seasons",
    "coverage": "Coverage against the last run",
    "features": "Features",
    "forecasts": "Forecasts",
    "upcoming": "Published fixtures",
    "recent": "Published results",
    "divisions": "Published divisions",
    "standings": "Published standings",
    "scores": "Published scores",
    "calibration": "Published calibration",
    "returns": "Published returns",
    "notices": "Published notices",
    "backtest": "Published backtest",
}
_SEVERITY_WORDS = {
    "row": "row set aside",
    "cell": "value set aside",
    "blocking": "withholds",
    "warning": "warning",
}
_SCOPE_WORDS = {"file": "whole file", "row": "match", "cell": "value"}


@dataclass(frozen=True)
class Example:
    """One row that failed a check."""

    division: str
    subject: str
    value: str


@dataclass(frozen=True)
class CheckRow:
    """One check: what must hold, and in how many rows it did not."""

    name: str
    severity: str
    severity_word: str
    reason: str
    is_met: bool
    checked: str
    failed: str
    divisions: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class SuiteRows:
    """The checks on one table: those that failed, and how many held."""

    title: str
    anchor: str
    failed: tuple[CheckRow, ...]
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True)
class CountRow:
    """A number of quarantine entries under one name."""

    name: str
    scope: str
    entries: str
    divisions: str


@dataclass(frozen=True)
class ClubRow:
    """One name first seen this season."""

    country: str
    club: str
    divisions: str
    first_on: str
    looks_like: str


@dataclass(frozen=True)
class Totals:
    """The quality of the run in a few numbers."""

    checks: str
    failed: str
    warnings: str
    entries: str
    withheld: str


def suites_of(tables: PublishedTables) -> tuple[SuiteRows, ...]:
    """Return every suite in the order of the run."""
    divisions = _counts_by_check(tables.quality_divisions)
    examples = _examples_by_check(tables.quality_examples)
    rows: dict[str, list[CheckRow]] = {}
    for record in records_of(tables.quality_checks):
        place = (record["suite"], record["check"])
        row = _check_row(record, divisions.get(place, []), examples.get(place, ()))
        rows.setdefault(record["suite"], []).append(row)
    return tuple(
        SuiteRows(
            title=_SUITE_WORDS.get(suite, suite),
            anchor=f"suite-{suite}",
            failed=tuple(each for each in checks if not each.is_met),
            checks=tuple(checks),
        )
        for suite, checks in rows.items()
    )


def totals_of(tables: PublishedTables) -> Totals:
    """Return how many checks ran and failed, and how much was set aside or withheld."""
    checks = tables.quality_checks
    is_failed, is_warning = ~checks["is_met"].astype("bool"), checks["severity"].eq("warning")
    is_withheld = tables.divisions["state"].isin(["stale", "withheld"])
    return Totals(
        checks=formats.count(len(checks)),
        failed=formats.count((is_failed & ~is_warning).sum()),
        warnings=formats.count((is_failed & is_warning).sum()),
        entries=formats.count(tables.quality_quarantine["entries_count"].sum()),
        withheld=formats.count(is_withheld.sum()),
    )


def reasons_of(tables: PublishedTables) -> tuple[CountRow, ...]:
    """Return the entries of the quarantine by reason, the most frequent first."""
    groups = tables.quality_quarantine.groupby(["reason", "scope"], sort=True)
    counted = groups.agg(entries=("entries_count", "sum"), divisions=("division", "nunique")).reset_index()
    ordered = counted.sort_values(["entries", "reason"], ascending=[False, True], kind="stable")
    return tuple(
        CountRow(
            record["reason"],
            _SCOPE_WORDS.get(record["scope"], record["scope"]),
            formats.count(record["entries"]),
            formats.count(record["divisions"]),
        )
        for record in records_of(ordered)
    )


def quarantine_by_division(tables: PublishedTables) -> tuple[CountRow, ...]:
    """Return the entries of the quarantine by division, the most first, with the reasons counted."""
    groups = tables.quality_quarantine.groupby("division", sort=True)
    counted = groups.agg(entries=("entries_count", "sum"), reasons=("reason", "nunique")).reset_index()
    ordered = counted.sort_values(["entries", "division"], ascending=[False, True], kind="stable")
    names = _division_names(tables)
    return tuple(
        CountRow(
            names.get(record["division"], record["division"] or "no division"),
            "",
            formats.count(record["entries"]),
            formats.count(record["reasons"]),
        )
        for record in records_of(ordered)
    )


def new_clubs_of(tables: PublishedTables) -> tuple[ClubRow, ...]:
    """Return the names first seen this season, in the order of the table."""
    return tuple(
        ClubRow(
            row["country"],
            row["club"],
            row["divisions"],
            row["first_on"],
            "" if formats.is_missing(row["looks_like"]) else row["looks_like"],
        )
        for row in records_of(tables.new_clubs)
    )


def _check_row(
    record: Mapping[str, Any], divisions: list[tuple[str, int]], examples: tuple[Example, ...]
) -> CheckRow:
    shown = ", ".join(
        f"{code}: {formats.count(count)}" for code, count in divisions[:_MOST_DIVISIONS] if code
    )
    more = len(divisions) - _MOST_DIVISIONS
    return CheckRow(
        name=record["check"],
        severity=record["severity"],
        severity_word=_SEVERITY_WORDS.get(record["severity"], record["severity"]),
        reason=record["reason"],
        is_met=bool(record["is_met"]),
        checked=formats.count(record["checked_count"]),
        failed=formats.count(record["failed_count"]),
        divisions=f"{shown} and {more} more" if more > 0 else shown,
        examples=examples,
    )


def _counts_by_check(table: pd.DataFrame) -> dict[tuple[str, str], list[tuple[str, int]]]:
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for row in records_of(table):
        found.setdefault((row["suite"], row["check"]), []).append((row["division"], row["failed_count"]))
    return {place: sorted(each, key=lambda pair: (-pair[1], pair[0])) for place, each in found.items()}


def _examples_by_check(table: pd.DataFrame) -> dict[tuple[str, str], tuple[Example, ...]]:
    found: dict[tuple[str, str], tuple[Example, ...]] = {}
    for row in records_of(table):
        value = formats.MISSING if formats.is_missing(row["value"]) else row["value"]
        place = (row["suite"], row["check"])
        found[place] = (*found.get(place, ()), Example(row["division"], row["subject"], value))
    return found


def _division_names(tables: PublishedTables) -> dict[str, str]:
    return {row["division"]: f"{row['country']}, {row['name']}" for row in records_of(tables.divisions)}
