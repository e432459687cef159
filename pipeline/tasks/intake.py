"""FetchSnapshots and TakeIntake: from the feed to the list of exactly the bytes that feed a run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import luigi

from pipeline.archive import clock
from pipeline.archive.atomic import read_json, write_json
from pipeline.tasks.run import Run
from pipeline.tasks.settings import FOLDER_SOURCE, Settings
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    from pipeline.archive.fetch import Fetcher
    from pipeline.sources.base import FeedFile, Source


def source_of(settings: Settings) -> Source:
    """Return the configured source."""
    from pipeline.sources.catalogue import source_named

    return source_named(
        settings.source,
        divisions=settings.divisions,
        seasons_from=settings.seasons_from,
        division_table=settings.division_table,
    )


def fetcher_of(settings: Settings, run: Run) -> Fetcher:
    """Return what reads the feed: the simulated site of the run's instant, a folder, or the network."""
    from pipeline.archive.fetch import GeneratedFetcher, HttpFetcher

    if settings.is_simulated:
        from pipeline.sources.embedded.site import EmbeddedSite

        return GeneratedFetcher(EmbeddedSite(run.as_of, size=settings.source).read)
    if settings.source == FOLDER_SOURCE:
        from pipeline.archive.folder_fetch import FolderFetcher

        return FolderFetcher(Path(settings.folder))
    base_url = settings.base_url.replace("{as_of}", f"{run.as_of:%Y-%m-%dT%H:%MZ}")
    return HttpFetcher(
        base_url,
        user_agent=settings.user_agent,
        deadline_seconds=settings.fetch_deadline_seconds,
    )


def information_cut_off(settings: Settings, run: Run) -> datetime:
    """Return the instant after which nothing is visible: now, when live; the run's own instant otherwise."""
    is_live = not run.is_replay and not settings.is_simulated
    return clock.now().replace(microsecond=0) if is_live else run.as_of


class FetchSnapshots(Stage):
    """Fetch what is new at the feed and keep the bytes: `archive.intake.fetch_all`."""

    def target(self) -> Path:
        return self.paths.fetch

    def work(self) -> None:
        from pipeline.archive.intake import fetch_all
        from pipeline.archive.snapshots import SnapshotStore
        from pipeline.publishing.release import refuse_simulated_over_live

        settings, run = self.settings, self.current_run
        refuse_simulated_over_live(settings.site(), is_simulated=settings.is_simulated)
        source, fetcher = source_of(settings), fetcher_of(settings, run)
        say(f"fetching from {fetcher.base_url}")
        report = fetch_all(
            source,
            fetcher,
            SnapshotStore(self.data),
            now=(lambda: run.as_of) if settings.is_simulated else clock.now,
            progress=say,
            accept=lambda file, body: reason_to_reject(source, file, body),
            keep_vanished=settings.source != FOLDER_SOURCE,
        )
        write_json(self.paths.fetch, report.to_document())


def reason_to_reject(source: Source, file: FeedFile, body: bytes) -> str:
    """Return why these bytes are not the file that was asked for; empty where they are."""
    from pipeline.domain.errors import ParseError

    try:
        source.parse(file, body)
    except ParseError as error:
        return error.reason
    return ""


class TakeIntake(Stage):
    """Close the list of bytes that feed this run: `archive.intake.take_intake`."""

    def requires(self) -> luigi.Task:
        return FetchSnapshots(self.run_id)

    def target(self) -> Path:
        return self.paths.intake

    def work(self) -> None:
        from pipeline.archive.intake import FetchReport, take_intake

        report = FetchReport.from_document(read_json(self.paths.fetch))
        run = self.current_run
        cut_off_at = information_cut_off(self.settings, run)
        intake = take_intake(report, as_of=run.as_of, cut_off_at=cut_off_at)
        write_json(self.paths.intake, intake.to_document())
