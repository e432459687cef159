"""Write the published tables as Parquet, CSV and JSON, and read them back for the pages.

CSV cells of scraped text that a spreadsheet would take for a formula get an apostrophe in front. JSON is rows
with one list of column names, so a reader needs no library and no repeated keys.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.archive.atomic import atomic_folder, write_bytes, write_json
from pipeline.archive.tables import read_table, write_table
from pipeline.publishing.tables import TABLES

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_tables(tables: Mapping[str, pd.DataFrame], run: Mapping[str, Any], folder: Path) -> None:
    """Write every table in its three forms, and `run.json`, as one folder that appears whole."""
    with atomic_folder(folder) as aside:
        for name, table in tables.items():
            write_table(aside / f"{name}.parquet", table)
            write_bytes(aside / f"{name}.csv", to_csv(table))
            write_bytes(aside / f"{name}.json", to_json(name, table))
        write_json(aside / "run.json", dict(run))


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the published tables of a folder by name."""
    return {name: read_table(folder / f"{name}.parquet") for name in TABLES}


def to_csv(table: pd.DataFrame) -> bytes:
    """Return UTF-8 CSV with Unix line ends, instants in ISO 8601 and text safe for spreadsheets.

    >>> to_csv(pd.DataFrame({"club": ["=cmd()", "Ayr"], "edge": [-0.5, None]}))
    b"club,edge\\n'=cmd(),-0.5\\nAyr,\\n"
    """
    return _plain(table).to_csv(index=False, lineterminator="\n").encode()


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for name, column in table.items():
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif pd.api.types.is_string_dtype(column.dtype):
            risky = column.str.startswith(_FORMULA_STARTS, na=False).astype(bool)
            column = column.where(~risky, "'" + column)
        columns[str(name)] = column
    return pd.DataFrame(columns)


def to_json(name: str, table: pd.DataFrame) -> bytes:
    """Return `{"table", "columns", "rows"}`; a missing value is null, an instant ISO 8601 text."""
    plain = table.copy()
    for column in plain.columns:
        if isinstance(plain[column].dtype, pd.DatetimeTZDtype):
            plain[column] = plain[column].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    cells = plain.astype(object).where(plain.notna(), None).to_numpy().tolist()
    document = {"table": name, "columns": list(plain.columns), "rows": cells}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
