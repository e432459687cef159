"""A folder is served like a feed: an index of its files, marks of their content, refusals with a reason."""

from __future__ import annotations

import os
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from pipeline.archive import clock
from pipeline.archive.fetch import links_of
from pipeline.archive.folder_fetch import FolderFetcher, division_table_of, folder_mark_of
from pipeline.archive.intake import fetch_all
from pipeline.archive.paths import DataRoot
from pipeline.archive.snapshots import SnapshotStore
from pipeline.archive.transfer import Limits
from pipeline.domain.errors import FetchError, SettingError
from pipeline.sources.catalogue import source_named

BODY = "date,home,away\n"
TABLE = b"""code,name,country,tier,time_zone,calendar,under_way_by
KAL,Kaleva Premier,Kaleva,1,Europe/Helsinki,winter,09-01
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("KAL.csv", "fixtures.csv", "divisions.csv", "notes.txt", ".KAL.csv", "~KAL.csv"):
        (tmp_path / name).write_text(BODY)
    (tmp_path / "old").mkdir()
    return tmp_path


def test_the_index_links_to_the_csv_files_but_not_to_the_division_table(folder: Path) -> None:
    index = FolderFetcher(folder).get("index.html")
    assert links_of(index.body, "index.html", "folder:") == ["KAL.csv", "fixtures.csv"]


def test_a_file_comes_as_it_is_with_the_time_it_was_written(folder: Path) -> None:
    os.utime(folder / "KAL.csv", (1_700_000_000, 1_700_000_000))
    answer = FolderFetcher(folder).get("KAL.csv")
    assert (answer.status, answer.body) == (200, BODY.encode())
    assert parsedate_to_datetime(answer.last_modified).timestamp() == 1_700_000_000


def test_a_file_that_was_touched_and_not_changed_answers_that_it_did_not_change(folder: Path) -> None:
    fetcher = FolderFetcher(folder)
    etag = fetcher.get("KAL.csv").etag
    os.utime(folder / "KAL.csv", (1, 1))
    again = fetcher.get("KAL.csv", etag=etag)
    assert (again.status, again.body, again.last_modified) == (304, b"", "")
    (folder / "KAL.csv").write_text(BODY + "x\n")
    assert fetcher.get("KAL.csv", etag=etag).status == 200


@pytest.mark.parametrize(
    "path",
    ["../secret.csv", "/etc/passwd", "divisions.csv", "notes.txt", "old", ".KAL.csv", "", "absent.csv"],
)
def test_nothing_but_the_listed_files_is_served(folder: Path, path: str) -> None:
    (folder.parent / "secret.csv").write_text(BODY)
    with pytest.raises(FetchError, match="is not in the folder"):
        FolderFetcher(folder).get(path)


@pytest.mark.parametrize("name", ["my league.csv", "<b>.csv", "=cmd().csv", "-" + "x" * 200 + ".csv"])
def test_a_name_that_can_be_no_address_is_an_error_that_names_it(folder: Path, name: str) -> None:
    (folder / name).write_text(BODY)
    with pytest.raises(FetchError, match="rename the file") as error:
        FolderFetcher(folder).get("index.html")
    assert name[:20] in str(error.value)


def test_empty_and_too_large_files_and_an_empty_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "KAL.csv").write_text(" \n")
    with pytest.raises(FetchError, match="is empty"):
        FolderFetcher(folder).get("KAL.csv")
    with pytest.raises(FetchError, match="larger than 10 bytes"):
        FolderFetcher(folder, limits=Limits(body_bytes=10)).get("fixtures.csv")
    with pytest.raises(FetchError, match="no CSV file"):
        FolderFetcher(tmp_path / "old").get("index.html")
    with pytest.raises(FetchError, match="can not be read"):
        FolderFetcher(tmp_path / "nowhere").get("index.html")


def test_the_division_table_is_read_apart_and_its_absence_is_a_setting_error(folder: Path) -> None:
    assert division_table_of(folder) == BODY.encode()
    with pytest.raises(SettingError, match=r"divisions\.csv can not be read"):
        division_table_of(folder / "old")


def test_the_mark_of_a_folder_changes_with_its_csv_files_alone(folder: Path) -> None:
    marks = [folder_mark_of(folder), folder_mark_of(folder)]
    (folder / "notes.txt").write_text("more")
    marks.append(folder_mark_of(folder))
    assert len(set(marks)) == 1
    (folder / "KAL.csv").write_text(BODY + "x\n")
    edited = folder_mark_of(folder)
    (folder / "KAL.csv").unlink()
    assert len({marks[0], edited, folder_mark_of(folder)}) == 3
    with pytest.raises(SettingError, match="can not be read"):
        folder_mark_of(folder / "nowhere")


def test_a_deleted_file_is_forgotten_and_an_unchanged_one_transfers_nothing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = source_named("csv_folder", division_table=TABLE)
    store = SnapshotStore(DataRoot(tmp_path_factory.mktemp("data"), "csv_folder-own"))

    def states() -> dict[str, str]:
        report = fetch_all(source, FolderFetcher(folder), store, clock.now, str, keep_vanished=False)
        return {file.path: file.state for file in report.files}

    assert states() == {"KAL.csv": "fetched", "fixtures.csv": "fetched"}
    (folder / "fixtures.csv").unlink()
    assert states() == {"KAL.csv": "unchanged"}
