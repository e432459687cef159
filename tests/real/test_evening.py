"""The evening of 24 April 2026 from the real feed's files, by the README's command."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipeline.archive.tables import read_table

ROOT = Path(__file__).resolve().parents[2]
EVENING = "2026-04-24T19:04"
HELD_BACK = {"E0", "D1", "F1", "I1", "SP1"}

pytestmark = [pytest.mark.real, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def feed(mirror: Path) -> Iterator[str]:
    """The feed server that comes with the mirror, as the site looked that evening."""
    tool = mirror.parents[1] / "tools" / "feed_server.py"
    if not tool.is_file():
        pytest.skip("FOOTBALL_DATA_MIRROR is not set beside the feed server")
    port = _free_port()
    command = [sys.executable, str(tool), "--as-of", f"{EVENING}Z", "--port", str(port)]
    with subprocess.Popen([*command, "--fault", "mmz4281/2526/SC3.csv=html"]) as server:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/"
        server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the feed server did not start")


@pytest.fixture(scope="module")
def site(feed: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of that evening."""
    folder = tmp_path_factory.mktemp("evening")
    variables = {
        "SOURCE": "football_data",
        "BASE_URL": feed,
        "AS_OF": EVENING,
        "DATA_ROOT": str(folder / "data"),
        "SITE_ROOT": str(folder / "site"),
        "VENV": str(Path(sys.executable).parents[1]),
    }
    done = subprocess.run(
        ["make", "publish"],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return folder / "site" / "current"


@pytest.fixture(scope="module")
def upcoming(site: Path) -> pd.DataFrame:
    return read_table(site / "data" / "upcoming.parquet")


def test_all_listed_fixtures_are_published(upcoming: pd.DataFrame) -> None:
    assert len(upcoming) == 186
    assert int(upcoming["division"].isin(HELD_BACK).sum()) == 45


def test_every_fixture_shows_its_price(upcoming: pd.DataFrame) -> None:
    assert upcoming["price_home"].notna().mean() > 0.95


def test_divisions_without_their_season_are_withheld_with_a_reason(upcoming: pd.DataFrame) -> None:
    held_back = upcoming[upcoming["division"].isin(HELD_BACK)]
    assert held_back["p_home"].isna().all()
    assert held_back["withheld_reason"].str.contains("no result since").all()


def test_a_broken_file_is_named_on_the_site_and_the_rest_publishes(
    site: Path, upcoming: pd.DataFrame
) -> None:
    notices = json.loads((site / "data" / "notices.json").read_text(encoding="utf-8"))
    subjects = {row[notices["columns"].index("subject")] for row in notices["rows"]}
    assert "mmz4281/2526/SC3.csv" in subjects
    assert upcoming.loc[upcoming["division"] == "E1", "p_home"].notna().all()


def test_the_pages_do_not_call_real_leagues_simulated(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "simulated league" not in page
    assert "Demo only, not betting advice" in page
