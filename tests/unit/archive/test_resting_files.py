"""What is asked for, and what is transferred: an unchanged site costs no body, a finished season one request
a week; a past instant is read from the snapshots of its time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipeline.archive.confirmations import Confirmations
from pipeline.archive.fetch import GeneratedFetcher, HttpFetcher
from pipeline.archive.intake import fetch_all, stored_report
from pipeline.archive.paths import DataRoot
from pipeline.archive.report import FetchReport
from pipeline.archive.snapshots import SnapshotStore
from pipeline.sources.base import FeedFile
from tests.unit.archive.feed_builders import FIRST_PAGE, FIXTURES, FURTHER_PAGE, LinkedSource, page

AT = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW = "mmz4281/2425/E1.csv", "mmz4281/2526/E1.csv"
TWO_SEASONS = LinkedSource(FeedFile(OLD, "results", "E1", 2024), FeedFile(NEW, "results", "E1", 2025))


def is_finished(file: FeedFile, at: datetime) -> bool:
    return file.season is not None and at >= datetime(file.season + 1, 7, 1, tzinfo=UTC)


def pages() -> dict[str, bytes]:
    return {
        FIRST_PAGE: page(FURTHER_PAGE, FIXTURES),
        FURTHER_PAGE: page(OLD, NEW),
        OLD: b"Div,Date\nE1,09/08/2024\n",
        NEW: b"Div,Date\nE1,08/08/2025\n",
        FIXTURES: b"Div,Date\nE1,25/04/2026\n",
    }


class Rig:
    """A feed in a dictionary that notes what it is asked for, and the fetches of it."""

    def __init__(self, root: Path) -> None:
        self.data = DataRoot(root, "football_data")
        self.files, self.asked = pages(), list[str]()

    def fetch(self, at: datetime, *, base_url: str = "embedded:", rests: bool = True) -> FetchReport:
        def read(path: str) -> bytes | None:
            self.asked.append(path)
            return self.files.get(path)

        self.asked.clear()
        return fetch_all(
            TWO_SEASONS,
            GeneratedFetcher(read, base_url),
            SnapshotStore(self.data),
            lambda: at,
            lambda _: None,
            is_finished=is_finished if rests else None,
        )


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def state(report: FetchReport, path: str) -> str:
    return next(file.state for file in report.files if file.path == path)


def test_a_finished_season_rests_for_a_week_and_the_running_one_is_asked_for_every_night(rig: Rig) -> None:
    rig.fetch(AT)
    asked = [
        [path for path in (OLD, NEW) if rig.fetch(AT + n * DAY) and path in rig.asked] for n in range(1, 8)
    ]
    assert asked == [[NEW]] * 7


def test_a_resting_file_serves_its_snapshot_and_is_no_problem(rig: Rig) -> None:
    first = rig.fetch(AT)
    report = rig.fetch(AT + DAY)
    assert state(report, OLD) == "resting"
    assert report.counts()["resting"] == 1
    assert [file.sha256 for file in report.files] == [file.sha256 for file in first.files]
    assert report.problems() == []


def test_a_finished_season_is_asked_for_once_its_confirmation_is_older_than_a_week(rig: Rig) -> None:
    rig.fetch(AT)
    report = rig.fetch(AT + 7 * DAY + timedelta(seconds=1))
    assert (state(report, OLD), OLD in rig.asked) == ("unchanged", True)


def test_an_answer_without_change_is_a_confirmation_that_lasts_another_week(rig: Rig) -> None:
    for night in (0, 8):
        rig.fetch(AT + night * DAY)
    assert state(rig.fetch(AT + 15 * DAY), OLD) == "resting"
    assert state(rig.fetch(AT + 16 * DAY), OLD) == "unchanged"


def test_an_edited_season_is_found_within_the_week_and_kept_beside_the_old(rig: Rig) -> None:
    before = rig.fetch(AT)
    rig.files[OLD] += b"E1,10/08/2024\n"
    assert state(rig.fetch(AT + 7 * DAY), OLD) == "resting"
    assert state(rig.fetch(AT + 8 * DAY), OLD) == "fetched"
    versions = SnapshotStore(rig.data).versions(OLD)
    assert [version.fetched_at for version in versions] == [AT, AT + 8 * DAY]
    assert versions[0].sha256 == before.files[0].sha256


def test_a_season_stops_resting_when_its_file_fails(rig: Rig) -> None:
    body = rig.files[OLD]
    rig.fetch(AT)
    del rig.files[OLD]
    assert state(rig.fetch(AT + 8 * DAY), OLD) == "last_good"
    rig.files[OLD] = body
    assert state(rig.fetch(AT + 9 * DAY), OLD) == "unchanged"


def test_a_season_rests_only_where_the_same_address_confirmed_it(rig: Rig) -> None:
    rig.fetch(AT)
    assert state(rig.fetch(AT + DAY, base_url="other:"), OLD) == "unchanged"


def test_without_a_calendar_nothing_rests(rig: Rig) -> None:
    rig.fetch(AT)
    assert state(rig.fetch(AT + DAY, rests=False), OLD) == "unchanged"


def test_a_later_confirmation_says_nothing_of_an_earlier_instant(rig: Rig) -> None:
    rig.fetch(AT)
    rig.fetch(AT + 20 * DAY)
    assert state(rig.fetch(AT + 10 * DAY), OLD) == "unchanged"


def test_confirmations_do_not_make_the_log_grow(rig: Rig) -> None:
    rig.fetch(AT)
    log, size = rig.data.snapshot_log.read_bytes(), len(rig.data.confirmations.read_bytes())
    for night in range(1, 30):
        rig.fetch(AT + night * DAY)
    assert rig.data.snapshot_log.read_bytes() == log
    assert len(rig.data.confirmations.read_bytes()) == size


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": {"sha256": "b"}}'])
def test_confirmations_that_cannot_be_read_confirm_nothing(rig: Rig, text: str) -> None:
    rig.fetch(AT)
    rig.data.confirmations.write_text(text)
    assert state(rig.fetch(AT + DAY), OLD) == "unchanged"
    assert state(rig.fetch(AT + 2 * DAY), OLD) == "resting"


def test_a_confirmation_holds_for_one_address_and_one_content(tmp_path: Path) -> None:
    confirmations = Confirmations(tmp_path / "confirmations.json")
    confirmations.note(OLD, "a" * 64, "http://x/E1.csv", AT)
    confirmations.save()
    read = Confirmations(tmp_path / "confirmations.json")
    assert read.at(OLD, "a" * 64, "http://x/E1.csv") == AT
    assert read.at(OLD, "b" * 64, "http://x/E1.csv") is None
    assert read.at(OLD, "a" * 64, "http://y/E1.csv") is None
    assert read.at(NEW, "a" * 64, "http://x/E1.csv") is None


def test_what_a_fetch_cut_short_had_confirmed_is_kept(rig: Rig) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    fetcher = GeneratedFetcher(rig.files.get)
    with pytest.raises(KeyboardInterrupt):
        fetch_all(TWO_SEASONS, fetcher, SnapshotStore(rig.data), lambda: AT, stop)
    assert OLD in json.loads(rig.data.confirmations.read_text())


@contextmanager
def counting_server(files: dict[str, bytes], marks: str) -> Iterator[tuple[str, dict[str, int]]]:
    """Serve files with the marks named, answer 304 to them, and count the bytes of bodies by path."""
    sent: dict[str, int] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(files, marks, sent))
    thread = Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", sent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(files: dict[str, bytes], marks: str, sent: dict[str, int]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            etag, modified = f'"{sha256(files[path]).hexdigest()}"', "Fri, 24 Apr 2026 00:30:00 GMT"
            header, mark = {"etag": ("ETag", etag), "date": ("Last-Modified", modified)}[marks]
            asked_with = self.headers.get("If-None-Match" if marks == "etag" else "If-Modified-Since")
            body = b"" if asked_with == mark else files[path]
            sent[path] = sent.get(path, 0) + len(body)
            self.send_response(304 if asked_with == mark else 200)
            self.send_header(header, mark)
            if body:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@pytest.mark.parametrize("marks", ["etag", "date"])
def test_a_fetch_of_an_unchanged_site_transfers_no_body_of_a_page_or_file(tmp_path: Path, marks: str) -> None:
    files = pages()
    with counting_server(files, marks) as (address, sent):
        for night in (0, 1):
            sent.clear()
            _fetch_over_http(address, tmp_path, lambda night=night: AT + night * DAY)
            expected = {path: 0 if night else len(body) for path, body in files.items()}
            assert sent == expected


def test_a_fetch_transfers_the_one_body_that_changed(tmp_path: Path) -> None:
    files = pages()
    with counting_server(files, "etag") as (address, sent):
        _fetch_over_http(address, tmp_path, lambda: AT)
        files[NEW] += b"E1,09/08/2025\n"
        sent.clear()
        _fetch_over_http(address, tmp_path, lambda: AT + DAY)
        assert {path: size for path, size in sent.items() if size} == {NEW: len(files[NEW])}


def _fetch_over_http(address: str, root: Path, now: Callable[[], datetime]) -> None:
    fetcher = HttpFetcher(address)
    fetch_all(TWO_SEASONS, fetcher, SnapshotStore(DataRoot(root, "x")), now, lambda _: None)
    fetcher.close()


def test_a_past_instant_is_read_from_the_snapshots_of_its_time(rig: Rig) -> None:
    first = rig.fetch(AT)
    rig.files[NEW] += b"E1,09/08/2025\n"
    second = rig.fetch(AT + DAY)
    rig.asked.clear()
    store = SnapshotStore(rig.data)
    for at, fetched in ((AT, first), (AT + DAY, second)):
        report = stored_report(TWO_SEASONS, store, as_of=at)
        assert report is not None
        assert [(file.path, file.sha256) for file in report.files] == [
            (file.path, file.sha256) for file in fetched.files
        ]
        assert report.is_stored
        assert report.problems() == []
    assert rig.asked == []


def test_where_nothing_had_been_fetched_there_is_nothing_stored(rig: Rig) -> None:
    rig.fetch(AT)
    assert stored_report(TWO_SEASONS, SnapshotStore(rig.data), as_of=AT - DAY) is None


def test_pages_alone_are_nothing_stored(rig: Rig) -> None:
    store = SnapshotStore(rig.data)
    store.add(GeneratedFetcher(rig.files.get).get(FIRST_PAGE), AT)
    assert stored_report(TWO_SEASONS, store, as_of=AT) is None


def test_adopted_bytes_can_be_read_and_leave_no_trace_in_the_log(tmp_path: Path) -> None:
    data = DataRoot(tmp_path, "football_data-replay")
    store = SnapshotStore(data)
    store.adopt(b"a,b\n")
    assert store.read(sha256(b"a,b\n").hexdigest()) == b"a,b\n"
    assert not data.snapshot_log.exists()


def test_new_marks_alone_are_no_new_version(rig: Rig) -> None:
    store = SnapshotStore(rig.data)
    answer = GeneratedFetcher(rig.files.get).get(OLD)
    snapshot = store.add(answer, AT)
    store.confirm(snapshot, type(answer)(OLD, answer.url, 304, b"", '"other"'))
    assert [version.sha256 for version in store.versions(OLD)] == [snapshot.sha256]
