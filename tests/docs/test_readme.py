"""Every command in the README is run as it stands there; the settings of a test are variables."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.graph.checkout import Checkout

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUN_HERE = {
    "make publish",
    "make serve",
    "make test",
    "make status",
    "make skill",
    "make help",
    "make retrain",
    "make champions",
    "make champions BRING_BACK=anchored",
    "luigi --module pipeline Publish",
    "luigi --module pipeline Refresh",
}
RUN_ON_REAL_DATA = {
    "make skill SOURCE=football_data",
    "make publish SOURCE=football_data",
    "make publish SOURCE=football_data BASE_URL=http://127.0.0.1:8900/ AS_OF=2026-04-24T19:04",
}
RUN_ON_A_LEAGUE_OF_ONES_OWN = {"make publish SOURCE=csv_folder FOLDER=my-league"}
"""Run by `test_bring_your_own_league.py`, where the league is."""

RUN_ON_A_NEW_LEAGUE = {"make league NAME=NL1 SOURCE=football_data"}
"""Run by `test_add_a_league.py`, with a feed that has it."""


def commands_of(text: str) -> set[str]:
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.S)
    inline = re.findall(r"`((?:make|luigi) [^`]+)`", text)
    return {line.strip() for block in blocks for line in block.splitlines()} | set(inline)


def run(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "VENV": str(Path(sys.executable).parents[1]), **variables}
    return subprocess.run(
        command.split(), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Folders and options that keep the runs of this module away from the checkout's own data."""
    folder = tmp_path_factory.mktemp("readme")
    return {"DATA_ROOT": str(folder / "data"), "SITE_ROOT": str(folder / "site")}


def test_every_command_of_the_readme_is_run_by_a_test() -> None:
    assert commands_of(README) == (
        RUN_HERE | RUN_ON_REAL_DATA | RUN_ON_A_LEAGUE_OF_ONES_OWN | RUN_ON_A_NEW_LEAGUE
    )


def test_make_help_lists_the_targets() -> None:
    done = run("make help")
    assert done.returncode == 0
    for target in ("publish", "refresh", "league", "serve", "status", "skill", "test", "check"):
        assert f"make {target}" in done.stdout


def test_make_test_runs_the_tests() -> None:
    chosen = "tests/unit/domain -k test_season"
    done = run("make test", PYTEST_ADDOPTS=f"{chosen} -o addopts=", CI="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_make_publish_publishes_the_embedded_archive_and_serve_shows_it(roots: dict[str, str]) -> None:
    done = run("make publish", **roots)
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"site: {roots['SITE_ROOT']}/current/index.html" in done.stdout
    assert "make serve" in done.stdout
    again = run("make publish", **roots)
    assert again.returncode == 0
    status = run("make status", **roots)
    assert status.returncode == 0
    assert "embedded" in status.stdout
    with served(roots) as page:
        assert "Demo only, not betting advice" in page
        assert "simulated league" in page


def test_make_retrain_trains_anew_and_an_earlier_champion_can_be_brought_back(tmp_path: Path) -> None:
    tiny = {"SOURCE": "tiny", "DATA_ROOT": str(tmp_path / "data"), "SITE_ROOT": str(tmp_path / "site")}
    for command in ("make publish", "make retrain"):
        done = run(command, **tiny)
        assert done.returncode == 0, done.stderr[-3000:]
    assert "the operator asked for it" in done.stderr
    listed = run("make champions", **tiny).stdout.splitlines()
    anchored = [line for line in listed if line.startswith("anchored")]
    assert len(anchored) == 2
    back = run("make champions BRING_BACK=anchored", **tiny)
    assert back.returncode == 0, back.stdout + back.stderr
    assert back.stdout.splitlines()[0] == anchored[1]


def test_make_skill_measures_a_simulated_archive(tmp_path: Path) -> None:
    tiny = {"SOURCE": "tiny", "AS_OF": "2026-04-24T19:04", "DATA_ROOT": str(tmp_path)}
    cheap = {"FAMILIES": "poisson", "FIRST_SEASON": "2025", "SCORE_DIVISIONS": "AR1"}
    done = run("make skill", **tiny, **cheap)
    assert done.returncode == 0, done.stderr[-4000:]
    for name in ("base_rates", "market", "market_close", "poisson", "truth"):
        assert f" {name} " in done.stdout
    assert "tiny-replay/skill/last" in done.stdout


@contextlib.contextmanager
def served(roots: dict[str, str]):  # type: ignore[no-untyped-def]
    port = free_port()
    own = {"VENV": str(Path(sys.executable).parents[1]), "PORT": str(port)}
    environment = {**os.environ, **own, **roots}
    server = subprocess.Popen(
        ["make", "serve"], cwd=ROOT, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        yield _page(port)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _page(port: int) -> str:
    for _ in range(100):
        with contextlib.suppress(OSError):
            return str(urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read().decode())
        time.sleep(0.1)
    raise AssertionError(f"nothing answers on port {port}")


def test_the_luigi_commands_work_as_they_stand(tmp_path: Path) -> None:
    tiny = Checkout(tmp_path)
    for command in ("luigi --module pipeline Publish", "luigi --module pipeline Refresh"):
        assert command in README
        done = run(" ".join([command, *tiny.settings()]))
        assert done.returncode == 0, done.stderr[-4000:]
