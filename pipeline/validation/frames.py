"""The three frames of an archive kept together, so that a row set aside takes its prices along."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class ArchiveFrames:
    """Matches, fixtures and quotes of one run; columns as in `tables.csv`."""

    matches: pd.DataFrame
    fixtures: pd.DataFrame
    quotes: pd.DataFrame

    def table(self, name: str) -> pd.DataFrame:
        """Return one of the three frames by the name of its table or suite; prices stand in the quotes."""
        return {"matches": self.matches, "fixtures": self.fixtures}.get(name, self.quotes)

    def origins(self, keys: pd.Series) -> pd.DataFrame:
        """Return source_file, source_row and division of these matches and fixtures by match_id."""
        names = ["match_id", "source_file", "source_row", "division"]
        parts = [part[names][are_among(part["match_id"], keys)] for part in (self.matches, self.fixtures)]
        rows = pd.concat(parts)
        return rows.drop_duplicates("match_id").set_index("match_id")

    def without_rows(self, rows: Mapping[str, np.ndarray]) -> ArchiveFrames:
        """Return the frames without the rows at these positions, and without prices left alone by that."""
        kept = {
            name: self.table(name).drop(index=rows[name].tolist()) if len(rows[name]) else self.table(name)
            for name in ("matches", "fixtures", "quotes")
        }
        return ArchiveFrames(kept["matches"], kept["fixtures"], kept["quotes"])._with_own_quotes()

    def of_files(self, files: Collection[str]) -> ArchiveFrames:
        """Return the rows that come from these files of the feed, and their prices; the index stays."""
        return self._of_files(files, is_wanted=True)

    def without_files(self, files: Collection[str]) -> ArchiveFrames:
        """Return the rows that come from other files of the feed, and their prices; the index stays."""
        return self._of_files(files, is_wanted=False)

    def _of_files(self, files: Collection[str], *, is_wanted: bool) -> ArchiveFrames:
        names = list(files)
        kept = [rows[rows["source_file"].isin(names) == is_wanted] for rows in (self.matches, self.fixtures)]
        return ArchiveFrames(kept[0], kept[1], self.quotes)._with_own_quotes()

    def without_divisions(self, codes: Collection[str]) -> ArchiveFrames:
        """Return the frames without these divisions; where there are none, the frames as they are."""
        if not codes:
            return self
        kept = [rows[~rows["division"].isin(list(codes))] for rows in (self.matches, self.fixtures)]
        return ArchiveFrames(kept[0], kept[1], self.quotes)._with_own_quotes()

    def with_divisions_of(
        self, other: ArchiveFrames, codes: Collection[str], *, after: datetime
    ) -> ArchiveFrames:
        """Return the frames with these divisions' rows of `other` added, its fixtures after `after`."""
        wanted = [rows[rows["division"].isin(list(codes))] for rows in (other.matches, other.fixtures)]
        coming = wanted[1][wanted[1]["kick_off_at"] > pd.Timestamp(after)]
        added = ArchiveFrames(wanted[0], coming, other.quotes)._with_own_quotes()
        if added.matches.empty:
            return self
        return ArchiveFrames(
            _in_order(self.matches, added.matches),
            _in_order(self.fixtures, added.fixtures),
            pd.concat([part for part in (self.quotes, added.quotes) if len(part)] or [self.quotes]),
        )

    def renumbered(self) -> ArchiveFrames:
        """Return the frames with the index 0..n-1."""
        frames = (self.matches, self.fixtures, self.quotes)
        return ArchiveFrames(*[rows.reset_index(drop=True) for rows in frames])

    def _with_own_quotes(self) -> ArchiveFrames:
        is_known = are_among(self.quotes["match_id"], self.matches["match_id"], self.fixtures["match_id"])
        quotes = self.quotes if is_known.all() else self.quotes[is_known]  # no copy of hundreds of megabytes
        return ArchiveFrames(self.matches, self.fixtures, quotes)


def _in_order(*parts: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat([part for part in parts if len(part)] or [parts[0]])
    return rows.sort_values(["kick_off_at", "match_id"], kind="stable")


def by_division(rows: pd.DataFrame, *columns: str) -> Callable[[str], pd.DataFrame]:
    """Return what gives the rows of a division in these columns, looked up once for all divisions."""
    wanted, places = rows[list(columns)], rows.groupby("division", sort=False).indices
    nowhere = np.array([], dtype=np.int64)
    return lambda code: wanted.iloc[places.get(code, nowhere)]


def are_among(keys: pd.Series, *known: pd.Series) -> pd.Series:
    """Tell for each key whether it is among the known ones.

    A plain set: on a hundred thousand keys of pandas' text type `isin` takes ten times as long.
    """
    lookup = set().union(*(each.tolist() for each in known))
    return pd.Series([key in lookup for key in keys.tolist()], index=keys.index, dtype="bool")
