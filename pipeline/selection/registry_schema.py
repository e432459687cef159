"""The registry's empty database in one step: the tables that MLflow's own sixty migrations would lead to.

Walking through the migrations costs seconds whenever a data root is new. `registry_schema.sql` is what they
left at the version of MLflow it names; under any other version nothing is done here and MLflow migrates by
itself. MLflow checks the revision of what it opens either way.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

_NAMED = "-- MLflow "
_OWN_ROWS = ("experiments", "registered_models")
"""Tables whose rows the store writes itself when it opens a database."""


def lay_out(db: Path) -> bool:
    """Give a database that does not exist yet its tables; tell whether that was done.

    One transaction: a database cut short has no table, and MLflow begins with it from nothing.
    """
    script = schema()
    if db.exists() or not script.startswith(f"{_NAMED}{version('mlflow')}\n"):
        return False
    with closing(sqlite3.connect(db)) as connection:
        connection.executescript(script)
    return True


def schema() -> str:
    """Return the script, whose first line names the version of MLflow that it belongs to."""
    return files("pipeline.selection").joinpath("registry_schema.sql").read_text(encoding="utf-8")


def schema_in(db: Path) -> str:
    """Return the script that makes an empty database like the given one, which MLflow has just made."""
    with closing(sqlite3.connect(db)) as connection:
        for table in _OWN_ROWS:
            connection.execute(f"DELETE FROM {table}")  # never committed
        lines = list(connection.iterdump())
    return "\n".join([f"{_NAMED}{version('mlflow')}", *lines, ""])
