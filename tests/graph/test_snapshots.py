"""Live runs of a feed on loopback: what rests, what a silent edit leads to, what a replay reads.

The clock is the real one: time that must have passed is taken off the instants in the data root.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive.paths import DataRoot
from tests.graph.checkout import Checkout
from tests.graph.feed import Feed, serving

DAY = timedelta(days=1)


class EditedFeed(Feed):
    """The feed of this hour; a finished season can be edited, and what is asked for is counted."""

    def __init__(self, now: datetime) -> None:
        super().__init__(f"{now:%Y-%m-%dT%H:%M}")
        self.edits: dict[str, tuple[bytes, bytes]] = {}
        self.asked: list[str] = []

    def read(self, path: str) -> bytes | None:
        self.asked.append(path)
        body = super().read(path)
        return body.replace(*self.edits[path], 1) if body and path in self.edits else body


class Nights:
    """A live run, eight days in which nothing was asked, an edit, a refresh, and a replay of before it."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        self.feed = EditedFeed(now)
        self.live = DataRoot(folder / "data", "football_data")
        with serving(self.feed) as address:
            options = ["--pipeline-base-url", address, "--pipeline-divisions", '["SC1"]']
            self.checkout = Checkout(folder, "football_data", options)
            self._run("Publish", as_of="")
            self.finished = sorted(path for path in self.feed.asked if path.startswith("mmz4281/"))[:-1]
            self.edited = self.finished[0]
            self.first = self._intake(self.live)
            self._let_pass(8 * DAY)
            self._edit()
            self.feed.asked.clear()
            self._run("Refresh", as_of="")
            self.refreshed, self.corrected = self._intake(self.live), self.checkout.release()
            self.asked_by_refresh = list(self.feed.asked)
            self.feed.asked.clear()
            self._run("Publish", as_of=f"{now - DAY:%Y-%m-%dT%H:%M}")
            self.replayed = self.checkout.release()
            self.asked_by_replay = list(self.feed.asked)

    def _run(self, goal: str, *, as_of: str) -> None:
        done = self.checkout.run(goal, as_of=as_of)
        assert done.returncode == 0, done.stderr[-4000:]

    def _edit(self) -> None:
        """Put another closing price, the last cell, in the first match of the oldest season."""
        row = (self.feed.read(self.edited) or b"").split(b"\r\n")[1]
        self.feed.edits[self.edited] = (row, row.rpartition(b",")[0] + b",9.99")

    def _let_pass(self, days: timedelta) -> None:
        """Take days off the log, and off the confirmation of the file that will be edited."""
        log = [json.loads(line) for line in self.live.snapshot_log.read_text().splitlines()]
        for line in log:
            line["fetched_at"] = (datetime.fromisoformat(line["fetched_at"]) - days).isoformat()
        self.live.snapshot_log.write_text("".join(json.dumps(line) + "\n" for line in log))
        confirmations = json.loads(self.live.confirmations.read_text())
        entry = confirmations[self.edited]
        entry["confirmed_at"] = (datetime.fromisoformat(entry["confirmed_at"]) - days).isoformat()
        self.live.confirmations.write_text(json.dumps(confirmations))

    @staticmethod
    def _intake(data: DataRoot) -> dict[str, dict[str, str]]:
        newest = max(data.runs.glob("*/intake.json"), key=lambda path: path.stat().st_mtime)
        return {file["path"]: file for file in json.loads(newest.read_text())["files"]}

    def replayed_intake(self) -> dict[str, dict[str, str]]:
        return self._intake(DataRoot(self.live.root, "football_data-replay"))


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    return Nights(tmp_path_factory.mktemp("nights"))


def notices_of(release: Path) -> list[dict[str, object]]:
    document = json.loads((release / "data" / "notices.json").read_text(encoding="utf-8"))
    return [dict(zip(document["columns"], row, strict=True)) for row in document["rows"]]


def test_finished_seasons_confirmed_this_week_rest_and_the_running_one_does_not(nights: Nights) -> None:
    rested = [path for path in nights.finished if path != nights.edited]
    assert rested
    assert {nights.refreshed[path]["state"] for path in rested} == {"resting"}
    assert not set(rested) & set(nights.asked_by_refresh)
    assert {"data.php", "scotlandm.php", "fixtures.csv", nights.edited} <= set(nights.asked_by_refresh)


def test_a_silent_edit_of_a_finished_season_is_a_new_snapshot(nights: Nights) -> None:
    before, after = nights.first[nights.edited], nights.refreshed[nights.edited]
    assert (after["state"], after["sha256"] != before["sha256"]) == ("fetched", True)
    assert nights.live.snapshot(before["sha256"]).is_file()


def test_the_status_page_shows_the_correction_received(nights: Nights) -> None:
    corrections = [row for row in notices_of(nights.corrected) if row["kind"] == "correction"]
    assert [row["subject"] for row in corrections] == [nights.edited]
    assert str(corrections[0]["reason"]).startswith("1 of 132 rows changed, 0 added, 0 removed: ")
    assert str(corrections[0]["reason"]).endswith(", now 9.99)")
    page = (nights.corrected / "status" / "index.html").read_text(encoding="utf-8")
    assert "Corrections received" in page
    assert "1 of 132 rows changed" in page


def test_a_correction_is_no_trouble_that_a_run_would_retry(nights: Nights) -> None:
    newest = max(nights.live.runs.glob("*/published.json"), key=lambda path: path.stat().st_mtime)
    assert not json.loads(newest.read_text())["is_worth_retrying"]


def test_a_replay_asks_nobody_and_reads_the_bytes_of_its_time(nights: Nights) -> None:
    assert nights.asked_by_replay == []
    replayed = nights.replayed_intake()
    assert {path: file["sha256"] for path, file in replayed.items()} == {
        path: file["sha256"] for path, file in nights.first.items()
    }
    assert {file["state"] for file in replayed.values()} == {"stored"}


def test_a_replay_of_before_a_correction_knows_nothing_of_it(nights: Nights) -> None:
    assert "correction" not in {row["kind"] for row in notices_of(nights.replayed)}


def test_a_replay_from_stored_snapshots_is_called_a_replay(nights: Nights) -> None:
    page = (nights.replayed / "index.html").read_text(encoding="utf-8")
    assert "Replay:" in page
    assert "Reconstruction:" not in page
