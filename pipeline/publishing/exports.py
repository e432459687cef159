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
from pipeline.publishing.quality_tables import QUALITY_TABLES
from pipeline.publishing.tables import TABLES

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_tables(tables: Mapping[str, pd.DataFrame], run: Mapping[str, Any], folder: Path) -> None:
    """Write every table in its three forms, and `run.json`, as one folder that appears whole."""
    with atomic_folder(folder) as aside:
        for name, table in tables.items():
            write_table(aside / f"{name}.parquet", table)
            told = _instants_as_text(table)
            write_bytes(aside / f"{name}.csv", to_csv(told))
            write_bytes(aside / f"{name}.json", to_json(name, told))
        write_json(aside / "run.json", dict(run))


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the published tables of a folder by name."""
    return {name: read_table(folder / f"{name}.parquet") for name in (*TABLES, *QUALITY_TABLES)}


def to_csv(table: pd.DataFrame) -> bytes:
    """Return UTF-8 CSV with Unix line ends, instants in ISO 8601 and text safe for spreadsheets.

    >>> to_csv(pd.DataFrame({"club": ["=cmd()", "Ayr"], "edge": [-0.5, None]}))
    b"club,edge\\n'=cmd(),-0.5\\nAyr,\\n"
    """
    plain = _instants_as_text(table)
    for name in plain.columns[[pd.api.types.is_string_dtype(dtype) for dtype in plain.dtypes]]:
        is_risky = plain[name].str.startswith(_FORMULA_STARTS, na=False).astype(bool)
        plain[name] = plain[name].where(~is_risky, "'" + plain[name])
    return plain.to_csv(index=False, lineterminator="\n").encode()


def _instants_as_text(table: pd.DataFrame) -> pd.DataFrame:
    instants = table.select_dtypes("datetimetz")
    return table.assign(**{str(name): instants[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in instants})


def to_json(name: str, table: pd.DataFrame) -> bytes:
    """Return `{"table", "columns", "rows"}`; a missing value is null, an instant ISO 8601 text."""
    plain = _instants_as_text(table)
    cells = plain.astype(object).where(plain.notna(), None).to_numpy().tolist()
    document = {"table": name, "columns": list(plain.columns), "rows": cells}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
