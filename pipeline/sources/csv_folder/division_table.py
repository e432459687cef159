"""The user's own `divisions.csv`: what each division is, every field checked and named where it is wrong."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from pipeline.domain.divisions import Division
from pipeline.domain.errors import ParseError
from pipeline.sources.football_data.lines import read_sheet

NAME = "divisions.csv"
REQUIRED = ("code", "name", "country", "tier", "time_zone", "calendar", "under_way_by")
OPTIONAL = ("break_starts", "break_ends")
CALENDARS = ("winter", "summer")

_SOURCE = "csv_folder"
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}", re.ASCII)
_MONTH_DAY = re.compile(r"\d\d-\d\d", re.ASCII)
_LEAP_YEAR = 2024
_TAKEN_CODES = ("INDEX",)
"""A division's page is named by its code, and the page of all divisions has this name."""


def read_division_table(body: bytes) -> dict[str, Division]:
    """Return the divisions by code, in the order of the table.

    Raises ParseError naming the row and the column where a column or a field is missing or can not be used.
    """
    sheet = read_sheet(_SOURCE, NAME, body)
    missing = [name for name in REQUIRED if name not in sheet.names]
    if missing:
        raise _error(f"the header lacks {', '.join(missing)}:", 1, "", ",".join(sheet.names))
    divisions: dict[str, Division] = {}
    for line in sheet.lines:
        cells = dict(zip(sheet.names, (cell.strip() for cell in line.cells), strict=False))
        division = _division(cells, line.number)
        if division.code in divisions:
            raise _error("the code is there twice:", line.number, "code", division.code)
        if any((each.name, each.country) == (division.name, division.country) for each in divisions.values()):
            raise _error("two divisions of a country have one name:", line.number, "name", division.name)
        divisions[division.code] = division
    if not divisions:
        raise _error("there is no division in the table", None, "", "")
    return divisions


def _division(cells: dict[str, str], row: int) -> Division:
    for column in REQUIRED:
        if not cells.get(column):
            raise _error("a field is missing:", row, column, "")
    code, tier, calendar = cells["code"], cells["tier"], cells["calendar"]
    if not _CODE.fullmatch(code) or code in _TAKEN_CODES:
        reason = "a code has up to eight capital letters and digits, a letter first, and is not INDEX:"
        raise _error(reason, row, "code", code)
    if not (tier.isascii() and tier.isdigit() and 1 <= int(tier) <= 99):
        raise _error("a tier is a whole number from 1 on:", row, "tier", tier)
    if calendar not in CALENDARS:
        raise _error(f"a calendar is {' or '.join(CALENDARS)}:", row, "calendar", calendar)
    return Division(
        code=code,
        name=cells["name"],
        country=cells["country"],
        tier=int(tier),
        time_zone=_time_zone(cells["time_zone"], row),
        calendar=calendar,
        under_way_by=_month_day(cells, "under_way_by", row),
        winter_break=_winter_break(cells, row),
    )


def _time_zone(name: str, row: int) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        raise _error("the time zone is not known:", row, "time_zone", name) from None


def _winter_break(cells: dict[str, str], row: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    given = [column for column in OPTIONAL if cells.get(column)]
    if not given:
        return None
    for column in OPTIONAL:
        if column not in given:
            raise _error("a break needs its start and its end:", row, column, "")
    starts, ends = (_month_day(cells, column, row) for column in OPTIONAL)
    return starts, ends


def _month_day(cells: dict[str, str], column: str, row: int) -> tuple[int, int]:
    """Read a month and day; 29 February is none, because every year must have the day."""
    text = cells[column]
    try:
        if not _MONTH_DAY.fullmatch(text) or text == "02-29":
            raise ValueError(text)
        day = date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        raise _error("a day of the year is month and day, as 09-01:", row, column, text) from None
    return day.month, day.day


def _error(reason: str, row: int | None, column: str, value: str) -> ParseError:
    return ParseError(_SOURCE, NAME, reason, row=row, column=column, value=value)
