"""Continuous integration fails where a test was skipped that should have run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MISSING_PROGRAM = "import pytest\n\ndef test_it():\n    pytest.skip('nginx is not installed')\n"
MISSING_MIRROR = "def test_it(mirror):\n    assert mirror\n"


def run_of(folder: Path, test: str, **variables: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "conftest.py")
    (folder / "test_it.py").write_text(test, encoding="utf-8")
    known = {name: value for name, value in os.environ.items() if name not in {"CI", "FOOTBALL_DATA_MIRROR"}}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--rootdir", str(folder), "-c", os.devnull, str(folder)],
        env=known | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_skip_for_want_of_a_program_fails_continuous_integration_and_is_named(tmp_path: Path) -> None:
    done = run_of(tmp_path, MISSING_PROGRAM, CI="true")
    assert done.returncode == 1
    assert "nginx is not installed" in done.stdout


@pytest.mark.parametrize(
    ("test", "variables"), [(MISSING_PROGRAM, {}), (MISSING_MIRROR, {}), (MISSING_MIRROR, {"CI": "true"})]
)
def test_elsewhere_and_without_the_real_data_a_skip_is_no_failure(
    test: str, variables: dict[str, str], tmp_path: Path
) -> None:
    assert run_of(tmp_path, test, **variables).returncode == 0
