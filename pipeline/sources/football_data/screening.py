"""Which lines name a match beyond doubt; every other line goes to quarantine with the first reason found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.sources.base import FeedFile
from pipeline.sources.clubs import aliases_of
from pipeline.sources.football_data.cells import Flags, dates_of
from pipeline.sources.football_data.leagues import is_extra, starting_years
from pipeline.sources.football_data.lines import Line, Sheet
from pipeline.sources.tables import Defect

_DIVISION_CODE = re.compile(r"[A-Z]{1,3}[0-9]?", re.ASCII)

_DIVISION_FAULTS = {
    False: ("division", "the division can not be read"),
    True: ("league", "the league is of no division we know"),
}

Fault = tuple[str, str, Flags]
Years = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Screened:
    """The lines whose match is clear, with their dates and seasons, and the defects of the others."""

    texts: pd.DataFrame
    days: pd.Series
    seasons: list[int]
    defects: list[Defect]


def well_formed(sheet: Sheet, file: FeedFile) -> tuple[Sheet, list[Defect]]:
    """Set aside lines that were cut off or hold more than the header has columns for.

    The feed ends every line, so a last line without an end is what is left of a longer one. A value beyond
    the last column means that the cells before it have moved.
    """
    faults = {line.number: _shape_fault(line, len(sheet.names)) for line in sheet.lines}
    kept = [line for line in sheet.lines if not faults[line.number]]
    defects = [
        Defect(file.path, line.number, "", ",".join(line.cells), faults[line.number], "row", file.division)
        for line in sheet.lines
        if faults[line.number]
    ]
    return replace(sheet, lines=kept), defects


def foreign_divisions(codes: pd.Series, division: str) -> list[str]:
    """Return the divisions other than the one asked for that a column of codes holds."""
    return sorted(code for code in set(codes) - {division} if _DIVISION_CODE.fullmatch(code))


def is_elsewhere(codes: pd.Series, divisions: Mapping[str, Division]) -> pd.Series:
    """Mark the lines of divisions nobody asked for; a code that can not be read is not elsewhere."""
    elsewhere = [code for code in set(codes) if code not in divisions and _DIVISION_CODE.fullmatch(code)]
    return codes.isin(elsewhere)


def spell_once(source: str, texts: pd.DataFrame, divisions: Mapping[str, Division]) -> pd.DataFrame:
    """Give every club one spelling: blanks inside reduced to one, aliases replaced."""
    aliases = {code: aliases_of(source, division.country) for code, division in divisions.items()}
    columns = {}
    for side in ("home", "away"):
        names = [" ".join(name.split()) for name in texts[side]]
        columns[side] = [
            aliases.get(code, {}).get(name, name) for code, name in zip(texts["division"], names, strict=True)
        ]
    return texts.assign(**columns)


def screen(texts: pd.DataFrame, file: FeedFile, divisions: Mapping[str, Division]) -> Screened:
    """Tell the lines whose match is clear from those that go to quarantine as whole rows.

    texts: one line a row, indexed by line number, with the columns division, date, home and away.
    """
    days = pd.Series(dates_of(list(texts["date"])), index=texts.index, dtype=object)
    starts = _starts_told(texts, file)
    found = _faults(texts, days, starts, file, divisions)
    faults = [("", "", np.ones(len(texts), dtype=bool)), *found[::-1]]
    first_fault = np.zeros(len(texts), dtype="int64")
    for place, (_, _, is_at_fault) in enumerate(faults):
        first_fault[is_at_fault] = place
    is_clear = first_fault == 0
    defects = [
        _defect(texts.iloc[line], file, faults[first_fault[line]], divisions)
        for line in np.flatnonzero(~is_clear)
    ]
    texts, days = texts[is_clear], days[is_clear]
    return Screened(texts, days, _seasons_of(texts["division"], days, starts[is_clear], divisions), defects)


def _shape_fault(line: Line, width: int) -> str:
    if not line.is_finished:
        return "the last line is not finished"
    if any(cell.strip() for cell in line.cells[width:]):
        return "the line holds values beyond the last column"
    return ""


def _starts_told(texts: pd.DataFrame, file: FeedFile) -> Years:
    """Return the starting years that a file tells, by its path or line by line; NaN where it does not."""
    if file.season is None and file.kind == "results":
        return starting_years(list(texts["season"]))
    return np.full(len(texts), np.nan if file.season is None else file.season)


def _faults(
    texts: pd.DataFrame, days: pd.Series, starts: Years, file: FeedFile, divisions: Mapping[str, Division]
) -> list[Fault]:
    """Return column, reason and lines of every fault, the one to report first at the head."""
    codes = [file.division] if file.kind == "results" else list(divisions)
    years = np.array([day.year if day else -1 for day in days], dtype="int64")
    is_results = np.full(len(texts), file.kind == "results")
    is_outside = is_results & (years != starts) & (years != starts + 1)
    holder = "file" if file.season is not None else "line"
    home, away = texts["home"].to_numpy(), texts["away"].to_numpy()
    return [
        (*_DIVISION_FAULTS[is_extra(file)], ~texts["division"].isin(codes).to_numpy()),
        ("season", "the season can not be read", is_results & np.isnan(starts)),
        ("kick_off_at", "the date can not be read", years < 0),
        ("kick_off_at", f"the date lies outside the season of the {holder}", is_outside),
        ("home", "the home club is missing", np.asarray(home == "", dtype=bool)),
        ("away", "the away club is missing", np.asarray(away == "", dtype=bool)),
        ("away", "the two clubs are the same", np.asarray(home == away, dtype=bool)),
    ]


def _defect(text: pd.Series, file: FeedFile, fault: Fault, divisions: Mapping[str, Division]) -> Defect:
    column, reason, _ = fault
    value = str(text["date" if column == "kick_off_at" else column])
    code = file.division or (str(text["division"]) if text["division"] in divisions else "")
    return Defect(file.path, int(str(text.name)), column, value, reason, "row", code)


def _seasons_of(
    codes: pd.Series, days: pd.Series, starts: Years, divisions: Mapping[str, Division]
) -> list[int]:
    fields = zip(codes, days, starts, strict=True)
    return [
        divisions[code].season_at(day).start_year if np.isnan(start) else int(start)
        for code, day, start in fields
    ]
