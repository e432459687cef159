"""Files that hold all seasons of a league: an edit of a finished season is told, a new result is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive.fetch import Answer
from pipeline.archive.paths import DataRoot
from pipeline.archive.report import Intake, IntakeFile
from pipeline.archive.snapshots import SnapshotStore
from pipeline.sources.catalogue import source_named
from pipeline.tasks.corrections import received_corrections
from pipeline.tasks.intake import season_is_over
from pipeline.tasks.settings import load_settings

PATH = "new/JPN.csv"
HEADER = "Country,League,Season,Date,Time,Home,Away,HG,AG,Res,AvgCH,AvgCD,AvgCA\r\n"
FINISHED = "Japan,J1 League,2024,23/02/2024,05:00,Aoba,Midori,2,3,A,1.71,3.62,4.55\r\n"
EDITED = FINISHED.replace(",2,3,A,", ",3,3,D,")
RUNNING = "Japan,J1 League,2026,07/03/2026,05:00,Midori,Aoba,1,0,H,2.05,3.25,3.5\r\n"
LATER = "Japan,J1 League,2026,14/03/2026,05:00,Aoba,Sora,0,0,D,2.1,3.2,3.4\r\n"
MONDAY = datetime(2026, 3, 16, 3, tzinfo=UTC)


class Night:
    """One data root of the real feed that gets a new state of the file each night."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data, self.at = DataRoot(root, "football_data"), MONDAY
        self.source = source_named("football_data")
        monkeypatch.setattr("pipeline.tasks.intake.source_of", lambda settings: self.source)
        self.is_over = season_is_over(load_settings())

    def told(self, body: str) -> list[str]:
        """Fetch these bytes and return what the run says of corrections; the next night follows."""
        store = SnapshotStore(self.data)
        snapshot = store.add(Answer(PATH, f"https://feed/{PATH}", 200, body.encode(), "", ""), self.at)
        entry = IntakeFile(
            PATH, "results", "JPN", None, "fetched", "", snapshot.sha256, snapshot.size, self.at, ""
        )
        intake = Intake("football_data", self.at, self.at, (entry,), "digest")
        found = received_corrections(self.source, store, self.data, intake, self.is_over)
        self.at += timedelta(days=1)
        return [each["text"] for each in found]


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(tmp_path, monkeypatch)


def test_a_new_result_of_the_running_season_is_no_correction(night: Night) -> None:
    assert night.told(HEADER + FINISHED + RUNNING) == []
    assert night.told(HEADER + FINISHED + RUNNING + LATER) == []


def test_an_edited_result_of_the_running_season_is_no_correction(night: Night) -> None:
    night.told(HEADER + FINISHED + RUNNING)
    assert night.told(HEADER + FINISHED + RUNNING.replace(",1,0,H,", ",1,1,D,")) == []


def test_an_edit_of_a_finished_season_is_told_beside_a_new_result(night: Night) -> None:
    night.told(HEADER + FINISHED + RUNNING)
    words = night.told(HEADER + EDITED + RUNNING + LATER)
    assert words == [
        "1 of 1 rows changed, 0 added, 0 removed: "
        "Aoba - Midori (full time result A, now D; home goals 2, now 3)"
    ]


def test_an_edit_is_told_for_30_days(night: Night) -> None:
    night.told(HEADER + FINISHED + RUNNING)
    edited = HEADER + EDITED + RUNNING
    first = night.told(edited)
    assert night.told(edited) == first
    night.at += timedelta(days=30)
    assert night.told(edited + LATER) == []


def test_a_finished_row_that_vanishes_is_told(night: Night) -> None:
    night.told(HEADER + FINISHED + EDITED.replace("23/02", "24/08") + RUNNING)
    assert night.told(HEADER + FINISHED + RUNNING) == [
        "0 of 2 rows changed, 0 added, 1 removed: Aoba - Midori removed"
    ]


def test_rows_that_only_moved_within_the_file_are_no_correction(night: Night) -> None:
    other = FINISHED.replace("Midori", "Sora")
    night.told(HEADER + FINISHED + other + RUNNING)
    assert night.told(HEADER + RUNNING + other + FINISHED) == []


def test_a_new_column_of_the_running_season_is_no_correction(night: Night) -> None:
    night.told(HEADER + FINISHED + RUNNING)
    wider = HEADER.replace("\r\n", ",B365CH,B365CD,B365CA\r\n") + FINISHED.replace("\r\n", ",,,\r\n")
    assert night.told(wider + RUNNING.replace("\r\n", ",2,3.3,3.6\r\n")) == []


def test_a_season_that_ends_between_two_fetches_is_not_told_as_a_correction(night: Night) -> None:
    night.at = datetime(2026, 12, 31, 3, tzinfo=UTC)
    night.told(HEADER + FINISHED + RUNNING)
    night.at = datetime(2027, 1, 1, 3, tzinfo=UTC)
    assert night.told(HEADER + FINISHED + RUNNING + LATER) == []
