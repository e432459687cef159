"""The ledger over several nights, as an operator and an outsider see it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.forecasts import verify_ledger as proof
from tests.graph.checkout import ROOT, Checkout, environment


def entries_of(checkout: Checkout) -> list[proof.Entry]:
    files = sorted((checkout.data / "ledger").glob("[0-9]*.jsonl"))
    return [entry for path in files for entry in proof.entries_of(path.read_bytes(), path.name)]


def verifies(checkout: Checkout, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the published verifier as an outsider does: alone, on what the site serves."""
    ledger = checkout.site / "ledger" / checkout.data.name
    command = [sys.executable, "-I", str(ledger / "verify_ledger.py"), str(checkout.release())]
    return subprocess.run(
        [*command, "--ledger", str(ledger), *more],
        cwd=checkout.folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Three nights of the tiny world, replayed in order."""
    checkout = Checkout(tmp_path_factory.mktemp("replayed"))
    done = checkout.run("Replay", "--from", "2026-04-24", "--to", "2026-04-28", "--every", "2", as_of="")
    assert done.returncode == 0, done.stderr[-4000:]
    return checkout


def test_a_replay_seals_every_night_and_settles_what_was_played(replayed: Checkout) -> None:
    entries = entries_of(replayed)
    assert len({entry["run_id"] for entry in entries}) == 3
    assert {entry["kind"] for entry in entries} == {"replay"}
    results = json.loads((replayed.release() / "data" / "ledger_results.json").read_text())
    states = [row[results["columns"].index("state")] for row in results["rows"]]
    assert states.count("settled") >= 3


def test_an_outsider_verifies_the_replay(replayed: Checkout) -> None:
    done = verifies(replayed)
    assert done.returncode == 0, done.stderr
    first_run = [entry for entry in entries_of(replayed) if entry["number"] == 3]
    assert verifies(replayed, "--head", first_run[0]["hash"]).returncode == 0
    assert verifies(replayed, "--head", "ab" * 32).returncode == 1


def test_the_head_stands_in_every_page_and_in_the_feed(replayed: Checkout) -> None:
    head = entries_of(replayed)[-1]["hash"]
    pages = list(replayed.release().rglob("*.html"))
    assert pages
    assert all(head in page.read_text(encoding="utf-8") for page in pages)
    assert head in (replayed.release() / "feed.atom").read_text(encoding="utf-8")


def test_an_earlier_instant_seals_nothing_and_says_so(replayed: Checkout, tmp_path: Path) -> None:
    other = Checkout(tmp_path)
    shutil.copytree(replayed.folder / "data", other.folder / "data")
    before = entries_of(other)
    done = other.run("Publish", as_of="2026-04-27T19:04")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "the ledger holds entries of a later instant" in done.stderr
    assert entries_of(other) == before


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kill_loses_no_entry_and_doubles_none(seed: int, replayed: Checkout, tmp_path: Path) -> None:
    kill_and_resume(seed, replayed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 40))
def test_thirty_kills_lose_no_entry(seed: int, replayed: Checkout, tmp_path: Path) -> None:
    kill_and_resume(seed, replayed, tmp_path)


def kill_and_resume(seed: int, replayed: Checkout, folder: Path) -> None:
    """Kill a night at a random moment between scoring and the switch, then run it again."""
    checkout = Checkout(folder)
    shutil.copytree(replayed.folder / "data", checkout.folder / "data")
    before = entries_of(checkout)
    night = "2026-04-30T19:04"
    killed = subprocess.Popen(
        checkout.command("Publish", as_of=night),
        cwd=ROOT,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    chance = random.Random(seed)
    awaited = chance.choice(
        ["ScoreFixtures ...", "RecordPredictions ...", "SettleLedger ...", "SwitchRelease ..."]
    )
    assert killed.stderr is not None
    for line in killed.stderr:
        if awaited in line:
            break
    time.sleep(chance.random() * 0.3)
    killed.kill()
    killed.communicate()
    after_kill = entries_of(checkout)
    assert after_kill[: len(before)] == before
    done = checkout.run("Publish", as_of=night)
    assert done.returncode == 0, done.stderr[-3000:]
    entries = entries_of(checkout)
    proof.check_chain(entries, before[-1]["hash"])
    assert entries[: len(after_kill)] == after_kill
    assert len(entries) > len(before)
    assert verifies(checkout).returncode == 0
