"""Whatever kills a writer, its target is whole or absent."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.archive.atomic import atomic_folder, read_json, sweep, write_bytes, write_json, write_text

KILLS = 4

WRITE_FILES = """
import sys
from pathlib import Path
from pipeline.archive.atomic import write_bytes
while True:
    for sign in (b"a", b"b"):
        write_bytes(Path(sys.argv[1]), sign * 2_000_000)
"""

WRITE_FOLDERS = """
import sys
from pathlib import Path
from pipeline.archive.atomic import atomic_folder
while True:
    for sign in ("a", "b"):
        with atomic_folder(Path(sys.argv[1])) as folder:
            for number in range(20):
                (folder / f"{number}.txt").write_text(sign * 1000)
"""


def kill_while_writing(code: str, target: Path, seconds: float) -> None:
    root = str(Path(__file__).parents[3])
    with subprocess.Popen([sys.executable, "-c", code, str(target)], cwd=root) as writer:
        deadline = time.monotonic() + 20
        while not target.exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)


def test_a_file_is_whole_after_its_writer_was_killed(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "target.bin"
    for kill in range(KILLS):
        kill_while_writing(WRITE_FILES, target, 0.02 + 0.013 * kill)
        body = target.read_bytes()
        assert body in (b"a" * 2_000_000, b"b" * 2_000_000)
    sweep(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [target]


def test_a_folder_is_whole_or_absent_after_its_writer_was_killed(tmp_path: Path) -> None:
    target = tmp_path / "pages"
    for kill in range(KILLS):
        kill_while_writing(WRITE_FOLDERS, target, 0.02 + 0.013 * kill)
        if target.exists():
            assert sorted(path.name for path in target.iterdir()) == sorted(f"{n}.txt" for n in range(20))
            assert len({path.read_text() for path in target.iterdir()}) == 1
    sweep(tmp_path)
    assert set(tmp_path.iterdir()) <= {target}


def test_who_reads_the_old_file_reads_it_to_its_end(tmp_path: Path) -> None:
    target = tmp_path / "state.json"
    write_text(target, "old, and longer")
    with target.open() as reader:
        write_text(target, "new")
        assert reader.read() == "old, and longer"
    assert target.read_text() == "new"


def test_a_failed_write_leaves_the_old_file_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "state.json"
    write_text(target, "old")

    def fail(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_bytes(target, b"new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_folder_leaves_the_old_one_and_no_part(tmp_path: Path) -> None:
    target = tmp_path / "pages"
    with atomic_folder(target) as folder:
        (folder / "index.html").write_text("old")

    def fail() -> None:
        with atomic_folder(target) as folder:
            (folder / "index.html").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (target / "index.html").read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_replaces_an_older_one_whole(tmp_path: Path) -> None:
    target = tmp_path / "pages"
    for name in ("old.html", "new.html"):
        with atomic_folder(target) as folder:
            (folder / name).write_text(name)
    assert [path.name for path in target.iterdir()] == ["new.html"]


def test_written_files_may_be_read_by_a_web_server(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        write_text(tmp_path / "index.html", "x")
    finally:
        os.umask(old)
    assert (tmp_path / "index.html").stat().st_mode & 0o777 == 0o644


def test_a_name_of_the_longest_length_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("é" * 120)
    write_text(target, "x")
    assert target.read_text() == "x"


def test_equal_values_give_equal_json(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": 1, "a": "é"})
    write_json(tmp_path / "b.json", {"a": "é", "b": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.json").read_text() == '{\n "a": "é",\n "b": 1\n}\n'
    assert read_json(tmp_path / "a.json") == {"a": "é", "b": 1}


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_number_that_json_has_not_is_refused_before_anything_is_written(
    tmp_path: Path, number: float
) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"roi": number})
    assert list(tmp_path.iterdir()) == []


def test_sweeping_takes_the_parts_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".pages.0a1b.part").mkdir()
    (tmp_path / "run" / ".pages.0a1b.part" / "index.html").write_text("half")
    (tmp_path / ".state.json.0a1b.part").write_text("half")
    for kept in ("state.json", ".hidden", "counter.part"):
        (tmp_path / kept).write_text("whole")
    assert len(sweep(tmp_path)) == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        ".hidden",
        "counter.part",
        "run",
        "state.json",
    ]


def test_sweeping_a_folder_that_is_not_there_finds_nothing(tmp_path: Path) -> None:
    assert sweep(tmp_path / "none") == []
