"""Bytes are kept once and for good; the log survives a killed writer and never serves refused bytes."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive.fetch import Answer
from pipeline.archive.paths import DataRoot
from pipeline.archive.snapshots import SnapshotStore
from pipeline.domain.errors import ContractError, SourceError

AT = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def data(tmp_path: Path) -> DataRoot:
    return DataRoot(tmp_path, "embedded")


def answer(body: bytes = b"a,b\n", etag: str = '"1"', path: str = "E0.csv") -> Answer:
    return Answer(path, f"embedded:{path}", 200, body, etag, "Fri, 24 Apr 2026 19:00:00 GMT")


def log_lines(data: DataRoot) -> list[bytes]:
    return data.snapshot_log.read_bytes().splitlines()


def test_a_snapshot_keeps_the_bytes_and_where_and_when_they_came_from(data: DataRoot) -> None:
    SnapshotStore(data).add(answer(b"\xff\r\n"), AT)
    store = SnapshotStore(data)
    snapshot = store.latest("E0.csv")
    assert snapshot is not None
    assert (snapshot.url, snapshot.size, snapshot.fetched_at) == ("embedded:E0.csv", 3, AT)
    assert (snapshot.etag, snapshot.last_modified) == ('"1"', "Fri, 24 Apr 2026 19:00:00 GMT")
    assert snapshot.sha256 == hashlib.sha256(b"\xff\r\n").hexdigest()
    assert store.read(snapshot.sha256) == b"\xff\r\n"


def test_a_path_never_seen_has_no_snapshot(data: DataRoot) -> None:
    assert SnapshotStore(data).latest("E0.csv") is None
    assert SnapshotStore(data).paths() == []


def test_the_latest_snapshot_is_the_latest_by_time_not_by_order_of_writing(data: DataRoot) -> None:
    store = SnapshotStore(data)
    store.add(answer(b"new\n"), AT)
    store.add(answer(b"old\n"), AT - HOUR)
    latest = store.latest("E0.csv")
    assert latest is not None
    assert store.read(latest.sha256) == b"new\n"


def test_before_an_instant_only_what_was_fetched_by_then_is_seen(data: DataRoot) -> None:
    store = SnapshotStore(data)
    store.add(answer(b"1\n"), AT)
    store.add(answer(b"2\n"), AT + HOUR)
    first, second = store.latest("E0.csv", AT), store.latest("E0.csv", AT + HOUR)
    assert first is not None
    assert second is not None
    assert (store.read(first.sha256), store.read(second.sha256)) == (b"1\n", b"2\n")
    assert store.latest("E0.csv", AT - HOUR) is None
    assert store.paths(AT - HOUR) == []


def test_the_same_bytes_again_keep_the_time_they_first_came(data: DataRoot) -> None:
    store = SnapshotStore(data)
    store.add(answer(), AT)
    assert store.add(answer(), AT + HOUR).fetched_at == AT
    assert len(log_lines(data)) == 1


def test_marks_that_changed_are_noted_for_the_next_request(data: DataRoot) -> None:
    store = SnapshotStore(data)
    first = store.add(answer(etag='"1"'), AT)
    store.confirm(first, Answer("E0.csv", "", 304, b"", '"2"'))
    latest = SnapshotStore(data).latest("E0.csv")
    assert latest is not None
    assert (latest.etag, latest.last_modified, latest.fetched_at) == ('"2"', first.last_modified, AT)


def test_a_confirmation_that_brings_nothing_new_writes_nothing(data: DataRoot) -> None:
    store = SnapshotStore(data)
    first = store.add(answer(), AT)
    for _ in range(3):
        store.confirm(first, Answer("E0.csv", "", 304, b"", '"1"'))
    assert len(log_lines(data)) == 1


def test_bytes_that_come_back_after_others_are_the_latest_again(data: DataRoot) -> None:
    store = SnapshotStore(data)
    for hours, body in enumerate([b"a\n", b"b\n", b"a\n"]):
        store.add(answer(body), AT + hours * HOUR)
    latest = store.latest("E0.csv")
    assert latest is not None
    assert (store.read(latest.sha256), latest.fetched_at) == (b"a\n", AT + 2 * HOUR)


def test_refused_bytes_are_kept_but_never_serve(data: DataRoot) -> None:
    store = SnapshotStore(data)
    good = store.add(answer(b"good\n"), AT)
    bad = store.add(answer(b"bad\n"), AT + HOUR, reason="is another division's file")
    assert store.latest("E0.csv") == good
    assert store.read(bad.sha256) == b"bad\n"
    assert json.loads(log_lines(data)[-1])["reason"] == "is another division's file"


def test_the_same_refused_bytes_are_noted_once(data: DataRoot) -> None:
    store = SnapshotStore(data)
    for hours in range(3):
        store.add(answer(b"bad\n"), AT + hours * HOUR, reason="no")
    assert len(log_lines(data)) == 1


def test_bytes_refused_once_may_serve_later(data: DataRoot) -> None:
    store = SnapshotStore(data)
    store.add(answer(), AT, reason="the parser did not know the column")
    store.add(answer(), AT + HOUR)
    latest = store.latest("E0.csv")
    assert latest is not None
    assert latest.fetched_at == AT + HOUR


@pytest.mark.parametrize(
    "torn", [b'{"etag": "\\"1', b"\x00\x00\x00", b'{"path": "E0.csv"}\n', b"\x00\n\x00\n"]
)
def test_a_torn_last_line_is_ignored_and_repaired(data: DataRoot, torn: bytes) -> None:
    SnapshotStore(data).add(answer(b"1\n"), AT)
    with data.snapshot_log.open("ab") as log:
        log.write(torn)
    store = SnapshotStore(data)
    assert store.latest("E0.csv") is not None
    store.add(answer(b"2\n"), AT + HOUR)
    assert [json.loads(line)["size"] for line in log_lines(data)] == [2, 2]
    assert len(SnapshotStore(data).paths()) == 1


def test_a_log_damaged_in_its_middle_is_an_error_that_names_the_line(data: DataRoot) -> None:
    store = SnapshotStore(data)
    for hours in range(3):
        store.add(answer(b"%d\n" % hours), AT + hours * HOUR)
    lines = log_lines(data)
    lines[1] = lines[1][:20]
    data.snapshot_log.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(ContractError, match="line 2 is no snapshot"):
        SnapshotStore(data)


def test_a_snapshot_whose_bytes_are_gone_does_not_count(data: DataRoot) -> None:
    store = SnapshotStore(data)
    older = store.add(answer(b"1\n"), AT)
    newer = store.add(answer(b"22\n"), AT + HOUR)
    data.snapshot(newer.sha256).unlink()
    store = SnapshotStore(data)
    assert store.latest("E0.csv") == older
    with pytest.raises(SourceError, match="gone from the disk"):
        store.read(newer.sha256)


def test_damaged_bytes_are_an_error_and_not_an_answer(data: DataRoot) -> None:
    store = SnapshotStore(data)
    snapshot = store.add(answer(b"good\n"), AT)
    data.snapshot(snapshot.sha256).write_bytes(b"evil\n")
    with pytest.raises(SourceError, match="damaged on the disk"):
        store.read(snapshot.sha256)
    assert SnapshotStore(data).latest("E0.csv") is None


ADD = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from pipeline.archive.fetch import Answer
from pipeline.archive.paths import DataRoot
from pipeline.archive.snapshots import SnapshotStore
store = SnapshotStore(DataRoot(Path(sys.argv[1]), "embedded"))
at = datetime(2026, 1, 1, tzinfo=UTC)
for number in range(100_000):
    body = (sys.argv[2] + str(number)).encode() * 5000
    store.add(Answer(f"{number % 7}.csv", "", 200, body, "e" * 5000), at + timedelta(seconds=number))
"""


def test_every_snapshot_can_be_read_after_its_writer_was_killed(data: DataRoot) -> None:
    for kill in range(3):
        root = Path(__file__).parents[3]
        command = [sys.executable, "-c", ADD, str(data.root), str(kill)]
        lines = len(log_lines(data)) if data.snapshot_log.exists() else 0
        with subprocess.Popen(command, cwd=root) as writer:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                if data.snapshot_log.exists() and len(log_lines(data)) > lines + 5:
                    break
                time.sleep(0.005)
            writer.send_signal(signal.SIGKILL)
        store = SnapshotStore(data)
        served = [store.latest(path) for path in store.paths()]
        assert served
        assert all(store.read(each.sha256) for each in served if each)
