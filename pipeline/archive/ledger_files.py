"""The ledger on disk: one file a run, written once and never rewritten; and its copy beside the releases.

    <data root>/ledger/000001-<run id>.jsonl    the sealed entries of one run, a line each
    <data root>/ledger/published.jsonl          runs whose release went live, a line each
    <data root>/ledger/12-<head>.tsr            a time-stamp authority's token for the head of 12 entries
    site/ledger/<data root>/                    the same files for outsiders, `index.json` and the verifier

What an entry means belongs to the forecasts' room: here it is bytes and documents. Call the writers while
holding the data root's lock (and the site's, for the copy).
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from pipeline.archive.atomic import read_json, write_bytes, write_json
from pipeline.archive.timestamps import token_files
from pipeline.domain.errors import LedgerError

_FILE = re.compile(r"(\d{6})-([A-Za-z0-9][A-Za-z0-9_.-]*)\.jsonl")
INDEX = "index.json"


class LedgerFiles:
    """The files of one data root's ledger, in the order of sealing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> list[Path]:
        """Return the files of entries, the oldest first.

        Raises LedgerError where one is missing: a ledger with a hole is not to be continued.
        """
        found = sorted(path for path in self.folder.glob("*.jsonl") if _FILE.fullmatch(path.name))
        for number, path in enumerate(found, start=1):
            if int(path.name[:6]) != number:
                raise LedgerError(f"{self.folder} has no file {number:06d}: restore it before sealing more")
        return found

    def run_file(self, run_id: str) -> Path | None:
        """Return the file that a run has sealed, None where it has sealed nothing yet."""
        found = [path for path in self.files() if path.name[7:] == f"{run_id}.jsonl"]
        return found[0] if found else None

    def add(self, run_id: str, body: bytes) -> Path:
        """Write the entries of a run, whole or not at all, and force them to the disk.

        Raises LedgerError where the run has a file already: entries are never rewritten.
        """
        if self.run_file(run_id):
            raise LedgerError(f"the run {run_id} has sealed its entries already")
        path = self.folder / f"{len(self.files()) + 1:06d}-{run_id}.jsonl"
        if path.exists() or not _FILE.fullmatch(path.name):
            raise LedgerError(f"{path.name} cannot be a file of the ledger")
        write_bytes(path, body)
        return path

    def published(self) -> dict[str, str]:
        """Return the release that went live by run."""
        path = self.folder / "published.jsonl"
        lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
        return {entry["run_id"]: entry["release_id"] for entry in map(json.loads, lines)}

    def note_published(self, run_id: str, release_id: str) -> None:
        """Append that a run's release went live; saying it again changes nothing."""
        if self.published().get(run_id) == release_id:
            return
        path = self.folder / "published.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.read_bytes() if path.is_file() else b""
        whole = whole[: whole.rfind(b"\n") + 1]  # a line cut short by a kill was never said
        line = json.dumps({"release_id": release_id, "run_id": run_id}, sort_keys=True)
        write_bytes(path, whole + line.encode() + b"\n")


def publish_ledger(ledger: LedgerFiles, folder: Path, verifier: bytes) -> None:
    """Copy what outsiders need into `folder`: files of entries not there yet, the index, the verifier.

    A file that is there already stays as it is. Raises LedgerError where it differs from ours: somebody has
    put another ledger in its place.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = [_published_file(path, folder) for path in ledger.files()]
    index = {"files": entries, "published_runs": ledger.published(), "timestamps": _tokens(ledger, folder)}
    if not (folder / INDEX).is_file() or read_json(folder / INDEX) != index:
        write_json(folder / INDEX, index)
    script = folder / "verify_ledger.py"
    if not script.is_file() or script.read_bytes() != verifier:
        write_bytes(script, verifier)


def _tokens(ledger: LedgerFiles, folder: Path) -> list[str]:
    """Copy the authority's tokens not there yet and return the names of all."""
    tokens = token_files(ledger.folder)
    for path in tokens:
        if not (folder / path.name).is_file():
            write_bytes(folder / path.name, path.read_bytes())
    return [path.name for path in tokens]


def _published_file(path: Path, folder: Path) -> dict[str, Any]:
    body, copy = path.read_bytes(), folder / path.name
    if not copy.exists():
        write_bytes(copy, body)
    elif copy.read_bytes() != body:
        raise LedgerError(f"{copy} is not the file that was sealed")
    return {"name": path.name, "entries": body.count(b"\n"), "sha256": hashlib.sha256(body).hexdigest()}
