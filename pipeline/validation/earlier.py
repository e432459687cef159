"""What the last finished run had accepted, and what of it is missing now.

A season only grows. Where it shrank, the results refused now are accounted for in quarantine, and a few that
went when the feed edited the very file are its correction; the rest is a loss, whoever's fault it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.validation.checks import Rules
from pipeline.validation.frames import ArchiveFrames
from pipeline.validation.season_counts import known_counts

KEYS = ["division", "season"]
COLUMNS = ("lost_count", "unexplained_count", "taken_back_count")


@dataclass(frozen=True)
class Earlier:
    """The accepted frames of the last finished run of the same data root.

    accepted_at: instants in ISO 8601, by division: when its rows were accepted, which may be long before that
    run. edited_files: the files whose bytes changed since. first_season: earlier ones are not read any more.
    """

    frames: ArchiveFrames
    accepted_at: Mapping[str, str]
    edited_files: frozenset[str] = field(default_factory=frozenset)
    first_season: int = 0


def coverage_frame(
    matches: pd.DataFrame,
    refused: pd.DataFrame,
    earlier: Earlier | None,
    read_counts: pd.DataFrame | None,
    rules: Rules,
) -> pd.DataFrame:
    """Return the frame of the suite `coverage`: division, season and the counts of COLUMNS.

    matches: as they arrived. refused: division and season of each row that the reader refused. read_counts:
    division, season and lost_count of what was read; missing counts stand for what cannot be told.
    """
    frame = pd.DataFrame({name: pd.Series(dtype="str" if name == KEYS[0] else "int64") for name in KEYS})
    for part in (read_counts, None if earlier is None else _shrunk(matches, refused, earlier, rules)):
        if part is not None:
            frame = frame.merge(part, on=KEYS, how="outer")
    return frame.reindex(columns=[*KEYS, *COLUMNS]).astype(dict.fromkeys(COLUMNS, "float64"))


def _shrunk(matches: pd.DataFrame, refused: pd.DataFrame, earlier: Earlier, rules: Rules) -> pd.DataFrame:
    before, now = _counts(earlier.frames.matches), _counts(matches)
    table = before.rename("before_count").to_frame()
    table["now_count"] = now.reindex(before.index).fillna(0)
    excused = _counts(refused).reindex(before.index).fillna(0)
    years = table.index.get_level_values("season")
    is_read = (table["now_count"] > 0) | (years >= earlier.first_season)
    places = zip(table.index.get_level_values(0), years, table["now_count"], strict=True)
    is_known = [known_counts().get((str(code), int(year))) == count for code, year, count in places]
    shrunk = (table["before_count"] - table["now_count"] - excused).clip(lower=0)
    shrunk = shrunk.where(is_read & ~pd.Series(is_known, index=table.index, dtype="bool"), 0)
    is_edited = table.index.isin(_edited_seasons(earlier))
    is_correction = is_edited & (shrunk <= rules.taken_back_rows)
    told = pd.DataFrame(
        {
            "unexplained_count": shrunk.where(~is_correction, 0),
            "taken_back_count": shrunk.where(is_correction, 0),
        }
    )
    return told.reset_index()


def _counts(rows: pd.DataFrame) -> pd.Series:
    counts: pd.Series = rows.groupby(KEYS, sort=True).size()
    return counts


def _edited_seasons(earlier: Earlier) -> list[tuple[str, int]]:
    matches = earlier.frames.matches
    edited = matches[matches["source_file"].isin(list(earlier.edited_files))]
    return list(edited[KEYS].drop_duplicates().itertuples(index=False, name=None))
