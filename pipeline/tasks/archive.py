"""NormaliseArchive and ValidateArchive: from bytes to the accepted tables of the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import luigi

from pipeline.archive.atomic import atomic_folder, read_json, write_json
from pipeline.tasks.earlier import earlier_run
from pipeline.tasks.intake import TakeIntake, source_of
from pipeline.tasks.settings import FOLDER_SOURCE, Settings
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pipeline.archive.intake import Intake
    from pipeline.domain.divisions import Division
    from pipeline.sources.normalise import Normalised
    from pipeline.validation.settled import SettledFindings

_TABLES = ("matches", "fixtures", "quotes", "quarantine")
_READ_COUNTS = ["division", "season", "lost_count"]
_SETTLED = "settled.json"


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
        from pipeline.tasks.settled import settled_and_parsed

        intake, source = intake_of(self), source_of(self.settings)
        settled, parsed = settled_and_parsed(self.data, source, intake)
        archive = normalise(
            parsed,
            source.divisions,
            cut_off_at=intake.cut_off_at,
            horizon_days=self.settings.horizon_days,
            settled=settled.tables if settled else None,
        )
        say(
            f"{len(archive.matches)} matches, {len(archive.fixtures)} fixtures, "
            f"{len(archive.quarantine)} entries in quarantine"
        )
        self._report_clubs(archive)
        counts = coverage(
            [(file, each) for file, each, _ in parsed],
            archive,
            cut_off_at=intake.cut_off_at,
            settled=settled.counts if settled else None,
        )
        with atomic_folder(self.paths.normalised) as folder:
            for name in _TABLES:
                write_table(folder / f"{name}.parquet", getattr(archive, name))
            write_table(folder / self.paths.coverage.name, counts)
            write_json(folder / _SETTLED, {"key": settled.key, "files": settled.files} if settled else {})

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
            settled=self._settled(frames),
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

    def _settled(self, frames: Mapping[str, pd.DataFrame]) -> SettledFindings | None:
        """Return the findings on rows of seasons long over, where the tables were made with such."""
        from pipeline.tasks.settled import settled_findings

        told = read_json(self.paths.normalised / _SETTLED)
        if not told:
            return None
        return settled_findings(self.data, source_of(self.settings), told, frames, self.cut_off_at)
