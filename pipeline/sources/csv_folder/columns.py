"""The columns a user's files may have, from `columns.csv`, and where they stand in one file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile
from pipeline.sources.football_data.lines import Sheet
from pipeline.sources.tables import Defect

_UNKNOWN = "the column has no meaning here and is not used"
_DOUBLED = "the column is there twice, the first one is used"


@dataclass(frozen=True)
class Header:
    """Where each field stands in a line of the file, and what is wrong with names in the first line."""

    positions: dict[str, int]
    defects: list[Defect]


@cache
def columns() -> tuple[dict[str, str], ...]:
    """Return the rows of `columns.csv`: column, field, kind, results, fixtures and meaning."""
    text = files("pipeline.sources.csv_folder").joinpath("columns.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def fields_of(file_kind: str, *kinds: str) -> list[str]:
    """Return the fields of these kinds (`identity`, `count`, `price`) that a file of a kind may have.

    >>> fields_of("fixtures", "price")
    ['avg_early_home', 'avg_early_draw', 'avg_early_away']
    """
    return [row["field"] for row in columns() if row[file_kind] and row["kind"] in kinds]


def column_of(field: str) -> str:
    """Return the name that a field has in the user's files.

    >>> column_of("avg_close_home")
    'closing_home_price'
    """
    return next((row["column"] for row in columns() if row["field"] == field), field)


def read_header(source: str, file: FeedFile, sheet: Sheet) -> Header:
    """Return what the names of the first line mean; upper and lower case are the same.

    Raises ParseError where a required column is missing.
    """
    known = {row["column"]: row["field"] for row in columns() if row[file.kind]}
    positions: dict[str, int] = {}
    defects: list[Defect] = []
    for position, name in enumerate(sheet.names):
        field = known.get(name.lower(), "")
        if field and field not in positions:
            positions[field] = position
        elif name:
            reason = _DOUBLED if field else _UNKNOWN
            defects.append(Defect(file.path, 1, name, name, reason, "cell", file.division))
    required = [row for row in columns() if row[file.kind] == "required"]
    missing = [row["column"] for row in required if row["field"] not in positions]
    if missing:
        reason = f"the header lacks {', '.join(missing)}:"
        raise ParseError(source, file.path, reason, row=1, value=",".join(sheet.names))
    return Header(positions, defects)
