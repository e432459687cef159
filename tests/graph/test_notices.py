"""An operator hears of a run that failed, once, and that it is over, once; no receiver ever fails a run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.graph.checkout import ROOT, Checkout, environment
from tests.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def run(checkout: Checkout, receiver: Receiver, *extra: str) -> subprocess.CompletedProcess[str]:
    command = checkout.command("Publish", "--pipeline-notify-replays", "true", *extra)
    told = {**environment(), "TOUCHLINE_NOTIFY": receiver.address}
    return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)


def failing(folder: Path) -> Checkout:
    """Return a checkout whose feed does not answer, so that its first stage fails."""
    nowhere = ["--pipeline-base-url", "http://127.0.0.1:9/", "--pipeline-fetch-deadline-seconds", "2"]
    return Checkout(folder, source="football_data", options=nowhere)


def test_a_failed_run_is_told_once_and_its_secrets_stay_out_of_every_file(
    tmp_path: Path, receiver: Receiver
) -> None:
    checkout = failing(tmp_path)
    for _ in range(2):
        done = run(checkout, receiver)
        assert done.returncode != 0
        assert "s3cret" not in done.stdout + done.stderr
    assert len(receiver.notices) == 1
    notice = receiver.notices[0]
    assert notice["title"] == "Touchline football_data-replay: 1 new"
    assert notice["message"].startswith("failed run: publish in ")
    assert "stopped in" in notice["message"]
    files = [path for path in checkout.folder.rglob("*") if path.is_file()]
    assert (checkout.data / "incidents.json") in files
    assert all(b"s3cret" not in path.read_bytes() for path in files)


def test_a_receiver_that_fails_is_tried_again_at_the_next_run(tmp_path: Path, receiver: Receiver) -> None:
    receiver.status = 500
    checkout = failing(tmp_path)
    done = run(checkout, receiver)
    assert "receiver 1 of 1 took no notice; the next run tries again" in done.stderr
    receiver.status = 200
    run(checkout, receiver)
    assert len({each["message"] for each in receiver.notices}) == 1
    run(checkout, receiver)
    assert len(receiver.notices) == 2


def test_a_replay_tells_nothing_unless_asked(tmp_path: Path, receiver: Receiver) -> None:
    run(failing(tmp_path), receiver, "--pipeline-notify-replays", "false")
    assert receiver.notices == []


def test_a_malformed_address_stops_the_run_without_being_shown(tmp_path: Path) -> None:
    told = {**os.environ, "TOUCHLINE_NOTIFY": "nosuchservice://s3cret"}
    command = Checkout(tmp_path).command("Publish")
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "TOUCHLINE_NOTIFY" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr
