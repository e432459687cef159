"""Known errors of the source as data: one cell a row of `corrections.csv`, applied while a file is read.

An entry names file, match, column, the value that stands there and the one to use, empty for missing, with
the reason and where the knowledge comes from. It may only rest on what the source could have written on the
day of the match, so that a corrected row tells no more of the future than the row itself; it goes through the
same cut-off. An entry that no longer fits is an error, never ignored. Lists of fixtures change daily and
are never corrected: what can not be right in them is set aside by rule.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files

from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile
from pipeline.sources.football_data.cells import date_of
from pipeline.sources.football_data.columns import Header, read_header
from pipeline.sources.football_data.lines import Line, Sheet
from pipeline.sources.tables import Defect

Match = tuple[date, str, str]


@dataclass(frozen=True)
class Correction:
    """One row of the table. date: as `2026-04-24`; home, away, column: as the file spells them."""

    file: str
    division: str
    date: str
    home: str
    away: str
    column: str
    old: str
    new: str
    reason: str
    known_from: str

    @property
    def match(self) -> Match:
        """Return what finds the match in its file."""
        return date.fromisoformat(self.date), self.home, self.away

    def __str__(self) -> str:
        return f"the correction of {self.column} of {self.home} - {self.away} on {self.date}"


@cache
def corrections() -> tuple[Correction, ...]:
    """Return the whole table, in its order."""
    table = files("pipeline.sources.football_data").joinpath("corrections.csv")
    return tuple(Correction(**row) for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


def corrected(source: str, file: FeedFile, sheet: Sheet, header: Header) -> tuple[Sheet, list[Defect]]:
    """Apply the corrections of one file and return what was changed as entries of scope `cell`.

    A match that the file does not reach yet, because no line has a later day, is not missed: the file is an
    older one. Raises ParseError, naming the entry, where the match is not there though later ones are, is
    there twice, or does not hold the old value, as when the source was put right.
    """
    entries = [entry for entry in corrections() if entry.file == file.path]
    if not entries:
        return sheet, []
    places = [header.positions[field] for field in ("date", "home", "away")]
    matches = {line.number: _match_of(line, places) for line in sheet.lines}
    lines = {line.number: line for line in sheet.lines}
    defects = []
    for entry in entries:
        number = _line_of(source, file, entry, matches)
        if number is not None:
            lines[number] = _put(source, file, entry, lines[number], sheet.names)
            defects.append(_defect(file, entry, number))
    return replace(sheet, lines=list(lines.values())), defects


def _match_of(line: Line, places: Sequence[int]) -> Match | None:
    day, home, away = (line.cells[place].strip() if place < len(line.cells) else "" for place in places)
    played_on = date_of(day)
    return (played_on, home, away) if played_on else None


def _line_of(source: str, file: FeedFile, entry: Correction, matches: dict[int, Match | None]) -> int | None:
    found = [number for number, match in matches.items() if match == entry.match]
    if len(found) > 1:
        raise ParseError(source, file.path, f"{entry} finds the match twice", column=entry.column)
    is_reached = any(match[0] > entry.match[0] for match in matches.values() if match)
    if not found and is_reached:
        raise ParseError(source, file.path, f"{entry} does not find the match", column=entry.column)
    return found[0] if found else None


def _put(source: str, file: FeedFile, entry: Correction, line: Line, names: Sequence[str]) -> Line:
    if entry.column not in names:
        raise ParseError(source, file.path, f"{entry} does not find the column", row=line.number)
    place = names.index(entry.column)
    cells = line.cells + [""] * (place + 1 - len(line.cells))
    if cells[place].strip() != entry.old:
        reason = f"{entry} expects {entry.old!r}: has the source been put right?"
        raise ParseError(
            source, file.path, reason, row=line.number, column=entry.column, value=cells[place].strip()
        )
    return replace(line, cells=[*cells[:place], entry.new, *cells[place + 1 :]])


def _defect(file: FeedFile, entry: Correction, number: int) -> Defect:
    field = next(iter(read_header([entry.column]).positions), entry.column)
    reason = f"corrected to {entry.new or 'missing'}: {entry.reason}"
    return Defect(file.path, number, field, entry.old, reason, "cell", entry.division)
