"""The columns every table promises, read from `tables.csv`: the internal here, the published in publishing.

A frame that crosses from one room to the next is checked with `check_columns`; the words and units are
those of the table file. Nothing here knows pandas: the caller passes column names and type names.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from pipeline.domain.errors import ContractError

_TYPE_NAMES = {
    "text": ("str", "string", "object", "category"),
    "integer": ("int64", "int32", "int8", "Int64"),
    "number": ("float64", "float32"),
    "flag": ("bool", "boolean"),
    "instant": ("datetime64[us, UTC]", "datetime64[ns, UTC]", "datetime64[ms, UTC]", "datetime64[s, UTC]"),
}


@dataclass(frozen=True)
class Column:
    """One column of one table. A name such as `*_early_home` stands for a family of columns."""

    name: str
    type: str
    is_nullable: bool
    unit: str
    description: str


@cache
def columns_of(table: str, package: str = "pipeline.domain") -> tuple[Column, ...]:
    """Return the columns of a table in their order, from the `tables.csv` of a package.

    Raises KeyError for an unknown table.
    """
    text = files(package).joinpath("tables.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["table"] == table]
    if not rows:
        raise KeyError(f"tables.csv has no table {table!r}")
    return tuple(map(_column, rows))


def _column(row: dict[str, str]) -> Column:
    return Column(row["column"], row["type"], row["nullable"] == "yes", row["unit"], row["description"])


def check_columns(table: str, dtypes: Mapping[str, str], package: str = "pipeline.domain") -> None:
    """Check a frame's columns and types, given as `{name: str(dtype)}`.

    Raises ContractError naming every missing, unknown or mistyped column.
    """
    columns = columns_of(table, package)
    promised = [column.name for column in columns if "*" not in column.name]
    faults = [f"misses {name}" for name in promised if name not in dtypes]
    for name, dtype in dtypes.items():
        column = next((each for each in columns if fnmatchcase(name, each.name)), None)
        if column is None:
            faults.append(f"has the unknown column {name}")
        elif dtype not in _TYPE_NAMES[column.type]:
            faults.append(f"{name} is {dtype}, not {column.type}")
    if faults:
        raise ContractError(table, "; ".join(faults))
