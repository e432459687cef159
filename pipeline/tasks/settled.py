"""What a night need not do again: the tables of seasons long over and the findings on them.

An archive of thirty years changes in its running seasons; of the others a night brings the same bytes. So
what the bundles became is kept in two folders, each made whole or not at all:

- *tables*: what `normalise` and `coverage` made of the bundles' files alone;
- *findings*: what the suites of single rows found in those tables.

A folder is named by a digest of all that went in: path and content of every file of the bundles, who reads
them, and the code (of `sources` and `domain`, for findings also of `validation`), with its aliases,
corrections and divisions. Any edit makes it another folder. The cut-off is not part of the name, since it
makes no difference from `known_from` on, when the last of these results was known; before, nothing is taken
from here. Where running seasons touch the settled ones all is made at once, see `sources.settled.is_apart`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import atomic_folder, read_json, write_json
from pipeline.tasks import bundles
from pipeline.tasks.parsing import parsed_files, parser_version
from pipeline.tasks.run import digest_of
from pipeline.tasks.stage import say

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipeline.archive.intake import Intake
    from pipeline.archive.paths import DataRoot
    from pipeline.sources.base import Source
    from pipeline.sources.normalise import Normalised, Parsed
    from pipeline.tasks.bundles import Bundle
    from pipeline.validation.settled import SettledFindings

_TABLES = ("matches", "fixtures", "quotes", "quarantine")


@dataclass(frozen=True)
class Settled:
    """The tables of the bundles and their counts by season. key: names what went in; files: their paths."""

    key: str
    files: tuple[str, ...]
    tables: Normalised
    counts: pd.DataFrame


def settled_and_parsed(data: DataRoot, source: Source, intake: Intake) -> tuple[Settled | None, list[Parsed]]:
    """Return what is settled of an intake and its other files parsed; None and all where nothing is."""
    from pipeline.sources.settled import is_apart

    usable = [entry for entry in intake.files if entry.sha256]
    together = bundles.bundles_of(source, usable, intake.cut_off_at.date())
    settled = settled_tables(data, source, together, intake.cut_off_at)
    if settled is None:
        return None, parsed_files(data, source, usable, together)
    fresh = parsed_files(data, source, [entry for entry in usable if entry.path not in settled.files], ())
    if is_apart(settled.tables.matches, [(file, each) for file, each, _ in fresh]):
        return settled, fresh
    say("seasons long over are done again: running ones name days on which those were played")
    return None, parsed_files(data, source, usable, together)


def settled_tables(
    data: DataRoot, source: Source, together: Sequence[Bundle], cut_off_at: datetime
) -> Settled | None:
    """Return what the bundles became; None where there are none, or a result was not known at the cut-off."""
    from pipeline.archive.tables import read_table
    from pipeline.sources.normalise import Normalised

    if not together:
        return None
    key = _key(source, together)
    folder = data.parsed(key, parser_version())
    if not folder.is_dir() and not _made(folder, data, source, together, cut_off_at):
        return None
    if cut_off_at < datetime.fromisoformat(read_json(folder / "settled.json")["known_from"]):
        return None
    matches, fixtures, quotes, quarantine = (read_table(folder / f"{name}.parquet") for name in _TABLES)
    tables = Normalised(matches, fixtures, quotes, quarantine)
    say(f"{len(tables.matches)} matches of seasons long over")
    files = tuple(entry.path for bundle in together for entry in bundle)
    return Settled(key, files, tables, read_table(folder / "coverage.parquet"))


def settled_findings(
    data: DataRoot,
    source: Source,
    told: Mapping[str, Any],
    frames: Mapping[str, pd.DataFrame],
    cut_off_at: datetime,
) -> SettledFindings:
    """Return the findings on the settled rows, from the folder where the same rows were judged before.

    told: `key` and `files` of the settled tables that are in these frames. cut_off_at: one that knows them.
    """
    from pipeline.archive.tables import read_table, write_table
    from pipeline.validation.settled import SettledFindings, judge_settled

    version = digest_of("pipeline/sources", "pipeline/domain", "pipeline/validation")[:12]
    folder = data.parsed(told["key"], version)
    files = frozenset(told["files"])
    if not folder.is_dir():
        judged = judge_settled(files, frames, source.divisions, cut_off_at=cut_off_at)
        with atomic_folder(folder) as aside:
            for suite, rows in judged.failed.items():
                write_table(aside / f"{suite}.parquet", rows)
            write_json(aside / "findings.json", judged.findings)
    findings = read_json(folder / "findings.json")
    failed = {suite: read_table(folder / f"{suite}.parquet") for suite in findings}
    return SettledFindings(files, findings, failed)


def _key(source: Source, together: Sequence[Bundle]) -> str:
    from pipeline.sources.second_feeds import reader_of

    entries = [entry for bundle in together for entry in bundle]
    files = "\n".join(f"{entry.path} {entry.sha256}" for entry in entries)
    return hashlib.sha256(f"settled\n{files}\n{reader_of(source, entries[0].file)}".encode()).hexdigest()


def _made(
    folder: Path, data: DataRoot, source: Source, together: Sequence[Bundle], cut_off_at: datetime
) -> bool:
    """Make the folder of the tables; False, and nothing made, where a result was not known at the cut-off."""
    from pipeline.archive.tables import write_table
    from pipeline.sources.coverage import coverage
    from pipeline.sources.normalise import normalise
    from pipeline.sources.settled import known_from

    version = parser_version()
    bundles.prepare(data, source, version, together)
    parsed = [
        (entry.file, held, entry.stood_at)
        for bundle in together
        for entry, held in bundles.read(data, source, version, bundle)
    ]
    files = [(file, held) for file, held, _ in parsed]
    known = known_from(files)
    if known is None or known > cut_off_at:
        return False
    tables = normalise(parsed, source.divisions, cut_off_at=cut_off_at)
    counts = coverage(files, tables, cut_off_at=cut_off_at)
    with atomic_folder(folder) as aside:
        for name in _TABLES:
            write_table(aside / f"{name}.parquet", getattr(tables, name))
        write_table(aside / "coverage.parquet", counts)
        write_json(aside / "settled.json", {"known_from": known.isoformat()})
    return True
