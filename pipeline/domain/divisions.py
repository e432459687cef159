"""What each division is: country, tier, time zone, calendar and rules, from one table (`divisions.csv`).

Adding a division is adding one row there. `feed` says which source lists it. Seasons that a division played
in another calendar than today's stand in `calendars.csv`, seasons by other rules in `former_rules.csv`, and
points taken from clubs in `deductions.csv`, which is not complete, and what places lead to in `places.csv`,
as far as that is certain. A field that is missing is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pipeline.domain.division import Division
from pipeline.domain.division_row import (
    FIRST_YEAR,
    LAST_YEAR,
    RULES,
    Place,
    deduction_of,
    demand,
    division_of,
    one_of,
    places_of,
    rule_of,
    whole_number,
)
from pipeline.domain.rules import rows_of

__all__ = ["Division", "divisions_of", "read_divisions"]

Tables = Mapping[str, Sequence[Mapping[str, str]]]
Cells = Mapping[str, str]

_MAIN = "divisions.csv"
_FORMER_CALENDARS = ("winter", "summer", "double")


@cache
def divisions_of(feed: str) -> dict[str, Division]:
    """Return the divisions of one feed by code, in the order of the table.

    Raises KeyError where the feed has no divisions, ParseError naming file, row and column where a field is
    missing or can not be used.
    """
    tables = {name: rows_of(name) for name in (_MAIN, *_SIBLINGS)}
    divisions = read_divisions(tables, feed)
    if not divisions:
        raise KeyError(f"divisions.csv has no division of the feed {feed!r}")
    return divisions


def read_divisions(tables: Tables, feed: str) -> dict[str, Division]:
    """Return the divisions of one feed by code from the rows of the tables by file name.

    Raises ParseError as `divisions_of` does, and where a row belongs to no division of the feed.
    """
    divisions: dict[str, Division] = {}
    for cells, place in _rows(tables, _MAIN, feed):
        demand(cells, ("division", *RULES), place)
        code = cells["division"]
        if code in divisions:
            raise place.error("the code is there twice:", "division", code)
        divisions[code] = division_of(code, cells, place)
    for name, (field, read) in _SIBLINGS.items():
        for cells, place in _rows(tables, name, feed):
            demand(cells, ("division",), place)
            division = divisions[one_of(cells, "division", tuple(divisions), place)]
            added: dict[str, Any] = {field: (*getattr(division, field), read(cells, place))}
            divisions[division.code] = replace(division, **added)
    return divisions


def _rows(tables: Tables, name: str, feed: str) -> Iterator[tuple[Cells, Place]]:
    """Yield the rows of one feed in a table, each with its place; the header is row 1."""
    for number, cells in enumerate(tables[name], start=2):
        place = Place("division table", name, number)
        demand(cells, ("feed",), place)
        if cells["feed"] == feed:
            yield cells, place


def _former_calendar(cells: Cells, place: Place) -> tuple[int, int, str]:
    demand(cells, ("calendar",), place)
    return *_span(cells, place), one_of(cells, "calendar", _FORMER_CALENDARS, place)


def _former_rule(cells: Cells, place: Place) -> tuple[int, int, str, Any]:
    demand(cells, ("rule", "value"), place)
    return *_span(cells, place), cells["rule"], rule_of(cells["rule"], cells["value"], place)


def _span(cells: Cells, place: Place) -> tuple[int, int]:
    demand(cells, ("first_season", "last_season"), place)
    first = whole_number(cells, "first_season", place, least=FIRST_YEAR, most=LAST_YEAR)
    return first, whole_number(cells, "last_season", place, least=first, most=LAST_YEAR)


_SIBLINGS: Mapping[str, tuple[str, Callable[[Cells, Place], Any]]] = {
    "calendars.csv": ("former_calendars", _former_calendar),
    "former_rules.csv": ("former_rules", _former_rule),
    "deductions.csv": ("deductions", deduction_of),
    "places.csv": ("places", places_of),
}
"""The tables beside the main one: which field of a division a row adds to, and how it is read."""
