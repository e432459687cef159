"""A registry whose writer is killed has one champion with its state, a whole history, and doubles nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.selection.registry import Card, Registry
from tests.unit.selection.killed_promotions import ROLE, promote_next

ROOT = Path(__file__).resolve().parents[3]


def kill_after(folder: Path, first_night: int, seconds: float) -> int:
    """Let another process promote night after night, kill it, and return the last night it reported."""
    command = [sys.executable, "-m", "tests.unit.selection.killed_promotions"]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [*command, str(folder / "registry.db"), str(folder / "artifacts"), str(first_night)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        time.sleep(seconds)
        process.kill()
        said += process.stdout.readlines()
    return int(said[-1])


def night_of(card: Card) -> int:
    return int(card.state()["night"])


def check_after_a_kill(folder: Path, first_night: int, seconds: float) -> int:
    last = kill_after(folder, first_night, seconds)
    registry = Registry(folder / "registry.db", folder / "artifacts")
    champion = registry.champion(ROLE)
    assert champion is not None
    assert night_of(champion) in (last, last + 1)
    promote_next(registry, last + 1)
    assert [night_of(card) for card in registry.champions(ROLE)] == list(range(last + 1, -1, -1))
    assert [night_of(card) for card in registry.versions(ROLE)] == list(range(last + 1, -1, -1))
    return last + 2


def test_a_registry_whose_writer_was_killed_is_whole(tmp_path: Path) -> None:
    check_after_a_kill(tmp_path, 0, random.Random(1).uniform(0.0, 0.3))


@pytest.mark.slow
def test_a_registry_whose_writer_was_killed_thirty_times_is_whole(tmp_path: Path) -> None:
    chance, night = random.Random(2), 0
    for _ in range(30):
        night = check_after_a_kill(tmp_path, night, chance.uniform(0.0, 0.3))
