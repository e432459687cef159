"""The verdict on one run's archive: accepted frames, quarantined rows and cells, the state of every division.

One bad row costs a row, one bad price costs a price, a bad division costs that division; nothing here stops
the run. What follows from "everything is withheld" is the caller's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.tables import check_columns
from pipeline.validation.checks import all_checks, rules
from pipeline.validation.document import verdict_document
from pipeline.validation.earlier import Earlier, coverage_frame
from pipeline.validation.engine import Finding, by_book, run_checks
from pipeline.validation.examples import examples_of
from pipeline.validation.frames import ArchiveFrames, by_division
from pipeline.validation.prepare import suite_frames
from pipeline.validation.quarantine import entries_of, failed_rows, joined, with_blanked_cells
from pipeline.validation.settled import SettledFindings, at_fault, with_settled
from pipeline.validation.states import STALE, WITHHELD, DivisionState, state_of
from pipeline.validation.withholding import unread_rows, withheld_divisions


@dataclass(frozen=True)
class Verdict:
    """What may be used, what was set aside, and why.

    matches, fixtures, quotes: accepted rows in their order on arrival, columns as in `tables.csv`.
    quarantine: every entry of the run so far. document: JSON-able, without NaN.
    """

    matches: pd.DataFrame
    fixtures: pd.DataFrame
    quotes: pd.DataFrame
    quarantine: pd.DataFrame
    document: dict[str, Any]

    def withheld(self) -> dict[str, str]:
        """Return the divisions whose forecasts are withheld, with the reason: stale and withheld ones."""
        return withheld_in(self.document)


def withheld_in(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the stale and withheld divisions of a verdict document with their reasons."""
    divisions = document["divisions"].items()
    return {code: str(entry["reason"]) for code, entry in divisions if entry["state"] in (STALE, WITHHELD)}


def validate(
    matches: pd.DataFrame,
    fixtures: pd.DataFrame,
    quotes: pd.DataFrame,
    quarantine: pd.DataFrame,
    divisions: Mapping[str, Division],
    *,
    cut_off_at: datetime,
    earlier: Earlier | None = None,
    read_counts: pd.DataFrame | None = None,
    settled: SettledFindings | None = None,
) -> Verdict:
    """Check the whole archive once and return the verdict.

    quarantine: the reader's entries. divisions: those of the feed, each of which gets a state.
    cut_off_at: aware UTC instant of the information cut-off. earlier: what the last finished run accepted; a
    division that is withheld keeps these rows. read_counts: the counts of `sources.coverage` by season.
    settled: what the suites of single rows found in rows unchanged since; they are not run on these again.
    Raises ContractError where a frame has not the columns of its table, or a check could not be run.
    """
    _check_frames(matches=matches, fixtures=fixtures, quotes=quotes, quarantine=quarantine)
    frames = ArchiveFrames(matches, fixtures, quotes).renumbered()
    fresh = None if settled is None else frames.without_files(settled.files)
    exchanges = rules().exchanges
    suites = suite_frames(frames, divisions, cut_off_at=cut_off_at, exchanges=exchanges, fresh=fresh)
    refused = unread_rows(frames, quarantine)
    suites["coverage"] = coverage_frame(matches, refused, earlier, read_counts, rules())
    findings, suites = _findings(suites, frames, settled)
    failed = failed_rows(findings)
    told = by_book(findings, suites)
    withheld = withheld_divisions(findings, frames, failed, quarantine, suites, rules())
    arrived = with_blanked_cells(told, frames).without_rows(failed)
    accepted = _accepted(arrived, withheld, earlier, cut_off_at)
    entries = joined(quarantine, entries_of(told, frames))
    document = verdict_document(
        findings=findings,
        examples=examples_of(findings, frames, suites),
        states=_states(arrived, divisions, withheld, earlier, cut_off_at),
        divisions=divisions,
        arrived=arrived,
        accepted=accepted,
        quarantine=entries,
        cut_off_at=cut_off_at,
    )
    return Verdict(accepted.matches, accepted.fixtures, accepted.quotes, entries, document)


def _findings(
    suites: Mapping[str, pd.DataFrame], frames: ArchiveFrames, settled: SettledFindings | None
) -> tuple[list[Finding], dict[str, pd.DataFrame]]:
    """Return what the checks found, on settled rows too, and the failed rows of each suite's frame."""
    findings, failed = at_fault(run_checks(suites, all_checks()), suites, frames.quotes)
    return (findings, failed) if settled is None else with_settled(findings, failed, settled, frames)


def _check_frames(**frames: pd.DataFrame) -> None:
    for table, rows in frames.items():
        check_columns(table, {str(name): str(dtype) for name, dtype in rows.dtypes.items()})


def _accepted(
    arrived: ArchiveFrames, withheld: Mapping[str, str], earlier: Earlier | None, cut_off_at: datetime
) -> ArchiveFrames:
    """Return the rows in use: those of a withheld division are the last accepted ones, if there are any."""
    accepted = arrived.without_divisions(withheld)
    if earlier and withheld:
        accepted = accepted.with_divisions_of(earlier.frames, withheld, after=cut_off_at)
    return accepted.renumbered()


def _states(
    arrived: ArchiveFrames,
    divisions: Mapping[str, Division],
    withheld: Mapping[str, str],
    earlier: Earlier | None,
    cut_off_at: datetime,
) -> dict[str, DivisionState]:
    kept = {} if earlier is None else earlier.accepted_at
    states = {}
    played_in = by_division(arrived.matches, "kick_off_at", "season", "home_id", "away_id")
    listed_in = by_division(arrived.fixtures, "status")
    for code, division in divisions.items():
        played, listed = played_in(code), listed_in(code)
        own = state_of(division, played, listed, cut_off_at=cut_off_at, rules=rules())
        is_withheld = code in withheld
        states[code] = DivisionState(WITHHELD, withheld[code], kept.get(code, "")) if is_withheld else own
    return states
