"""The guide is followed step by step in a copy of the tree, with a feed on loopback that lists the league."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.domain.division_row import BREAK, REQUIRED, RULES
from tests.graph.checkout import EVENING, ROOT, environment
from tests.graph.feed import Feed, serving

GUIDE = (ROOT / "content" / "guides" / "add-a-league.md").read_text(encoding="utf-8")
DIVISION_ROW, ALIAS_ROW = re.findall(r"```csv\n(.*?)\n```", GUIDE, flags=re.S)
(COMMAND,) = re.findall(r"```sh\n(.*?)\n```", GUIDE, flags=re.S)
_, _, ALIAS, CLUB = ALIAS_ROW.split(",")[:4]
VENV = Path(sys.executable).parents[1]


class NorthernLeague(Feed):
    """The feed that has begun to list the league; its list of fixtures spells one club in another way."""

    def read(self, path: str) -> bytes | None:
        if path == "data.php":
            return b'<A HREF="englandm.php">England</A>'
        body = super().read({"englandm.php": "scotlandm.php"}.get(path, path.replace("NL1", "SC1")))
        if body is not None and path == "fixtures.csv":
            body = body.replace(CLUB.encode(), ALIAS.encode())
        return None if body is None else body.replace(b"SC1", b"NL1")


@pytest.fixture(scope="module")
def feed() -> Iterator[str]:
    with serving(NorthernLeague(EVENING)) as address:
        yield address


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the command needs of the checkout."""
    folder = tmp_path_factory.mktemp("tree")
    for name in ("pipeline", "content", "site_templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "luigi.cfg", "mkdocs.yml", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def make(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run make as the guide does, with the environment at hand taken as ready."""
    command = ["make", f"--old-file={VENV}/.ready", *words, f"VENV={VENV}", f"AS_OF={EVENING}"]
    own = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=tree, env=own, capture_output=True, text=True, check=False)


def append(path: Path, row: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")


def test_the_guide_tells_every_column_of_the_division_table() -> None:
    table = (ROOT / "pipeline" / "domain" / "divisions.csv").read_text(encoding="utf-8")
    names = table.splitlines()[0].split(",")
    assert names == ["feed", "division", *REQUIRED, *BREAK, *RULES]
    told = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", GUIDE, flags=re.M)
    assert re.findall(r"`([a-z_]+)`", " ".join(told)) == names
    assert len(DIVISION_ROW.split(",")) == len(names)


def test_a_league_that_is_not_in_the_table_yet_is_refused_with_the_known_ones(tree: Path, feed: str) -> None:
    done = make(tree, *COMMAND.split()[1:], f"BASE_URL={feed}")
    assert done.returncode != 0
    assert "setting NAME = 'NL1': football_data has E0 (England, Premier League), E1 (" in done.stdout


def test_the_steps_of_the_guide_add_the_league(tree: Path, feed: str) -> None:
    append(tree / "pipeline" / "domain" / "divisions.csv", DIVISION_ROW)
    roots = [f"BASE_URL={feed}", f"DATA_ROOT={tree / 'data'}", f"SITE_ROOT={tree / 'site'}"]
    first = make(tree, *COMMAND.split()[1:], *roots)
    assert first.returncode == 0, first.stdout + first.stderr[-4000:]
    assert "NL1: Northern League, England, tier 6" in first.stdout
    assert re.search(r"^ *2024/25 +132 +132 +132 +0 +0 +0 +132 +12 ", first.stdout, flags=re.M)
    assert f"in no result: {ALIAS}\n" in first.stdout
    assert f"{ALIAS} (looks like {CLUB})" in first.stdout
    append(tree / "pipeline" / "sources" / "aliases.csv", ALIAS_ROW)
    second = make(tree, *COMMAND.split()[1:], *roots)
    assert second.returncode == 0, second.stdout + second.stderr[-4000:]
    assert "in no result: none\n" in second.stdout
    assert ALIAS not in second.stdout
    shares = re.findall(r"(\d+\.\d)% +(\d+\.\d)% +(\d+\.\d)% +poisson", second.stdout)
    assert shares
    assert all(sum(map(float, each)) == pytest.approx(100, abs=0.2) for each in shares)
    assert not (tree / "site").exists()
    assert [path.name for path in (tree / "data").iterdir()] == ["league"]
    assert not list(tree.rglob("registry.db"))


def test_a_field_left_out_of_the_row_is_named(tree: Path) -> None:
    table = tree / "pipeline" / "domain" / "divisions.csv"
    whole = table.read_text(encoding="utf-8")
    number = len(whole.splitlines()) + 1
    try:
        append(table, DIVISION_ROW.replace("NL1", "NL2").replace("Europe/London", ""))
        done = make(tree, "league", "NAME=NL2", "SOURCE=football_data")
    finally:
        table.write_text(whole, encoding="utf-8")
    assert done.returncode != 0
    assert f"divisions.csv: a field is missing: row {number} column time_zone" in done.stdout
