"""Files of seasons long over, parsed together and kept as one table a division.

An archive of thirty years is seven hundred files of which a night brings thirty anew. Parsed one by one they
are as many folders to write, to flush and to read back; a bundle is keyed by the content of all its files and
by the code that parses, so that an edit of one old file redoes its division alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import atomic_folder, read_json, write_json
from pipeline.domain.errors import PipelineError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pipeline.archive.intake import IntakeFile
    from pipeline.archive.paths import DataRoot
    from pipeline.sources.base import ParsedFile, Source

_SEASONS_KEPT_APART = 2
_LEAST_FOR_PROCESSES = 8
_MOST_PROCESSES = 2

Bundle = list["IntakeFile"]


def bundles_of(source: Source, entries: Sequence[IntakeFile], today: date) -> list[Bundle]:
    """Return the files that go together: of each division all but those of its last two seasons."""
    bundles: dict[str, Bundle] = {}
    for entry in entries:
        division = source.divisions.get(entry.division)
        if entry.kind == "results" and entry.season is not None and division is not None:
            running = division.season_at(today).start_year
            if entry.season <= running - _SEASONS_KEPT_APART:
                bundles.setdefault(entry.division, []).append(entry)
    return list(bundles.values())


def prepare(data: DataRoot, source: Source, version: str, bundles: Sequence[Bundle]) -> None:
    """Parse the bundles that are not there yet, in two processes where there are many. Raises ParseError."""
    missing = [bundle for bundle in bundles if not _folder(data, source, version, bundle).is_dir()]
    many = len(missing) >= _LEAST_FOR_PROCESSES and (os.cpu_count() or 1) > 1
    if many:
        missing = _parse_in_processes(data, source, version, missing)
    for bundle in missing:
        _parse(data, source, version, bundle)


def _parse_in_processes(
    data: DataRoot, source: Source, version: str, bundles: Sequence[Bundle]
) -> list[Bundle]:
    """Return the bundles that could not be parsed; the processes end here, and give their memory back."""
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    run = Parallel(n_jobs=_MOST_PROCESSES, batch_size=1)
    done = run(delayed(_is_parsed)(data, source, version, bundle) for bundle in bundles)
    get_reusable_executor().shutdown(wait=True)
    return [bundle for bundle, is_done in zip(bundles, done, strict=True) if not is_done]


def read(
    data: DataRoot, source: Source, version: str, bundle: Bundle
) -> Iterator[tuple[IntakeFile, ParsedFile]]:
    """Yield each file of a prepared bundle with what it held, as if it had been parsed alone."""
    from pipeline.archive.tables import read_table
    from pipeline.sources.base import ParsedFile

    folder = _folder(data, source, version, bundle)
    rows, quarantine = (read_table(folder / f"{name}.parquet").copy() for name in ("rows", "quarantine"))
    begin = fault = 0
    for entry, held in zip(bundle, read_json(folder / "files.json"), strict=True):
        own = rows.iloc[begin : begin + held["rows_count"]][held["columns"]].reset_index(drop=True)
        refused = quarantine.iloc[fault : fault + held["quarantine_count"]].reset_index(drop=True)
        begin, fault = begin + len(own), fault + len(refused)
        yield entry, ParsedFile(own.copy(), refused.copy())


def _folder(data: DataRoot, source: Source, version: str, bundle: Bundle) -> Path:
    files = "\n".join(f"{entry.path} {entry.sha256}" for entry in bundle)
    return data.parsed(hashlib.sha256(f"bundle\n{files}\n{source!r}".encode()).hexdigest(), version)


def _is_parsed(data: DataRoot, source: Source, version: str, bundle: Bundle) -> bool:
    """Parse a bundle in a process of its own; what goes wrong is met again, and raised, in the first one."""
    try:
        _parse(data, source, version, bundle)
    except PipelineError:
        return False
    return True


def _parse(data: DataRoot, source: Source, version: str, bundle: Bundle) -> None:
    import pandas as pd

    from pipeline.archive.snapshots import SnapshotStore
    from pipeline.archive.tables import write_table

    store = SnapshotStore(data)
    parsed = [source.parse(entry.file, store.read(entry.sha256)) for entry in bundle]
    rows = pd.concat([each.rows for each in parsed], ignore_index=True)
    quarantine = pd.concat([each.quarantine for each in parsed], ignore_index=True)
    with atomic_folder(_folder(data, source, version, bundle)) as aside:
        write_table(aside / "rows.parquet", rows.copy())  # in one piece again
        write_table(aside / "quarantine.parquet", quarantine)
        write_json(aside / "files.json", [_held(each) for each in parsed])


def _held(each: ParsedFile) -> dict[str, Any]:
    columns = [str(name) for name in each.rows.columns]
    return {"columns": columns, "rows_count": len(each.rows), "quarantine_count": len(each.quarantine)}
