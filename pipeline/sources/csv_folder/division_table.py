"""The user's own `divisions.csv`: what each division is, every field checked and named where it is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from pipeline.domain.division import Division
from pipeline.domain.division_row import (
    FIRST_YEAR,
    REQUIRED,
    Place,
    deduction_of,
    demand,
    division_of,
    places_of,
)
from pipeline.domain.errors import ParseError
from pipeline.domain.rules import Deduction, Places
from pipeline.sources.football_data.lines import read_sheet

NAME = "divisions.csv"

_SOURCE = "csv_folder"
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}", re.ASCII)
_TAKEN_CODES = ("INDEX",)
"""A division's page is named by its code, and the page of all divisions has this name."""
_NEEDED = ("code", *REQUIRED)
_DEDUCTION = ("season", "club", "points", "reason")


def read_division_table(body: bytes) -> dict[str, Division]:
    """Return the divisions by code, in the order of the table.

    Raises ParseError naming the row and the column where a column or a field is missing or can not be used.
    """
    sheet = read_sheet(_SOURCE, NAME, body)
    missing = [name for name in _NEEDED if name not in sheet.names]
    if missing:
        raise _error(f"the header lacks {', '.join(missing)}:", 1, ",".join(sheet.names))
    divisions: dict[str, Division] = {}
    for line in sheet.lines:
        cells = dict(zip(sheet.names, (cell.strip() for cell in line.cells), strict=False))
        place = Place(_SOURCE, NAME, line.number)
        division = _division(cells, place)
        if division.code in divisions:
            raise place.error("the code is there twice:", "code", division.code)
        if any((each.name, each.country) == (division.name, division.country) for each in divisions.values()):
            raise place.error("two divisions of a country have one name:", "name", division.name)
        divisions[division.code] = division
    if not divisions:
        raise _error("there is no division in the table", None, "")
    return divisions


def _division(cells: dict[str, str], place: Place) -> Division:
    demand(cells, _NEEDED, place)
    code = cells["code"]
    if not _CODE.fullmatch(code) or code in _TAKEN_CODES:
        reason = "a code has up to eight capital letters and digits, a letter first, and is not INDEX:"
        raise place.error(reason, "code", code)
    own = division_of(code, cells, place)
    return replace(own, deductions=_deductions(cells, place), places=_places(cells, place))


def _deductions(cells: dict[str, str], place: Place) -> tuple[Deduction, ...]:
    """Read entries such as `2025:Otava Town:3:unpaid wages`, with `;` between them; each is known at once."""
    found = []
    for entry in _entries(cells, "deductions"):
        parts = [part.strip() for part in entry.split(":", len(_DEDUCTION) - 1)]
        if len(parts) < len(_DEDUCTION) or not all(parts):
            raise place.error("a deduction is season:club:points:reason:", "deductions", entry)
        taken = deduction_of(dict(zip(_DEDUCTION, parts, strict=True)), place)
        found.append(replace(taken, imposed_on=date(taken.season, 1, 1)))
    return tuple(found)


def _places(cells: dict[str, str], place: Place) -> tuple[Places, ...]:
    """Read entries such as `1:title` and `-3 -1:relegated`, with `;` between them."""
    found = []
    for entry in _entries(cells, "places"):
        numbers, _, meaning = entry.partition(":")
        ends = numbers.split()
        if len(ends) not in (1, 2) or not meaning.strip():
            raise place.error("places are first last:meaning or place:meaning", "places", entry)
        row = {"first_place": ends[0], "last_place": ends[-1], "meaning": meaning.strip()}
        found.append(places_of({"first_season": str(FIRST_YEAR), **row}, place))
    return tuple(found)


def _entries(cells: dict[str, str], column: str) -> list[str]:
    return [entry.strip() for entry in cells.get(column, "").split(";") if entry.strip()]


def _error(reason: str, row: int | None, value: str) -> ParseError:
    return ParseError(_SOURCE, NAME, reason, row=row, value=value)
