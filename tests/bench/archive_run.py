"""One measured pass over the real feed's archive, in a process of its own.

Lays out an intake of the mirror's files in a data root, or takes the run's two stages over it: from the raw
bytes that the intake lists to the accepted tables. Called by `tests.bench.archive`.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path

import luigi

from pipeline.archive.atomic import write_json
from pipeline.archive.fetch import Answer
from pipeline.archive.report import Intake, IntakeFile
from pipeline.archive.snapshots import SnapshotStore
from pipeline.domain.season import Season
from pipeline.sources.base import FeedFile
from pipeline.tasks.archive import NormaliseArchive, ValidateArchive
from pipeline.tasks.intake import source_of
from pipeline.tasks.run import Run, quieten_libraries
from pipeline.tasks.settings import load_settings

NOW = datetime(2026, 10, 8, 12, tzinfo=UTC)
FETCHED_AT = datetime(2026, 10, 8, 3, tzinfo=UTC)


def configure(root: str) -> None:
    """Point the settings at a data root with the whole feed from its first season on."""
    for name, value in {"source": "football_data", "data_root": root, "seasons_from": "1993"}.items():
        luigi.configuration.get_config().set("pipeline", name, value)


def run_named(label: str) -> Run:
    """Return the run that a label stands for."""
    return Run(NOW, "publish", is_replay=False, revision=hashlib.sha256(label.encode()).hexdigest()[:8])


def lay_out(mirror: Path, label: str) -> None:
    """Keep the mirror's bytes as snapshots and write a run's intake; in a later one current files differ."""
    settings = load_settings()
    source, store = source_of(settings), SnapshotStore(settings.data(is_replay=False))
    paths = sorted(path.relative_to(mirror).as_posix() for path in mirror.glob("**/*.csv"))
    entries = []
    for file in source.files([path for path in paths if not path.startswith("quirks/")]):
        body = (mirror / file.path).read_bytes()
        if label != "cold" and is_current(file):
            body += b",,,\r\n"  # a row of nothing, as the feed adds them
        kept = store.add(Answer(file.path, file.path, 200, body), FETCHED_AT)
        entries.append(
            IntakeFile(
                file.path,
                file.kind,
                file.division,
                file.season,
                "fetched",
                "",
                kept.sha256,
                kept.size,
                FETCHED_AT,
                "",
            )
        )
    entries.sort(key=lambda entry: entry.path)
    digest = hashlib.sha256("".join(entry.sha256 for entry in entries).encode()).hexdigest()
    intake = Intake(source.name, NOW, NOW, tuple(entries), digest)
    write_json(run_named(label).paths(settings).intake, intake.to_document())


def is_current(file: FeedFile) -> bool:
    """Tell whether a file changes in an ordinary night: a list, the running season, a file of all seasons."""
    return file.season is None or file.season == Season.containing(NOW.date(), "winter").start_year


def main() -> None:
    """Do what is asked for: `lay_out MIRROR ROOT LABEL` or `run ROOT LABEL`."""
    quieten_libraries()
    what, *others, root, label = sys.argv[1:]
    configure(root)
    if what == "lay_out":
        lay_out(Path(others[0]), label)
        return
    run_id = run_named(label).run_id
    NormaliseArchive(run_id).work()
    ValidateArchive(run_id).work()


if __name__ == "__main__":
    main()
