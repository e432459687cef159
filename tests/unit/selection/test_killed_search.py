"""A search whose process is killed goes on where it stopped and finds what an unbroken one finds."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.selection.profiles import trials_of
from pipeline.selection.tuning import Tuned
from tests.unit.selection.killed_search import search
from tests.unit.selection.postgres_server import create_database

ROOT = Path(__file__).resolve().parents[3]


def kill_after(storage: str, lines: int, seconds: float = 0.0, profile: str = "production") -> list[str]:
    """Run the search until it has reported so many trials, and kill it; return what it reported."""
    command = [sys.executable, "-m", "tests.unit.selection.killed_search", storage, profile]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        if seconds:
            signal.sigtimedwait([], seconds)
        process.kill()
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return said


TRIALS_COUNT = trials_of("production", "poisson")


def searched(storage: Path | str, profile: str = "production") -> Tuned:
    """Search to the end in this process."""
    return search(storage, profile=profile, progress=lambda line: None)


def same(one: Tuned, other: Tuned) -> bool:
    """Tell whether two searches found the same on the same data."""
    found = [(each.params, each.log_loss, each.trials_count, each.data_digest) for each in (one, other)]
    return found[0] == found[1]


def test_a_killed_search_goes_on_and_finds_the_same(tmp_path: Path) -> None:
    whole, journal = searched(tmp_path / "whole.log"), tmp_path / "studies.log"
    done = kill_after(str(journal), 4)
    said: list[str] = []
    resumed = search(journal, progress=said.append)
    assert same(resumed, whole)
    assert resumed.trials_count == whole.trials_count == TRIALS_COUNT
    assert len(said) - 1 <= whole.trials_count - len(done)
    assert resumed.seconds > 4 * 0.05, "the time before the kill counts as well"


def test_a_lock_that_a_killed_search_left_behind_is_not_waited_for(tmp_path: Path) -> None:
    journal = tmp_path / "studies.log"
    (tmp_path / "studies.log.lock").symlink_to("studies.log")
    assert searched(journal).trials_count == TRIALS_COUNT


def test_studies_in_postgresql_go_on_after_a_kill_as_well(tmp_path: Path, postgres: str) -> None:
    studies = create_database(postgres, "studies")
    whole = searched(tmp_path / "whole.log", "demo")
    kill_after(studies, 2, profile="demo")
    resumed = searched(studies, "demo")
    assert same(resumed, whole)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_search_killed_at_any_moment_and_again_finds_the_same(tmp_path: Path, seed: int) -> None:
    whole, chance = searched(tmp_path / "whole.log"), random.Random(seed)
    journal = str(tmp_path / "studies.log")
    for _ in range(3):
        kill_after(journal, 1, seconds=chance.uniform(0.001, 0.2))
    resumed = searched(journal)
    assert same(resumed, whole)
