"""The ledger's files: written once, in order, and copied to the site without ever being replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.archive.atomic import read_json
from pipeline.archive.ledger_files import LedgerFiles, publish_ledger
from pipeline.domain.errors import LedgerError


def test_files_are_numbered_in_the_order_of_sealing(tmp_path: Path) -> None:
    ledger = LedgerFiles(tmp_path / "ledger")
    for run_id in ("b", "a"):
        ledger.add(run_id, b"{}\n")
    assert [path.name for path in ledger.files()] == ["000001-b.jsonl", "000002-a.jsonl"]


def test_a_run_seals_once(tmp_path: Path) -> None:
    ledger = LedgerFiles(tmp_path)
    ledger.add("a", b"{}\n")
    with pytest.raises(LedgerError, match="sealed its entries already"):
        ledger.add("a", b"{}\n")
    assert ledger.run_file("a") == tmp_path / "000001-a.jsonl"
    assert ledger.run_file("b") is None


def test_a_ledger_with_a_hole_is_not_continued(tmp_path: Path) -> None:
    ledger = LedgerFiles(tmp_path)
    ledger.add("a", b"{}\n")
    ledger.add("b", b"{}\n")
    (tmp_path / "000001-a.jsonl").unlink()
    with pytest.raises(LedgerError, match="no file 000001"):
        ledger.add("c", b"{}\n")


def test_a_published_run_is_noted_once_and_survives_a_line_cut_short(tmp_path: Path) -> None:
    ledger = LedgerFiles(tmp_path)
    ledger.note_published("a", "release-a")
    ledger.note_published("a", "release-a")
    with (tmp_path / "published.jsonl").open("ab") as file:
        file.write(b'{"run_id": "b"')
    ledger.note_published("c", "release-c")
    assert ledger.published() == {"a": "release-a", "c": "release-c"}
    assert (tmp_path / "published.jsonl").read_bytes().count(b"\n") == 2


def test_the_copy_grows_and_never_changes(tmp_path: Path) -> None:
    ledger, copy = LedgerFiles(tmp_path / "own"), tmp_path / "site"
    ledger.add("a", b"{}\n")
    publish_ledger(ledger, copy, b"print()\n")
    ledger.add("b", b"{}\n{}\n")
    publish_ledger(ledger, copy, b"print()\n")
    assert [file["entries"] for file in read_json(copy / "index.json")["files"]] == [1, 2]
    assert (copy / "000002-b.jsonl").read_bytes() == b"{}\n{}\n"
    (copy / "000001-a.jsonl").write_bytes(b"[]\n")
    with pytest.raises(LedgerError, match="is not the file that was sealed"):
        publish_ledger(ledger, copy, b"print()\n")
