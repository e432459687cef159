"""What the published site shows of the last measurement of skill."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.archive.atomic import write_json
from pipeline.archive.paths import DataRoot
from pipeline.archive.tables import write_table
from pipeline.evaluation.comparison import published_table
from pipeline.tasks.fits import code_version
from pipeline.tasks.last_skill import last_skill


@dataclass
class Stage:
    data: DataRoot


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(DataRoot(tmp_path, "tiny"))


def measure(stage: Stage, code: str) -> None:
    for name in ("skill", "skill_costs"):
        write_table(stage.data.skill / f"{name}.parquet", published_table(name, []))
    write_json(stage.data.skill / "run.json", {"code": code})


def test_before_the_first_measurement_there_are_no_facts_and_no_rows(stage: Stage) -> None:
    found = last_skill(stage)
    assert found.facts is None
    assert [len(table) for table in found.tables.values()] == [0, 0]


def test_a_measurement_of_this_code_is_current_and_of_another_is_not(stage: Stage) -> None:
    measure(stage, code_version())
    assert last_skill(stage).facts == {"code": code_version(), "is_current": True}
    measure(stage, "an older one")
    assert last_skill(stage).facts == {"code": "an older one", "is_current": False}


def test_a_table_of_an_older_form_is_not_shown(stage: Stage) -> None:
    measure(stage, code_version())
    write_table(stage.data.skill / "skill.parquet", published_table("skill", []).drop(columns="n"))
    assert last_skill(stage).facts is None


def test_the_commands_run_as_modules_without_being_imported_before() -> None:
    loaded = "import sys, pipeline; print([name for name in sys.modules if 'tasks.skill' in name])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
