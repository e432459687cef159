"""One row of a division table as a `Division`: every field checked, and named where it is missing or wrong.

The same for the table of this package and for a user's own; what else a user's table must keep to is said
in its reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.domain.division import Division
from pipeline.domain.errors import ParseError
from pipeline.domain.rules import (
    ORDINARY_FORMAT,
    Deduction,
    Places,
    SeasonRules,
    season_formats,
    tie_break_words,
)

CALENDARS = ("winter", "summer")
REQUIRED = ("name", "country", "tier", "time_zone", "calendar", "under_way_by")
BREAK = ("break_starts", "break_ends")
RULES = ("clubs", "season_format", "tie_breaks")
FIRST_YEAR, LAST_YEAR = 1870, 2100

_WHOLE = re.compile(r"-?\d{1,4}", re.ASCII)
_MONTH_DAY = re.compile(r"\d\d-\d\d", re.ASCII)
_LEAP_YEAR = 2024


@dataclass(frozen=True)
class Place:
    """Where a row stands: whose table, its file and the row, for the words of an error."""

    source: str
    path: str
    row: int | None

    def error(self, reason: str, column: str, value: str = "") -> ParseError:
        """Return the error that names this place and a column."""
        return ParseError(self.source, self.path, reason, row=self.row, column=column, value=value)


def demand(cells: Mapping[str, str], columns: tuple[str, ...], place: Place) -> None:
    """Raise ParseError naming the first of the columns that has no value."""
    for column in columns:
        if not cells.get(column):
            raise place.error("a field is missing:", column)


def whole_number(cells: Mapping[str, str], column: str, place: Place, *, least: int, most: int) -> int:
    """Return a whole number of a cell. Raises ParseError where it is none or outside its bounds."""
    text = cells[column]
    if not (_WHOLE.fullmatch(text) and least <= int(text) <= most):
        raise place.error(f"a whole number from {least} to {most} is wanted:", column, text)
    return int(text)


def one_of(cells: Mapping[str, str], column: str, known: tuple[str, ...], place: Place) -> str:
    """Return a word of a cell. Raises ParseError where it is none of the known ones."""
    if cells[column] not in known:
        raise place.error(f"one of {', '.join(known)} is wanted:", column, cells[column])
    return cells[column]


def division_of(code: str, cells: Mapping[str, str], place: Place) -> Division:
    """Return the division of a row without its former rules and deductions.

    Raises ParseError naming the row and the column of a field that is missing or can not be used.
    """
    demand(cells, REQUIRED, place)
    return Division(
        code=code,
        name=cells["name"],
        country=cells["country"],
        tier=whole_number(cells, "tier", place, least=1, most=99),
        time_zone=_time_zone(cells["time_zone"], place),
        calendar=one_of(cells, "calendar", CALENDARS, place),
        under_way_by=_month_day(cells, "under_way_by", place),
        winter_break=_winter_break(cells, place),
        rules=_rules(cells, place),
    )


def deduction_of(cells: Mapping[str, str], place: Place) -> Deduction:
    """Return the deduction of a row: season, club, points, reason, and the day of the verdict if it is there.

    Raises ParseError where a field is missing or can not be used.
    """
    demand(cells, ("season", "club", "points", "reason"), place)
    season = whole_number(cells, "season", place, least=FIRST_YEAR, most=LAST_YEAR)
    points = whole_number(cells, "points", place, least=1, most=99)
    text = cells.get("imposed_on", "")
    try:
        imposed_on = date.fromisoformat(text) if text else None
    except ValueError:
        raise place.error("a day is wanted, as 2024-03-18:", "imposed_on", text) from None
    return Deduction(season, cells["club"], points, cells["reason"], imposed_on)


def places_of(cells: Mapping[str, str], place: Place) -> Places:
    """Return the places of a row. Raises ParseError where a field is missing or can not be used."""
    demand(cells, ("first_season", "first_place", "last_place", "meaning"), place)
    first_season = whole_number(cells, "first_season", place, least=FIRST_YEAR, most=LAST_YEAR)
    last_season = None
    if cells.get("last_season"):
        last_season = whole_number(cells, "last_season", place, least=first_season, most=LAST_YEAR)
    first = whole_number(cells, "first_place", place, least=-99, most=99)
    if first == 0:
        raise place.error("places are from 1 or, from the bottom, from -1:", "first_place", "0")
    last = whole_number(cells, "last_place", place, least=first, most=99 if first > 0 else -1)
    return Places(first_season, last_season, first, last, cells["meaning"])


def rule_of(rule: str, text: str, place: Place) -> Any:
    """Return the value of one rule of `SeasonRules` by its name; raises ParseError where it is not usable."""
    cells = {rule: text}
    if rule == "tie_breaks":
        return _tie_breaks(text, place)
    if rule == "season_format":
        return season_formats()[one_of(cells, rule, tuple(season_formats()), place)]
    if rule == "clubs":
        return whole_number(cells, rule, place, least=2, most=99)
    if rule == "points_for_win":
        return whole_number(cells, rule, place, least=2, most=3)
    raise place.error("one of clubs, season_format, points_for_win, tie_breaks is wanted:", "rule", rule)


def _rules(cells: Mapping[str, str], place: Place) -> SeasonRules:
    """Return the rules as far as they are told; what is left out is ordinary."""
    told = {rule: rule_of(rule, cells[rule], place) for rule in RULES if cells.get(rule)}
    return replace(SeasonRules(None, season_formats()[ORDINARY_FORMAT]), **told)


def _tie_breaks(text: str, place: Place) -> tuple[str, ...]:
    found = tuple(text.split())
    for criterion in found:
        if criterion not in tie_break_words():
            known = ", ".join(tie_break_words())
            raise place.error(f"a tie is broken by {known}:", "tie_breaks", criterion)
        if found.count(criterion) > 1:
            raise place.error("a criterion is there twice:", "tie_breaks", criterion)
    return found


def _time_zone(name: str, place: Place) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        raise place.error("the time zone is not known:", "time_zone", name) from None


def _winter_break(cells: Mapping[str, str], place: Place) -> tuple[tuple[int, int], tuple[int, int]] | None:
    if not any(cells.get(column) for column in BREAK):
        return None
    for column in BREAK:
        if not cells.get(column):
            raise place.error("a break needs its start and its end:", column)
    starts, ends = (_month_day(cells, column, place) for column in BREAK)
    return starts, ends


def _month_day(cells: Mapping[str, str], column: str, place: Place) -> tuple[int, int]:
    """Read a month and day; 29 February is none, because every year must have the day."""
    text = cells[column]
    try:
        if not _MONTH_DAY.fullmatch(text) or text == "02-29":
            raise ValueError(text)
        day = date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        raise place.error("a day of the year is month and day, as 09-01:", column, text) from None
    return day.month, day.day
