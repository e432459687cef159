"""Which nights' decisions a run publishes: those up to it, none before the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive.atomic import write_json
from pipeline.archive.paths import DataRoot
from pipeline.tasks.decisions import decision_documents, decision_tables_of
from tests.samples.decisions.nights import FIRST_NIGHT, three_nights


@dataclass
class ARun:
    as_of: datetime


@dataclass
class Stage:
    data: DataRoot
    current_run: ARun


@pytest.fixture
def data(tmp_path: Path) -> DataRoot:
    return DataRoot(tmp_path, "tiny")


def test_before_the_first_night_the_tables_are_empty(data: DataRoot) -> None:
    tables = decision_tables_of(Stage(data, ARun(FIRST_NIGHT)))  # type: ignore[arg-type]
    assert [len(tables[name]) for name in ("decisions", "challengers", "retraining_nights")] == [0, 0, 0]


def test_a_run_knows_its_own_night_and_those_before_it(data: DataRoot) -> None:
    for night in three_nights():
        write_json(data.decisions / f"{night['run_id']}.json", night)
    stage = Stage(data, ARun(FIRST_NIGHT + timedelta(days=8)))
    assert [night["run_id"] for night in decision_documents(stage)] == ["n1", "n2"]  # type: ignore[arg-type]
    assert len(decision_tables_of(stage)["retraining_nights"]) == 2  # type: ignore[arg-type]
