"""Findings on rows that stay as they are, told once and joined with those on the rest of the archive.

The suites of `ROW_SUITES` judge a row by itself, or by its division's other matches of the same day. Where no
day of a division has rows both settled and not, which `sources.settled.is_apart` makes sure of, each part can
be judged alone and the two findings on a check are together what all rows at once would have given. What the
cut-off says of a settled row it says at every later one: that it lies before. The suites of seasons and of
coverage count rows, and are run on the whole archive every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.validation.checks import all_checks, rules
from pipeline.validation.engine import BY_BOOK, Finding, run_checks
from pipeline.validation.frames import ArchiveFrames
from pipeline.validation.prepare import price_stems, row_frames
from pipeline.validation.price_sanity import exchange_stems

ROW_SUITES = ("matches", "quotes", "prices", "exchanges")


@dataclass(frozen=True)
class SettledFindings:
    """What the row suites found in the rows of some files.

    findings: by suite and name of the check `is_met`, `checked_count` and `rows`, the places in `failed` of
    the rows at fault. failed: of each suite's frame the rows that failed a check, with their `match_id`.
    """

    files: frozenset[str]
    findings: Mapping[str, Mapping[str, Any]]
    failed: Mapping[str, pd.DataFrame]


def judge_settled(
    files: frozenset[str],
    tables: Mapping[str, pd.DataFrame],
    divisions: Mapping[str, Division],
    *,
    cut_off_at: datetime,
) -> SettledFindings:
    """Run the row suites on the rows of these files. tables: `matches`, `fixtures` and `quotes`."""
    whole = ArchiveFrames(tables["matches"], tables["fixtures"], tables["quotes"])
    own = whole.of_files(files).renumbered()
    suites = row_frames(own, divisions, cut_off_at=cut_off_at, exchanges=rules().exchanges)
    findings = run_checks(suites, all_checks())
    told: dict[str, dict[str, Any]] = {}
    failed = {}
    for suite in ROW_SUITES:
        ours = [each for each in findings if each.check.suite == suite]
        failed[suite], places = _failing(suites[suite], ours)
        if suite in BY_BOOK:
            keys = own.quotes["match_id"].iloc[failed[suite]["quote_row"]]
            failed[suite] = failed[suite].assign(match_id=keys.array)
        told[suite] = {
            each.check.name: {
                "is_met": each.is_met,
                "checked_count": each.checked_count,
                "rows": rows.tolist(),
            }
            for each, rows in zip(ours, places, strict=True)
        }
    return SettledFindings(files, told, failed)


def _failing(
    frame: pd.DataFrame, findings: Sequence[Finding]
) -> tuple[pd.DataFrame, list[np.ndarray[Any, np.dtype[np.int64]]]]:
    """Return the rows that failed any check, and where those of each finding stand among them."""
    rows = np.unique(np.concatenate([np.array([], dtype=np.int64), *(each.rows for each in findings)]))
    places = [np.searchsorted(rows, each.rows) for each in findings]
    return frame.iloc[rows], places


def at_fault(
    findings: Sequence[Finding], suites: Mapping[str, pd.DataFrame], quotes: pd.DataFrame
) -> tuple[list[Finding], dict[str, pd.DataFrame]]:
    """Return the findings, and of each suite's frame the failed rows, both in labels of the whole archive.

    A label is the frame's own index; of a single price it tells the stem and the row of the quotes.
    """
    told: dict[int, Finding] = {}
    failed = {}
    for suite, frame in suites.items():
        own = {at: each for at, each in enumerate(findings) if each.check.suite == suite}
        rows, places = _failing(frame, list(own.values()))
        failed[suite] = rows.set_axis(_labels(suite, rows, quotes))
        labels = failed[suite].index.to_numpy()
        told |= {
            at: replace(each, rows=labels[where])
            for (at, each), where in zip(own.items(), places, strict=True)
        }
    return [told[at] for at in sorted(told)], failed


def with_settled(
    findings: Sequence[Finding],
    suites: Mapping[str, pd.DataFrame],
    settled: SettledFindings,
    frames: ArchiveFrames,
) -> tuple[list[Finding], dict[str, pd.DataFrame]]:
    """Return the findings of `at_fault` with those on the settled rows, which stand in the frames too."""
    failed = {**suites}
    for suite in ROW_SUITES:
        if len(settled.failed[suite]):
            own = _placed(suite, settled.failed[suite], frames)
            failed[suite] = pd.concat([part for part in (suites[suite], own) if len(part)])
    labels = {suite: failed[suite].index[len(suites[suite]) :].to_numpy() for suite in ROW_SUITES}
    return [_joined(each, settled, labels) for each in findings], failed


def _joined(
    finding: Finding,
    settled: SettledFindings,
    labels: Mapping[str, np.ndarray[Any, np.dtype[np.int64]]],
) -> Finding:
    suite = finding.check.suite
    if suite not in ROW_SUITES:
        return finding
    kept = settled.findings[suite][finding.check.name]
    rows = labels[suite][np.array(kept["rows"], dtype=np.int64)]
    return replace(
        finding,
        is_met=finding.is_met and kept["is_met"],
        checked_count=finding.checked_count + kept["checked_count"],
        rows=np.sort(np.concatenate([finding.rows, rows])),
    )


def _placed(suite: str, failed: pd.DataFrame, frames: ArchiveFrames) -> pd.DataFrame:
    """Return settled rows with their labels in the whole archive."""
    places = pd.Index(frames.table(suite)["match_id"]).get_indexer(pd.Index(failed["match_id"]))
    if suite in BY_BOOK:
        failed = failed.assign(quote_row=places).drop(columns="match_id")
        return failed.set_axis(_labels(suite, failed, frames.quotes))
    return failed.set_axis(places)


def _labels(suite: str, rows: pd.DataFrame, quotes: pd.DataFrame) -> pd.Index:
    if suite not in BY_BOOK:
        return rows.index
    stems = exchange_stems(rules().exchanges) if suite == "exchanges" else price_stems(quotes)
    place = {stem: at * len(quotes) for at, stem in enumerate(stems)}
    labels: pd.Index = pd.Index(rows["stem"].map(place).astype("int64") + rows["quote_row"])
    return labels
