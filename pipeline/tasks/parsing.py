"""From the bytes of an intake to parsed files, each content parsed once by one version of the parser."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.archive.atomic import atomic_folder
from pipeline.tasks import bundles
from pipeline.tasks.run import digest_of
from pipeline.tasks.stage import say

if TYPE_CHECKING:
    from pipeline.archive.intake import IntakeFile
    from pipeline.archive.paths import DataRoot
    from pipeline.archive.snapshots import SnapshotStore
    from pipeline.sources.base import ParsedFile, Source
    from pipeline.sources.normalise import Parsed
    from pipeline.tasks.bundles import Bundle

_PROGRESS_EVERY = 50


def parsed_files(
    data: DataRoot, source: Source, usable: Sequence[IntakeFile], together: Sequence[Bundle]
) -> list[Parsed]:
    """Return the files of an intake, parsed once for each content and version of the parser.

    together: the bundles among them.
    """
    from pipeline.archive.snapshots import SnapshotStore

    version = parser_version()
    bundles.prepare(data, source, version, together)
    read = {
        entry.path: held for bundle in together for entry, held in bundles.read(data, source, version, bundle)
    }
    if read:
        say(f"{len(read)} of {len(usable)} files read, of seasons long over")
    store = SnapshotStore(data)
    for number, entry in enumerate((each for each in usable if each.path not in read), start=1):
        read[entry.path] = parsed_file(data, source, store, entry)
        if number % _PROGRESS_EVERY == 0:
            say(f"{len(read)} of {len(usable)} files read")
    return [(entry.file, read[entry.path], entry.stood_at) for entry in usable]


def parsed_file(data: DataRoot, source: Source, store: SnapshotStore, entry: IntakeFile) -> ParsedFile:
    """Return one file's rows, from the cache where the same source parsed its bytes before."""
    from pipeline.archive.tables import read_table, write_table
    from pipeline.sources.base import ParsedFile
    from pipeline.sources.second_feeds import reader_of

    reader = reader_of(source, entry.file)
    key = hashlib.sha256(f"{entry.path}\n{entry.sha256}\n{reader}".encode()).hexdigest()
    folder = data.parsed(key, parser_version())
    if not folder.is_dir():
        parsed = source.parse(entry.file, store.read(entry.sha256))
        with atomic_folder(folder) as aside:
            write_table(aside / "rows.parquet", parsed.rows)
            write_table(aside / "quarantine.parquet", parsed.quarantine)
    return ParsedFile(read_table(folder / "rows.parquet"), read_table(folder / "quarantine.parquet"))


def parser_version() -> str:
    """Return a digest of the code that parses, so that a changed parser never meets its old tables."""
    return digest_of("pipeline/sources", "pipeline/domain")[:12]
