"""Corrections received: finished seasons that the feed edited, found by comparing the kept snapshots."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.archive.atomic import atomic_folder, read_json, write_json
from pipeline.archive.paths import DataRoot
from pipeline.tasks.parsing import parsed_file, parser_version

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

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

    Of a file of many seasons those count that were finished before the edit; its running one changes all the
    time and is no correction. store: where the snapshots' log is. data: where the comparisons are kept, each
    made once.
    """
    since = intake.cut_off_at - _SHOWN_FOR
    found: list[dict[str, str]] = []
    for entry in (file for file in intake.files if file.sha256):
        is_mixed = _holds_seasons(source, entry.file)
        # up to the bytes in use: the cut-off is a whole second and may lie just before their fetch
        for before, after in pairwise(store.versions(entry.path, entry.fetched_at)):
            if after.fetched_at >= since and (is_mixed or is_finished(entry.file, after.fetched_at)):
                edit = _Edit(source, store, data, entry, before, after, is_finished)
                if words := edit.words():
                    instant = after.fetched_at.isoformat()
                    found.append({"path": entry.path, "text": words, "received_at": instant})
    return found


def _holds_seasons(source: Source, file: FeedFile) -> bool:
    return file.kind == "results" and file.season is None and file.division in source.divisions


@dataclass(frozen=True)
class _Edit:
    """Two states of one file at the feed, one right after the other."""

    source: Source
    store: SnapshotStore
    data: DataRoot
    entry: IntakeFile
    before: Snapshot
    after: Snapshot
    is_finished: Callable[[FeedFile, datetime], bool]

    def words(self) -> str:
        """Return what became of the finished seasons, in words; of a mixed file nothing where they stayed."""
        is_mixed = self.entry.file.season is None
        # which seasons were finished depends on the day
        day = f"\n{self.before.fetched_at:%F}" if is_mixed else ""
        key = f"{self.entry.path}\n{self.before.sha256}\n{self.after.sha256}{day}"
        folder = self.data.parsed(hashlib.sha256(key.encode()).hexdigest(), parser_version())
        if not folder.is_dir():
            with atomic_folder(folder) as aside:
                write_json(aside / "changes.json", {"text": self._changes()})
        return str(read_json(folder / "changes.json")["text"])

    def _changes(self) -> str:
        from pipeline.domain.errors import ParseError, SourceError
        from pipeline.sources.corrections import compare_rows

        try:
            old, new = (self._rows(each) for each in (self.before, self.after))
        except (ParseError, SourceError) as error:
            return f"the bytes changed and cannot be compared: {error.reason}"
        is_mixed = self.entry.file.season is None
        if is_mixed and _agree(old, new):
            return ""
        changes = compare_rows(old, new)
        return "" if is_mixed and not changes.count else changes.sentence()

    def _rows(self, state: Snapshot) -> pd.DataFrame:
        entry = replace(self.entry, sha256=state.sha256)
        rows = parsed_file(self.data, self.source, self.store, entry).rows
        if entry.file.season is not None:
            return rows
        seasons = [int(season) for season in rows["season"].unique()]
        at = self.before.fetched_at
        over = [season for season in seasons if self.is_finished(replace(entry.file, season=season), at)]
        return rows[rows["season"].isin(over)]


def _agree(old: pd.DataFrame, new: pd.DataFrame) -> bool:
    """Tell whether nothing but the place in the file differs: the answer of most nights, had cheaply."""
    old, new = (rows.drop(columns="source_row").reset_index(drop=True) for rows in (old, new))
    added = new[new.columns.difference(old.columns)]
    return old.equals(new.reindex(columns=old.columns)) and bool(added.isna().to_numpy().all())
