"""The raw snapshots: bytes exactly as received, kept once by content hash, with a log of where and when.

The log is appended to, one JSON line an answer whose bytes or marks are new. A line torn by a killed writer
is ignored and cut off before the next one is written. Bytes that were refused are kept too, marked
`rejected`; they are never served. One writer at a time: hold the lock of the data root.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.archive.atomic import write_bytes
from pipeline.archive.confirmations import Confirmations
from pipeline.archive.fetch import Answer
from pipeline.archive.paths import DataRoot
from pipeline.domain.errors import ContractError, SourceError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """One answer of the feed as it was kept.

    path: relative to the feed's base. size: in bytes. fetched_at: when these bytes first came, UTC. etag,
    last_modified: the server's marks, word for word. state: `fetched` or `rejected`, then with a reason.
    """

    path: str
    url: str
    sha256: str
    size: int
    fetched_at: datetime
    etag: str = ""
    last_modified: str = ""
    state: str = "fetched"
    reason: str = ""

    def to_line(self) -> str:
        """Return the log's line for this snapshot."""
        return json.dumps(
            dataclasses.asdict(self) | {"fetched_at": self.fetched_at.isoformat()}, sort_keys=True
        )

    @classmethod
    def from_line(cls, line: str) -> Snapshot:
        """Read a line of the log. Raises ValueError, KeyError or TypeError where it is none."""
        fields: dict[str, Any] = json.loads(line)
        return cls(**fields | {"fetched_at": datetime.fromisoformat(fields["fetched_at"])})


class SnapshotStore:
    """The snapshots of one data root, and when each was last confirmed.

    Raises ContractError where the log is damaged anywhere but at its end.
    """

    def __init__(self, data_root: DataRoot) -> None:
        self._root = data_root
        self.confirmations = Confirmations(data_root.confirmations)
        self._by_path: dict[str, list[Snapshot]] = {}
        self._log_bytes = 0
        self._intact: set[str] = set()
        for snapshot in self._load():
            self._by_path.setdefault(snapshot.path, []).append(snapshot)

    def paths(self, before: datetime | None = None) -> list[str]:
        """Return the paths that have a good snapshot fetched at or before an instant, sorted."""
        return sorted(path for path in self._by_path if self.latest(path, before))

    def latest(self, path: str, before: datetime | None = None) -> Snapshot | None:
        """Return the last good snapshot of a path fetched at or before an instant; None where there is none.

        A snapshot whose bytes are gone or damaged does not count: it is fetched anew.
        """
        newest_first = (each for each in reversed(self._known(path, before)) if each.state == "fetched")
        return next((each for each in newest_first if self._is_intact(each.sha256)), None)

    def versions(self, path: str, before: datetime | None = None) -> list[Snapshot]:
        """Return the good snapshots of a path fetched at or before an instant, oldest first.

        Only changes of the bytes count: an answer that brought new marks alone is no version of its own.
        """
        versions: list[Snapshot] = []
        for each in self._known(path, before):
            if each.state == "fetched" and not (versions and versions[-1].sha256 == each.sha256):
                versions.append(each)
        return versions

    def adopt(self, body: bytes) -> None:
        """Keep bytes that another data root fetched, without an entry in this one's log."""
        sha256 = hashlib.sha256(body).hexdigest()
        if not self._is_intact(sha256):
            write_bytes(self._root.snapshot(sha256), body)

    def add(self, answer: Answer, fetched_at: datetime, *, reason: str = "") -> Snapshot:
        """Keep the bytes of an answer and return their snapshot.

        reason: why the bytes are refused; empty where they are good. Bytes that are those of the snapshot
        before keep the time at which they first came; only marks that changed are noted.
        """
        sha256 = hashlib.sha256(answer.body).hexdigest()
        state = "rejected" if reason else "fetched"
        marks = {"etag": answer.etag, "last_modified": answer.last_modified, "state": state, "reason": reason}
        snapshot = Snapshot(answer.path, answer.url, sha256, len(answer.body), fetched_at, **marks)
        if not self._is_intact(sha256):
            write_bytes(self._root.snapshot(sha256), answer.body)
        last = self.latest(answer.path, fetched_at)
        if not reason and last and last.sha256 == sha256:
            return self.confirm(last, answer)
        known = self._known(answer.path, fetched_at)
        if known and dataclasses.replace(known[-1], fetched_at=fetched_at) == snapshot:
            return known[-1]
        self._append(snapshot)
        return snapshot

    def confirm(self, snapshot: Snapshot, answer: Answer) -> Snapshot:
        """Note that the bytes of a snapshot are still the feed's, with the marks of the latest answer.

        An answer 304 may leave out its marks: the known ones stay.
        """
        confirmed = dataclasses.replace(
            snapshot,
            etag=answer.etag or snapshot.etag,
            last_modified=answer.last_modified or snapshot.last_modified,
        )
        if confirmed != snapshot:
            self._append(confirmed)
        return confirmed

    def read(self, sha256: str) -> bytes:
        """Return the bytes with this content hash.

        Raises SourceError where they are gone or no longer have it.
        """
        try:
            body = self._root.snapshot(sha256).read_bytes()
        except FileNotFoundError as error:
            raise SourceError(self._root.source, sha256, "the snapshot is gone from the disk") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise SourceError(self._root.source, sha256, "the snapshot is damaged on the disk")
        return body

    def _known(self, path: str, before: datetime | None) -> list[Snapshot]:
        known = [each for each in self._by_path.get(path, ()) if before is None or each.fetched_at <= before]
        return sorted(known, key=lambda each: each.fetched_at)

    def _is_intact(self, sha256: str) -> bool:
        if sha256 not in self._intact:
            with suppress(SourceError):
                self.read(sha256)
                self._intact.add(sha256)
        return sha256 in self._intact

    def _append(self, snapshot: Snapshot) -> None:
        line = snapshot.to_line().encode() + b"\n"
        self._root.folder.mkdir(parents=True, exist_ok=True)
        with self._root.snapshot_log.open("ab") as log:
            log.truncate(self._log_bytes)  # what a killed writer left of its last line
            log.write(line)
            log.flush()
            os.fsync(log.fileno())
        self._log_bytes += len(line)
        self._by_path.setdefault(snapshot.path, []).append(snapshot)

    def _load(self) -> list[Snapshot]:
        log = self._root.snapshot_log
        *lines, torn = log.read_bytes().split(b"\n") if log.is_file() else [b""]
        read = [_snapshot_in(line) for line in lines]
        while read and read[-1] is None:
            torn = lines[len(read) - 1]
            read.pop()
        snapshots = [each for each in read if each is not None]
        if len(snapshots) < len(read):
            raise ContractError(log.name, f"line {read.index(None) + 1} is no snapshot")
        if torn:
            _LOG.warning("%s ends in a line torn by a killed writer: ignored", log.name)
        self._log_bytes = sum(len(line) + 1 for line in lines[: len(read)])
        return snapshots


def _snapshot_in(line: bytes) -> Snapshot | None:
    try:
        return Snapshot.from_line(line.decode())
    except (ValueError, KeyError, TypeError):
        return None
