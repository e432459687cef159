"""The registry's tables in one step: they are the ones that MLflow's own migrations lead to."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from pipeline.selection import registry_schema
from pipeline.selection.registry_schema import lay_out, schema, schema_in


def objects_of(script: str) -> dict[tuple[str, str], list[str]]:
    """Return what a script creates, by kind and name; words sorted: MLflow lists states in any order."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return {(kind, name): sorted(re.findall(r"\w+", sql)) for kind, name, sql in rows}


def test_the_tables_are_those_that_the_migrations_of_mlflow_leave(tmp_path: Path) -> None:
    """Where this fails after a new version of MLflow: write `schema_in` of its database to the file."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    db = tmp_path / "migrated.db"
    SqlAlchemyStore(f"sqlite:///{db}", (tmp_path / "artifacts").as_uri())
    migrated = schema_in(db)
    assert schema().splitlines()[0] == migrated.splitlines()[0]
    assert objects_of(schema()) == objects_of(migrated)
    assert [line for line in schema().splitlines() if line.startswith("INSERT")] == [
        line for line in migrated.splitlines() if line.startswith("INSERT")
    ]


def test_a_database_that_is_there_is_left_alone(tmp_path: Path) -> None:
    db = tmp_path / "registry.db"
    db.write_bytes(b"")
    assert not lay_out(db)
    assert db.read_bytes() == b""


def test_another_version_of_mlflow_lays_out_its_own_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_schema, "version", lambda name: f"{version(name)}.1")
    assert not lay_out(tmp_path / "registry.db")
    assert not (tmp_path / "registry.db").exists()
