"""Which divisions are withheld, and why: too many rows of a season set aside, or a blocking check failed.

Rows that the reader could not use count as well as rows that a check refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.validation.checks import Rules
from pipeline.validation.engine import Finding
from pipeline.validation.frames import ArchiveFrames

_KEYS = ["division", "season"]


def withheld_divisions(
    findings: Sequence[Finding],
    frames: ArchiveFrames,
    failed: Mapping[str, np.ndarray],
    unread: pd.DataFrame,
    suites: Mapping[str, pd.DataFrame],
    rules: Rules,
) -> dict[str, str]:
    """Return the withheld divisions with their reasons.

    failed: positions of refused rows by table. unread: the reader's quarantine entries.
    suites: of each suite's frame the failed rows at least; those with blocking checks have a row a season.
    """
    reasons: dict[str, list[str]] = {}
    for division, reason in _blocked(findings, suites) + _too_many(frames, failed, unread, rules):
        reasons.setdefault(division, []).append(reason)
    return {division: "; ".join(dict.fromkeys(each)) for division, each in sorted(reasons.items())}


def _blocked(findings: Sequence[Finding], suites: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    blocked = []
    for each in findings:
        if each.check.severity == "blocking" and len(each.rows):
            rows = suites[each.check.suite].loc[each.rows]
            for division, season, value in zip(
                rows["division"], rows["season"], rows[each.column], strict=True
            ):
                blocked.append((str(division), f"season {season}: {each.check.reason} ({value:.4g})"))
    return blocked


def _too_many(
    frames: ArchiveFrames, failed: Mapping[str, np.ndarray], unread: pd.DataFrame, rules: Rules
) -> list[tuple[str, str]]:
    shares = set_aside_shares(frames, failed, unread)
    is_bad = (shares["share"] > rules.withheld_share) & (shares["failed_count"] >= rules.withheld_least_rows)
    return [
        (
            str(row.division),
            f"season {row.season}: {row.failed_count} of {row.rows_count} rows set aside ({row.share:.1%})",
        )
        for row in shares[is_bad].itertuples()
    ]


def set_aside_shares(
    frames: ArchiveFrames, failed: Mapping[str, np.ndarray], unread: pd.DataFrame
) -> pd.DataFrame:
    """Return division, season, rows_count, failed_count and share for every season that has rows."""
    parts = []
    for table in ("matches", "fixtures"):
        rows = frames.table(table)
        marks = rows[[*_KEYS]].assign(is_failed=rows.index.isin(failed[table]))
        parts.append(marks)
    parts.append(unread_rows(frames, unread).assign(is_failed=True))
    marked = pd.concat([part for part in parts if len(part)] or parts[:1])
    shares = marked.groupby(_KEYS)["is_failed"].agg(rows_count="size", failed_count="sum").reset_index()
    return shares.assign(share=shares["failed_count"] / shares["rows_count"])


def unread_rows(frames: ArchiveFrames, unread: pd.DataFrame) -> pd.DataFrame:
    """Return division and season, that of the nearest line in use, of each row the reader refused.

    A file can hold all seasons of a league, in their order.
    """
    columns = ["division", "source_file", "source_row"]
    lost = unread.loc[unread["scope"].eq("row"), columns].drop_duplicates()
    files = lost["source_file"].unique()
    used = [rows[rows["source_file"].isin(files)] for rows in (frames.matches, frames.fixtures)]
    known = pd.concat([rows[[*columns, "season"]] for rows in used]).sort_values("source_row", kind="stable")
    placed = pd.merge_asof(
        lost.sort_values("source_row", kind="stable"),
        known,
        on="source_row",
        by=columns[:2],
        direction="nearest",
    ).dropna(subset="season")
    return placed[_KEYS].astype({"season": "int64"})
