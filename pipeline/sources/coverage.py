"""What became of every row of the results files: counts by division and season that must add up.

A row read is a line that holds something. It is a match, or still to come at the cut-off, or it stands in
quarantine with file, line and reason; `lost_count` is what is left and must be 0. Lists of fixtures are no
archive and are not counted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.collection import result_known_at
from pipeline.sources.normalise import Normalised

COUNTS = ("rows_count", "matches_count", "to_come_count", "quarantined_count", "lost_count")
"""The counts of `coverage`: the first is the sum of the others."""

_PLACE = ["source_file", "source_row"]
_MOST_LINES = 10**9
_KEYS = ["division", "season"]
_OF_A_ROW = ["source_row", "season", "kick_off_at", "kick_off_precision"]


def coverage(
    parsed: Sequence[tuple[FeedFile, ParsedFile]],
    tables: Normalised,
    *,
    cut_off_at: datetime,
    settled: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return division, season and the counts of `COUNTS`, one row a division and season, in their order.

    parsed: the files that `tables` were made of at this cut-off; those of no single division are not counted.
    A row to come is one whose result was not
    known then, whether it became a fixture or lies beyond the horizon. A row that the reader refused counts
    in the season of its file, or, where the file holds many, in that of the nearest line it could use.
    settled: the counts of further files, all of other seasons.
    """
    results = [(file, each) for file, each in parsed if file.kind == "results" and file.division]
    states = pd.concat([_rows_read(file, each) for file, each in results] or [_no_rows()], ignore_index=True)
    refused = tables.quarantine[tables.quarantine["scope"] == "row"]
    is_match, is_refused = _are_in(states, tables.matches), _are_in(states, refused)
    known_at = result_known_at(states["kick_off_at"], states["kick_off_precision"])
    states = states.assign(
        rows_count=1,
        matches_count=is_match.astype("int64"),
        to_come_count=(~is_refused & (known_at > pd.Timestamp(cut_off_at))).astype("int64"),
        quarantined_count=is_refused.astype("int64"),
    )
    counts = states.groupby(_KEYS, sort=True)[list(COUNTS[:-1])].sum().reset_index()
    found = counts[list(COUNTS[1:-1])].sum(axis="columns")
    counts = counts.assign(lost_count=counts["rows_count"] - found)
    if settled is None:
        return counts
    return pd.concat([settled, counts]).sort_values(_KEYS, ignore_index=True)


def coverage_totals(counts: pd.DataFrame) -> dict[str, int]:
    """Return the sums of the counts over all divisions and seasons.

    >>> coverage_totals(pd.DataFrame({name: [1, 2] for name in COUNTS}))["rows_count"]
    3
    """
    return {name: int(counts[name].sum()) for name in COUNTS}


def _rows_read(file: FeedFile, parsed: ParsedFile) -> pd.DataFrame:
    """Return place, season and kick-off of every line that held something; refused lines have no kick-off."""
    used = (_no_rows() if parsed.rows.empty else parsed.rows)[_OF_A_ROW]
    quarantine = parsed.quarantine[parsed.quarantine["scope"] == "row"]
    refused = quarantine.loc[~quarantine["source_row"].isin(used["source_row"]), ["source_row"]]
    if refused.empty:
        return used.assign(division=file.division, source_file=file.path)
    refused = refused.drop_duplicates().sort_values("source_row")
    if file.season is not None or used.empty:
        refused = refused.assign(season=file.season or 0)
    else:
        lines = used[["source_row", "season"]].sort_values("source_row")
        refused = pd.merge_asof(refused, lines, on="source_row", direction="nearest")
    rows = pd.concat([used, refused], ignore_index=True)
    return rows.assign(division=file.division, source_file=file.path)


def _no_rows() -> pd.DataFrame:
    types = dict.fromkeys([*_KEYS, *_PLACE, *_OF_A_ROW], "str")
    types |= dict.fromkeys(["season", "source_row"], "int64") | {"kick_off_at": "datetime64[us, UTC]"}
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in types.items()})


def _are_in(states: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Tell for each row whether the table has one of its place; a file and a line become one number."""
    files = {path: number for number, path in enumerate(states["source_file"].unique())}
    table = table[table["source_file"].isin(states["source_file"].unique())]
    own, others = (_numbers(rows, files) for rows in (states, table))
    return pd.Series(np.isin(own, others), index=states.index, dtype="bool")


def _numbers(rows: pd.DataFrame, files: Mapping[str, int]) -> npt.NDArray[np.int64]:
    numbers = rows["source_file"].map(files).to_numpy(dtype="int64") * _MOST_LINES
    return np.asarray(numbers + rows["source_row"].to_numpy(dtype="int64"))
