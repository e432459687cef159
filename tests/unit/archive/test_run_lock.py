"""One run at a time, and a killed run blocks nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.archive.lock import exclusive
from pipeline.domain.errors import PipelineError

HOLD = """
import sys
from pathlib import Path
from pipeline.archive.lock import exclusive
with exclusive(Path(sys.argv[1])):
    sys.stdout.write("held\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def holder(lock: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_and_told_who_holds(tmp_path: Path) -> None:
    lock = tmp_path / "embedded" / "run.lock"
    with holder(lock) as first:
        try:
            who = f"another run holds .*run.lock .process {first.pid}"
            with pytest.raises(PipelineError, match=who), exclusive(lock):
                pass
        finally:
            first.kill()


def test_a_killed_run_gives_the_lock_back(tmp_path: Path) -> None:
    lock = tmp_path / "run.lock"
    with holder(lock) as first:
        first.kill()
    with exclusive(lock):
        pass


def test_the_lock_can_be_had_again_after_its_block(tmp_path: Path) -> None:
    for _ in range(2):
        with exclusive(tmp_path / "run.lock"):
            pass
