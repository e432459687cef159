"""Bring frames into the columns, order and types that `tables.csv` promises, also when they are empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from fnmatch import fnmatchcase

import pandas as pd

from pipeline.domain.tables import check_columns, columns_of

_DTYPES = {
    "text": "str",
    "integer": "int64",
    "number": "float64",
    "flag": "bool",
    "instant": "datetime64[us, UTC]",
}
_MOST_VALUE_CHARACTERS = 200


@dataclass(frozen=True)
class Defect:
    """One entry of table `quarantine`; source_row 0 is the whole file, an empty column the whole row."""

    source_file: str
    source_row: int
    column: str
    value: str
    reason: str
    scope: str
    division: str


def as_table(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the table's columns, order and types; families of columns keep their order.

    Raises ContractError where a column is missing.
    """
    types = types_of(table, list(frame.columns))
    shaped = frame if list(frame.columns) == list(types) else frame[list(types)]
    others = {name: dtype for name, dtype in types.items() if str(shaped[name].dtype) != dtype}
    if others:  # prices are numbers already, and a copy of them costs hundreds of megabytes
        shaped = shaped.astype(others)
    shaped = shaped.reset_index(drop=True)
    check_columns(table, {str(name): str(dtype) for name, dtype in shaped.dtypes.items()})
    return shaped


def types_of(table: str, names: Sequence[str]) -> dict[str, str]:
    """Return the types of a table's columns in its order; names: of a frame, for families of columns."""
    types: dict[str, str] = {}
    for column in columns_of(table):
        family = [name for name in names if fnmatchcase(name, column.name)]
        types.update(dict.fromkeys(family, _DTYPES[column.type]))
    return types


def quarantine_of(defects: Sequence[Defect]) -> pd.DataFrame:
    """Return table `quarantine` for these defects, in their order, values cut to 200 characters."""
    names = [field.name for field in fields(Defect)]
    frame = pd.DataFrame([astuple(defect) for defect in defects], columns=names)
    frame["value"] = frame["value"].astype("str").str.slice(0, _MOST_VALUE_CHARACTERS)
    return as_table("quarantine", frame)
