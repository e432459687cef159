"""Corrections received: finished seasons that the feed edited, found by comparing the kept snapshots."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.archive.atomic import atomic_folder, read_json, write_json
from pipeline.archive.paths import DataRoot
from pipeline.tasks.archive import parser_version

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.archive.intake import Intake, IntakeFile
    from pipeline.archive.snapshots import Snapshot, SnapshotStore
    from pipeline.sources.base import FeedFile, Source

_SHOWN_FOR = timedelta(days=30)


def received_corrections(
    source: Source,
    store: SnapshotStore,
    data: DataRoot,
    intake: Intake,
    is_finished: Callable[[FeedFile, datetime], bool],
) -> list[dict[str, str]]:
    """Return the corrections of the last 30 days before the cut-off, by path and time: path, text, instant.

    store: where the snapshots' log is. data: where the comparisons are kept, each made once.
    """
    since = intake.cut_off_at - _SHOWN_FOR
    found: list[dict[str, str]] = []
    for entry in (file for file in intake.files if file.sha256):
        # up to the bytes in use: the cut-off is a whole second and may lie just before their fetch
        for before, after in pairwise(store.versions(entry.path, entry.fetched_at)):
            if after.fetched_at >= since and is_finished(entry.file, after.fetched_at):
                words = _compared(source, store, data, entry, before, after)
                found.append({"path": entry.path, "text": words, "received_at": after.fetched_at.isoformat()})
    return found


def _compared(
    source: Source,
    store: SnapshotStore,
    data: DataRoot,
    entry: IntakeFile,
    before: Snapshot,
    after: Snapshot,
) -> str:
    key = hashlib.sha256(f"{entry.path}\n{before.sha256}\n{after.sha256}".encode()).hexdigest()
    folder = data.parsed(key, parser_version())
    if not folder.is_dir():
        with atomic_folder(folder) as aside:
            write_json(aside / "changes.json", {"text": _changes(source, store, entry.file, before, after)})
    return str(read_json(folder / "changes.json")["text"])


def _changes(source: Source, store: SnapshotStore, file: FeedFile, before: Snapshot, after: Snapshot) -> str:
    from pipeline.domain.errors import ParseError, SourceError
    from pipeline.sources.corrections import compare_rows

    try:
        old, new = (source.parse(file, store.read(each.sha256)).rows for each in (before, after))
    except (ParseError, SourceError) as error:
        return f"the bytes changed and cannot be compared: {error.reason}"
    return compare_rows(old, new).sentence()
