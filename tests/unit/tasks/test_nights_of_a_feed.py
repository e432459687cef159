"""Nights of one data root: a feed that loses results, corrects one, stands still, and starts a new season."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import luigi
import pandas as pd
import pytest

from pipeline.archive import clock
from pipeline.archive.tables import read_table
from pipeline.domain.errors import ContractError
from pipeline.tasks.archive import NormaliseArchive, ValidateArchive
from pipeline.tasks.intake import FetchSnapshots, TakeIntake
from pipeline.tasks.run import Run
from pipeline.tasks.settings import load_settings
from pipeline.tasks.training import BuildFeatures
from tests.graph.feed import Feed, serving

EVENING = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
OLD = "mmz4281/2425/SC1.csv"


class LosingFeed(Feed):
    """A feed that can lose the last rows of an old season."""

    lost_rows = 0

    def read(self, path: str) -> bytes | None:
        """Answer as the feed does, without the rows it lost."""
        body = super().read(path)
        if path != OLD or not body or not self.lost_rows:
            return body
        return b"\r\n".join(body.rstrip(b"\r\n").split(b"\r\n")[: -self.lost_rows]) + b"\r\n"

    def move_to(self, instant: datetime) -> None:
        """Be the feed of another instant."""
        super().__init__(f"{instant:%Y-%m-%dT%H:%M}")


class Nights:
    """The feed on loopback and a clock that stands where it is put; one division, that plays in winter."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = EVENING
        self.feed = LosingFeed(f"{EVENING:%Y-%m-%dT%H:%M}")
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def spend(self) -> tuple[dict[str, Any], pd.DataFrame]:
        """Run a night up to the verdict; return that on the division, and the matches in use."""
        run = Run(self.now, "publish", is_replay=False, revision="0a1b2c3d")
        for stage in (FetchSnapshots, TakeIntake, NormaliseArchive, ValidateArchive):
            stage(run.run_id).work()
        paths = run.paths(load_settings())
        paths.published.write_text(json.dumps({"is_worth_retrying": False}))
        return json.loads(paths.verdict.read_text())["divisions"]["SC1"], read_table(paths.matches)


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    built = Nights(monkeypatch)
    config = luigi.configuration.get_config()
    with serving(built.feed) as address:
        chosen = {
            "source": "football_data",
            "base_url": address,
            "data_root": str(tmp_path / "data"),
            "divisions": '["SC1"]',
        }
        before = {name: config.get("pipeline", name, None) for name in chosen}
        for name, value in chosen.items():
            config.set("pipeline", name, value)
        yield built
        for name, value in before.items():
            config.remove_option("pipeline", name) if value is None else config.set("pipeline", name, value)


def test_lost_results_withhold_the_division_until_they_are_back(nights: Nights) -> None:
    first, matches = nights.spend()
    assert (first["state"], first["kept_from"]) == ("accepted", None)
    nights.now, nights.feed.lost_rows = EVENING + timedelta(days=8), 6
    second, kept = nights.spend()
    assert second["state"] == "withheld"
    assert second["reason"] == "season 2024: results of the last run are gone (6)"
    assert second["kept_from"] == EVENING.isoformat()
    pd.testing.assert_frame_equal(kept, matches)
    nights.now += timedelta(days=8)
    third, _ = nights.spend()
    assert third["kept_from"] == EVENING.isoformat()


def test_a_result_the_feed_takes_back_in_a_corrected_file_is_told_and_withholds_nothing(
    nights: Nights,
) -> None:
    _, matches = nights.spend()
    nights.now, nights.feed.lost_rows = EVENING + timedelta(days=8), 1
    second, corrected = nights.spend()
    assert second["state"] == "accepted"
    assert len(corrected) == len(matches) - 1


def test_a_feed_that_stands_still_is_stale_until_the_next_season(nights: Nights) -> None:
    _, matches = nights.spend()
    nights.now = EVENING + timedelta(days=40)
    nights.feed.faults["fixtures.csv"] = "503"
    standing, kept = nights.spend()
    assert standing["state"] == "stale"
    assert "no result since" in standing["reason"]
    assert len(kept) == len(matches)
    nights.now = datetime(2026, 7, 10, 12, tzinfo=UTC)
    nights.feed.move_to(nights.now)
    summer, after = nights.spend()
    assert (summer["state"], summer["season"], summer["season_matches_count"]) == ("accepted", 2026, 0)
    assert len(after) > len(matches)


def test_a_stage_whose_own_table_fails_a_check_fails_and_names_it(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.features import build

    whole = build.build_features
    monkeypatch.setattr(build, "build_features", lambda *tables, **at: whole(*tables, **at).iloc[1:])
    nights.spend()
    run = Run(nights.now, "publish", is_replay=False, revision="0a1b2c3d")
    with pytest.raises(ContractError, match="'no match is dropped' failed in 1 of"):
        BuildFeatures(run.run_id).work()
    assert not run.paths(load_settings()).features.is_file()
