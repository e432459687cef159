"""Which bytes a run reads: live what the feed has, past what live runs had kept, else a reconstruction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import luigi
import pytest

from pipeline.archive import clock
from pipeline.archive.paths import DataRoot
from pipeline.archive.report import FetchReport, Intake
from pipeline.archive.snapshots import SnapshotStore
from pipeline.sources.base import FeedFile
from pipeline.tasks import intake as stages
from pipeline.tasks.intake import FetchSnapshots, TakeIntake, season_is_over
from pipeline.tasks.run import Run
from pipeline.tasks.settings import load_settings
from tests.graph.feed import Feed, serving

EVENING = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
DAY, SPLIT_SECOND = timedelta(days=1), timedelta(microseconds=400_000)
OLD, NEW = "mmz4281/2425/SC1.csv", "mmz4281/2526/SC1.csv"


class World:
    """The feed on loopback, a clock that stands where it is put, and the two stages that read the feed."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.now = root, EVENING + SPLIT_SECOND
        self.feed = Feed(f"{EVENING:%Y-%m-%dT%H:%M}")
        self.edit: tuple[bytes, bytes] | None = None
        self.asked: list[str] = []
        read = self.feed.read

        def counted(path: str) -> bytes | None:
            self.asked.append(path)
            body = read(path)
            return body.replace(*self.edit, 1) if self.edit and body and path == OLD else body

        monkeypatch.setattr(self.feed, "read", counted)
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def data(self, *, is_replay: bool = False) -> DataRoot:
        return load_settings().data(is_replay=is_replay)

    def take(self, as_of: datetime | None = None) -> tuple[FetchReport, Intake, list[dict[str, Any]]]:
        """Fetch and take the intake, live or of a past instant; return the report, intake and corrections."""
        self.asked.clear()
        run = Run(as_of or self.now, "publish", is_replay=as_of is not None, revision="0a1b2c3d")
        FetchSnapshots(run.run_id).work()
        TakeIntake(run.run_id).work()
        paths = run.paths(load_settings())
        fetch, taken, corrections = (
            json.loads(path.read_text()) for path in (paths.fetch, paths.intake, paths.corrections)
        )
        return FetchReport.from_document(fetch), Intake.from_document(taken), corrections

    def edit_old_season(self) -> None:
        row = (self.feed.read(OLD) or b"").split(b"\r\n")[1]
        self.edit = (row, row.rpartition(b",")[0] + b",9.99")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    built = World(tmp_path, monkeypatch)
    config = luigi.configuration.get_config()
    with serving(built.feed) as address:
        chosen = {
            "source": "football_data",
            "base_url": address,
            "data_root": str(tmp_path / "data"),
            "site_root": str(tmp_path / "site"),
            "divisions": '["SC1"]',
        }
        before = {name: config.get("pipeline", name, None) for name in chosen}
        for name, value in chosen.items():
            config.set("pipeline", name, value)
        yield built
        for name, value in before.items():
            if value is None:
                config.remove_option("pipeline", name)
            else:
                config.set("pipeline", name, value)


def states(report: FetchReport) -> dict[str, str]:
    return {file.path: file.state for file in report.files}


def test_a_live_run_lets_finished_seasons_rest(world: World) -> None:
    world.take()
    world.now += DAY
    report, _, _ = world.take()
    assert states(report) == {
        "mmz4281/2324/SC1.csv": "resting",
        OLD: "resting",
        NEW: "unchanged",
        "fixtures.csv": "unchanged",
    }
    assert OLD not in world.asked
    assert not report.is_reconstruction


def test_an_edit_of_a_finished_season_is_a_correction_for_30_days(world: World) -> None:
    world.take()
    world.edit_old_season()
    seen = []
    for days in (8, 1, 29, 1):
        world.now += days * DAY
        seen.append(world.take()[2])
    assert [len(corrections) for corrections in seen] == [1, 1, 1, 0]
    received = (EVENING + SPLIT_SECOND + 8 * DAY).isoformat()
    assert {(each[0]["path"], each[0]["received_at"]) for each in seen[:3]} == {(OLD, received)}
    assert seen[0][0]["text"].startswith("1 of 132 rows changed, 0 added, 0 removed: ")


def test_a_running_season_that_changes_is_no_correction(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.take()
    world.now += DAY
    monkeypatch.setattr(world.feed, "_site", Feed("2026-04-29T19:04")._site)
    report, _, corrections = world.take()
    assert (states(report)[NEW], corrections) == ("fetched", [])


def test_a_correction_is_compared_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.take()
    world.edit_old_season()
    world.now += 8 * DAY
    _, _, first = world.take()
    monkeypatch.setattr(stages, "source_of", _unable_to_parse(stages.source_of))
    world.now += DAY / 24
    assert world.take()[2] == first


def _unable_to_parse(source_of: Any) -> Any:
    class Unable:
        def __init__(self, source: Any) -> None:
            self._source = source

        def __getattr__(self, name: str) -> Any:
            return getattr(self._source, name)

        def parse(self, file: FeedFile, body: bytes) -> Any:
            assert file.path != OLD, "compared again"
            return self._source.parse(file, body)

    return lambda settings: Unable(source_of(settings))


def test_a_past_instant_reads_what_live_runs_had_kept_and_asks_nobody(world: World) -> None:
    _, live, _ = world.take()
    world.edit_old_season()
    world.now += 8 * DAY
    _, corrected, _ = world.take()
    report, replayed, corrections = world.take(EVENING + DAY)
    assert world.asked == []
    assert (replayed.digest, corrections) == (live.digest, [])
    assert replayed.digest != corrected.digest
    assert set(states(report).values()) == {"stored"}
    assert not report.is_reconstruction


def test_a_replay_keeps_the_bytes_in_a_data_root_of_its_own(world: World) -> None:
    world.take()
    log = world.data().snapshot_log.read_bytes()
    _, replayed, _ = world.take(EVENING + DAY)
    own = SnapshotStore(world.data(is_replay=True))
    assert all(own.read(file.sha256) for file in replayed.files)
    assert world.data().snapshot_log.read_bytes() == log


def test_a_replay_of_after_a_correction_shows_it(world: World) -> None:
    world.take()
    world.edit_old_season()
    world.now += 8 * DAY
    _, _, live = world.take()
    assert world.take(EVENING + 9 * DAY)[2] == live


def test_a_past_instant_before_the_first_snapshot_is_a_reconstruction_that_fetches(world: World) -> None:
    world.take()
    report, _, corrections = world.take(EVENING - DAY)
    assert (report.is_reconstruction, corrections) == (True, [])
    assert set(states(report).values()) == {"fetched"}
    assert OLD in world.asked


def test_a_reconstruction_asks_for_finished_seasons_every_time(world: World) -> None:
    for _ in range(2):
        report, _, _ = world.take(EVENING - DAY)
    assert "resting" not in states(report).values()
    assert OLD in world.asked


def test_a_season_is_over_when_its_division_has_moved_on(world: World) -> None:
    is_over = season_is_over(load_settings())
    file = FeedFile(NEW, "results", "SC1", 2025)
    assert [is_over(file, datetime(2026, month, 30, tzinfo=UTC)) for month in (4, 6, 7)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "file",
    [
        FeedFile("fixtures.csv", "fixtures", "", None),
        FeedFile("new/BRA.csv", "results", "BRA", None),
        FeedFile("mmz4281/1516/XX.csv", "results", "XX", 2015),
    ],
)
def test_what_is_no_single_season_of_a_known_division_is_never_over(world: World, file: FeedFile) -> None:
    assert not season_is_over(load_settings())(file, EVENING)
