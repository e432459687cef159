"""NormaliseArchive and ValidateArchive: from bytes to the accepted tables of the run."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import luigi

from pipeline.archive.atomic import atomic_folder, read_json, write_json
from pipeline.archive.paths import DataRoot
from pipeline.tasks.earlier import earlier_run
from pipeline.tasks.intake import TakeIntake, source_of
from pipeline.tasks.run import digest_of
from pipeline.tasks.settings import FOLDER_SOURCE, Settings
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.archive.intake import Intake, IntakeFile
    from pipeline.archive.snapshots import SnapshotStore
    from pipeline.domain.divisions import Division
    from pipeline.sources.base import FeedFile, ParsedFile, Source
    from pipeline.sources.normalise import Normalised

_TABLES = ("matches", "fixtures", "quotes", "quarantine")
_READ_COUNTS = ["division", "season", "lost_count"]
_PROGRESS_EVERY = 50


def divisions_in(settings: Settings) -> Mapping[str, Division]:
    """Return the divisions this run reads. Raises SettingError for a code the source does not know."""
    return source_of(settings).divisions


def intake_of(stage: Stage) -> Intake:
    """Return the intake of a stage's run."""
    from pipeline.archive.intake import Intake

    return Intake.from_document(read_json(stage.paths.intake))


class NormaliseArchive(Stage):
    """Parse every file of the intake and make one archive of them: `sources.normalise.normalise`."""

    def requires(self) -> luigi.Task:
        return TakeIntake(self.run_id)

    def target(self) -> Path:
        return self.paths.normalised

    def work(self) -> None:
        from pipeline.archive.tables import write_table
        from pipeline.sources.coverage import coverage
        from pipeline.sources.normalise import normalise

        intake = intake_of(self)
        parsed = parsed_files(self, intake)
        archive = normalise(
            parsed,
            divisions_in(self.settings),
            cut_off_at=intake.cut_off_at,
            horizon_days=self.settings.horizon_days,
        )
        say(
            f"{len(archive.matches)} matches, {len(archive.fixtures)} fixtures, "
            f"{len(archive.quarantine)} entries in quarantine"
        )
        self._report_clubs(archive)
        counts = coverage([(file, each) for file, each, _ in parsed], archive, cut_off_at=intake.cut_off_at)
        with atomic_folder(self.paths.normalised) as folder:
            for name in _TABLES:
                write_table(folder / f"{name}.parquet", getattr(archive, name))
            write_table(folder / self.paths.coverage.name, counts)

    def _report_clubs(self, archive: Normalised) -> None:
        """Tell which clubs are new and keep the report; each of them is provisional until a person looks."""
        from pipeline.archive.transfer import shown
        from pipeline.sources.club_report import club_report, told
        from pipeline.sources.feed_report import feeds_document, feeds_told

        report = club_report(archive.matches, archive.fixtures, divisions_in(self.settings))
        for line in told(report):
            say(shown(line))
        for line in feeds_told(archive.feeds):
            say(shown(line))
        write_json(self.paths.clubs, {"countries": report, "feeds": feeds_document(archive.feeds)})


def parsed_files(stage: Stage, intake: Intake) -> list[tuple[FeedFile, ParsedFile, datetime]]:
    """Return every usable file of the intake, parsed once for each content and version of the parser."""
    from pipeline.archive.snapshots import SnapshotStore
    from pipeline.tasks import bundles

    source, data, version = source_of(stage.settings), stage.data, parser_version()
    usable = [entry for entry in intake.files if entry.sha256]
    together = bundles.bundles_of(source, usable, intake.cut_off_at.date())
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


class ValidateArchive(Stage):
    """Judge the whole archive in one process and keep what is accepted: `validation.verdict.validate`."""

    def requires(self) -> luigi.Task:
        return NormaliseArchive(self.run_id)

    def target(self) -> Path:
        return self.paths.verdict

    def work(self) -> None:
        from pipeline.archive.tables import read_table, write_table
        from pipeline.domain.errors import TooLittleAccepted
        from pipeline.validation.verdict import validate

        folder = self.paths.normalised
        frames = {name: read_table(folder / f"{name}.parquet") for name in _TABLES}
        read = read_table(folder / "coverage.parquet")
        # in a folder of one's own a row without a score may be a fixture, so its files are no plain archive
        verdict = validate(
            frames["matches"],
            frames["fixtures"],
            frames["quotes"],
            frames["quarantine"],
            divisions_in(self.settings),
            cut_off_at=self.cut_off_at,
            earlier=earlier_run(self),
            read_counts=None if self.settings.source == FOLDER_SOURCE else read[_READ_COUNTS],
        )
        if verdict.matches.empty:
            reasons = [f"{code}: {reason}" for code, reason in verdict.withheld().items()]
            write_json(self.paths.given_up, {"reasons": reasons})
            raise TooLittleAccepted(reasons)
        for code, reason in verdict.withheld().items():
            say(f"withheld {code}: {reason}")
        for name in _TABLES:
            write_table(getattr(self.paths, name), getattr(verdict, name))
        write_json(self.paths.verdict, verdict.document)
