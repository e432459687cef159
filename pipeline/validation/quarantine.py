"""Findings turned into quarantine entries and blanked prices. Nothing is set aside without an entry."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from pipeline.domain.tables import columns_of
from pipeline.validation.engine import Finding
from pipeline.validation.frames import ArchiveFrames
from pipeline.validation.prepare import prices_of

_MOST_VALUE_CHARACTERS = 200
_ORDER = ["source_file", "source_row", "column", "reason"]


def failed_rows(findings: Sequence[Finding]) -> dict[str, np.ndarray]:
    """Return the positions of the rows to set aside, ascending, by table."""
    failed: dict[str, np.ndarray] = {}
    for table in ("matches", "fixtures", "quotes"):
        rows = [each.rows for each in findings if each.check.suite == table and each.check.severity == "row"]
        failed[table] = np.unique(np.concatenate(rows)) if rows else np.array([], dtype=np.int64)
    return failed


def entries_of(findings: Sequence[Finding], frames: ArchiveFrames) -> pd.DataFrame:
    """Return the quarantine entries of all failed rows and cells, one a row and check."""
    wanted = [each for each in findings if each.check.severity in ("row", "cell") and len(each.rows)]
    keys = [frames.table(each.check.suite)["match_id"].iloc[each.rows] for each in wanted]
    origins = frames.origins(pd.concat(keys) if keys else pd.Series(dtype="str"))
    return joined(*[_entries(each, frames.table(each.check.suite), origins) for each in wanted])


def with_blanked_cells(findings: Sequence[Finding], frames: ArchiveFrames) -> ArchiveFrames:
    """Return the frames with every cell blanked that a check of severity `cell` names."""
    quotes = frames.quotes.copy(deep=False)
    for each in findings:
        if each.check.severity == "cell" and len(each.rows):
            patterns = each.check.blanks_of(each.column).split()
            names = [name for name in quotes.columns if any(fnmatchcase(name, each) for each in patterns)]
            quotes.loc[each.rows, names] = np.nan
    return ArchiveFrames(frames.matches, frames.fixtures, quotes)


def joined(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return quarantine entries as one table without repeats, ordered by file, row, column and reason."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return _typed(pd.DataFrame(columns=[column.name for column in columns_of("quarantine")]))
    rows = pd.concat(filled, ignore_index=True).drop_duplicates()
    return _typed(rows.sort_values(_ORDER, kind="stable", ignore_index=True))


def _entries(finding: Finding, rows: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    at_fault = rows.iloc[finding.rows]
    found = origins.reindex(at_fault["match_id"])
    if finding.check.suite in ("matches", "fixtures"):
        found = at_fault
    column = finding.check.fault_of(finding.column)
    entries = pd.DataFrame(
        {
            "source_file": found["source_file"].fillna("").to_numpy(),
            "source_row": found["source_row"].fillna(0).to_numpy(dtype="int64"),
            "column": column,
            "value": _values(at_fault, column),
            "reason": finding.check.reason,
            "scope": finding.check.severity,
            "division": found["division"].fillna("").to_numpy(),
        }
    )
    return _typed(entries)


def _values(rows: pd.DataFrame, column: str) -> list[str]:
    """Return what stood there as text: the cell, or the prices of a book's market and timing."""
    if column in rows.columns:
        return [str(value)[:_MOST_VALUE_CHARACTERS] for value in rows[column]]
    prices = prices_of(rows, column).to_numpy()
    return ["/".join("" if np.isnan(price) else f"{price:g}" for price in line) for line in prices]


def _typed(entries: pd.DataFrame) -> pd.DataFrame:
    types = {"text": "str", "integer": "int64"}
    return entries.astype({column.name: types[column.type] for column in columns_of("quarantine")})
