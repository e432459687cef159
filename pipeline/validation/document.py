"""Findings as JSON-able documents: every division's state and counts, every check and what it found.

Holds no NaN, no time of the machine and no order that could change: the same archive gives the same document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.validation.checks import SUITES
from pipeline.validation.engine import Finding
from pipeline.validation.examples import Examples
from pipeline.validation.frames import ArchiveFrames, by_division
from pipeline.validation.states import DivisionState


def verdict_document(
    *,
    findings: Sequence[Finding],
    examples: Sequence[Examples],
    states: Mapping[str, DivisionState],
    divisions: Mapping[str, Division],
    arrived: ArchiveFrames,
    accepted: ArchiveFrames,
    quarantine: pd.DataFrame,
    cut_off_at: datetime,
) -> dict[str, Any]:
    """Return the document.

    arrived: the rows before whole divisions were withheld; accepted: after.
    """
    rows_in = _Lookups(
        by_division(arrived.matches, "kick_off_at"),
        by_division(accepted.matches, "season"),
        by_division(accepted.fixtures),
        by_division(quarantine),
    )
    return {
        "cut_off_at": cut_off_at.isoformat(),
        "divisions": {
            code: _division_entry(division, states[code], rows_in, cut_off_at)
            for code, division in divisions.items()
        },
        "suites": suites_document(SUITES, findings, examples),
        "counts": {
            "matches_count": len(accepted.matches),
            "fixtures_count": len(accepted.fixtures),
            "quotes_count": len(accepted.quotes),
            "quarantined_count": len(quarantine),
        },
    }


class _Lookups(NamedTuple):
    """The rows of a division by its code in each table."""

    arrived: Callable[[str], pd.DataFrame]
    matches: Callable[[str], pd.DataFrame]
    fixtures: Callable[[str], pd.DataFrame]
    quarantine: Callable[[str], pd.DataFrame]


def _division_entry(
    division: Division, state: DivisionState, rows_in: _Lookups, cut_off_at: datetime
) -> dict[str, Any]:
    season = division.season_at(cut_off_at.date()).start_year
    results = rows_in.arrived(division.code)["kick_off_at"]
    matches = rows_in.matches(division.code)
    return {
        "state": state.state,
        "reason": state.reason,
        "kept_from": state.kept_from or None,
        "last_result_at": None if results.empty else results.max().isoformat(),
        "season": season,
        "matches_count": len(matches),
        "season_matches_count": int(matches["season"].eq(season).sum()),
        "fixtures_count": len(rows_in.fixtures(division.code)),
        "quarantined_count": len(rows_in.quarantine(division.code)),
    }


def suites_document(
    suites: Sequence[str], findings: Sequence[Finding], examples: Sequence[Examples]
) -> dict[str, Any]:
    """Return what each suite found; examples: one a finding, in their order."""
    told = list(zip(findings, examples, strict=True))
    return {suite: _suite_entry([each for each in told if each[0].check.suite == suite]) for suite in suites}


def _suite_entry(told: Sequence[tuple[Finding, Examples]]) -> dict[str, Any]:
    return {
        "is_met": all(found.is_met for found, _ in told if found.check.severity != "warning"),
        "expectations": [_finding_entry(found, examples) for found, examples in told],
    }


def _finding_entry(finding: Finding, examples: Examples) -> dict[str, Any]:
    check = finding.check
    return {
        "name": check.name,
        "column": finding.column,
        "expectation": check.expectation,
        "parameters": dict(check.parameters),
        "severity": check.severity,
        "is_met": finding.is_met,
        "checked_count": finding.checked_count,
        "failed_count": len(finding.rows),
        "reason": check.reason,
        "divisions": dict(examples.divisions),
        "examples": [dict(each) for each in examples.rows],
    }
