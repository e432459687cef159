"""Tables on disk as Parquet: equal frames give equal bytes, and a frame comes back with the dtypes it had.

The frame's index is not kept: a table is its columns. Types are checked against `tables.csv` by the rooms,
not here. A category column of a table without rows loses its categories.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import write_bytes
from pipeline.domain.errors import ContractError

if TYPE_CHECKING:
    import pandas as pd

_DTYPES = b"dtypes"


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame whole as Parquet (zstd), without its index.

    Columns of dtype `object` that hold text come back as `str`.
    Raises ContractError for a named index, column names that repeat or are no text, and columns that
    Parquet cannot hold.
    """
    import pyarrow.parquet as pq

    pa = _arrow()
    _check(path, frame)
    try:
        table = pa.table({name: _array_of(frame[name]) for name in frame.columns}).combine_chunks()
    except pa.ArrowException as error:
        raise ContractError(path.name, f"cannot be written: {error}") from error
    dtypes = json.dumps({name: str(frame[name].dtype) for name in frame.columns}, sort_keys=True)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({_DTYPES: dtypes.encode()}), sink, compression="zstd")
    write_bytes(path, sink.getvalue().to_pybytes())


def read_table(path: Path) -> pd.DataFrame:
    """Read a frame written by `write_table`, with a fresh index.

    Raises FileNotFoundError where there is none.
    """
    import pyarrow.parquet as pq

    if not path.is_file():
        raise FileNotFoundError(path)
    _arrow()
    table = pq.ParquetFile(path).read(use_threads=False)
    dtypes: dict[str, str] = json.loads((table.schema.metadata or {}).get(_DTYPES, b"{}"))
    frame: pd.DataFrame = table.to_pandas(use_threads=False, ignore_metadata=True)
    for name, dtype in dtypes.items():
        if _differs(frame[name].dtype, dtype):  # one by one: `astype` of many would leave the rest in pieces
            frame[name] = frame[[name]].astype({name: dtype})[name]
    return frame


def _arrow() -> Any:
    """Return pyarrow, set to take memory from the system as all else does.

    Its own allocator hands every freed piece back at once: on tables of hundreds of megabytes the system
    then spends a quarter of the time on clearing the same pages again.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    return pa


def _array_of(column: pd.Series[Any]) -> Any:
    """Return a column as Arrow holds it; instants go through UTC, which pandas else warns about."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return pa.array(column.dt.tz_convert(None), type=pa.timestamp(column.dtype.unit, tz="UTC"))
    return pa.array(column, from_pandas=True)


def _check(path: Path, frame: pd.DataFrame) -> None:
    if any(name is not None for name in frame.index.names):
        raise ContractError(
            path.name, f"has the index {list(frame.index.names)}, which would be lost: reset it"
        )
    names = list(frame.columns)
    if len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
        raise ContractError(path.name, f"has column names that repeat or are no text: {names}")


def _differs(found: Any, wanted: str) -> bool:
    return wanted != "object" and str(found) != wanted
