"""FetchSnapshots and TakeIntake: from the feed to the list of exactly the bytes that feed a run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import luigi

from pipeline.archive import clock
from pipeline.archive.atomic import read_json, write_json
from pipeline.tasks.corrections import received_corrections
from pipeline.tasks.feeds import second_feeds, with_routes
from pipeline.tasks.run import Run
from pipeline.tasks.settings import FOLDER_SOURCE, Settings
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    from pipeline.archive.fetch import Fetcher
    from pipeline.archive.report import FetchReport, Intake
    from pipeline.sources.base import FeedFile, Source


def source_of(settings: Settings) -> Source:
    """Return the configured source, with the second feeds that are switched on."""
    from pipeline.sources.catalogue import source_named
    from pipeline.sources.second_feeds import WithFeeds

    main = source_named(
        settings.source,
        divisions=settings.divisions,
        seasons_from=settings.seasons_from,
        division_table=settings.division_table,
    )
    feeds = second_feeds(settings)
    return WithFeeds(main, feeds) if feeds else main


def fetcher_of(settings: Settings, run: Run) -> Fetcher:
    """Return what reads the feed: the simulated site of the run's instant, a folder, or the network."""
    from pipeline.archive.fetch import GeneratedFetcher, HttpFetcher
    from pipeline.archive.transfer import polite_delay
    from pipeline.sources.terms import terms_of

    if settings.is_simulated:
        from pipeline.sources.embedded.site import EmbeddedSite

        return GeneratedFetcher(EmbeddedSite(run.as_of, size=settings.source).read)
    if settings.source == FOLDER_SOURCE:
        from pipeline.archive.folder_fetch import FolderFetcher

        return FolderFetcher(Path(settings.folder))
    base_url = settings.base_url.replace("{as_of}", f"{run.as_of:%Y-%m-%dT%H:%MZ}")
    seconds = terms_of(settings.source).seconds_between_requests or 0.0
    return HttpFetcher(
        base_url,
        user_agent=settings.user_agent,
        politeness_seconds=polite_delay(base_url, seconds),
        deadline_seconds=settings.fetch_deadline_seconds,
    )


def tells_the_past(settings: Settings) -> bool:
    """Tell whether the feed itself answers as it stood at an instant: its address holds `{as_of}`."""
    return settings.source == "football_data" and "{as_of}" in settings.base_url


def _is_told_by_instant(settings: Settings, run: Run) -> bool:
    return settings.is_simulated or (run.is_replay and tells_the_past(settings))


def information_cut_off(settings: Settings, run: Run) -> datetime:
    """Return the instant after which nothing is visible: now, when live; the run's own instant otherwise."""
    is_live = not run.is_replay and not settings.is_simulated
    return clock.now().replace(microsecond=0) if is_live else run.as_of


def season_is_over(settings: Settings) -> Callable[[FeedFile, datetime], bool]:
    """Return what tells whether a results file's season has ended at an instant, by its division's calendar.

    A file of several seasons, or of a division that the source does not list, is never finished.
    """
    divisions = source_of(settings).divisions

    def is_over(file: FeedFile, at: datetime) -> bool:
        if file.kind != "results" or file.season is None or file.division not in divisions:
            return False
        return divisions[file.division].season_at(at.date()).start_year > file.season

    return is_over


class FetchSnapshots(Stage):
    """Fetch what is new at the feed and keep the bytes: `archive.intake.fetch_all`.

    A replay of the real feed reads what live runs had fetched by its instant, and asks nobody; where they had
    nothing yet it fetches, and is a reconstruction.
    """

    def target(self) -> Path:
        return self.paths.fetch

    def work(self) -> None:
        from pipeline.publishing.release import refuse_simulated_over_live

        settings = self.settings
        refuse_simulated_over_live(settings.site(), is_simulated=settings.is_simulated)
        is_past = self.current_run.is_replay and not (settings.is_simulated or tells_the_past(settings))
        report = (self._stored() if is_past else None) or self._fetched(is_past=is_past)
        write_json(self.paths.fetch, report.to_document())

    def _stored(self) -> FetchReport | None:
        """Take over, from the live data root, the bytes that stood at the run's instant."""
        from pipeline.archive.intake import stored_report
        from pipeline.archive.snapshots import SnapshotStore

        live, own = SnapshotStore(self.settings.data(is_replay=False)), SnapshotStore(self.data)
        report = stored_report(source_of(self.settings), live, as_of=self.current_run.as_of)
        for file in report.files if report else ():
            own.adopt(live.read(file.sha256))
        if report:
            say(f"{len(report.files)} files as live runs had fetched them by {report.started_at:%F %H:%MZ}")
        return report

    def _fetched(self, *, is_past: bool) -> FetchReport:
        from pipeline.archive.fetch import HttpFetcher
        from pipeline.archive.intake import fetch_all
        from pipeline.archive.robots import ObedientFetcher
        from pipeline.archive.snapshots import SnapshotStore

        settings, run, store = self.settings, self.current_run, SnapshotStore(self.data)
        source, fetcher = source_of(settings), fetcher_of(settings, run)
        if isinstance(fetcher, HttpFetcher):
            fetcher = ObedientFetcher(fetcher, store, clock.now)
        is_gone = is_past or (
            run.is_replay and tells_the_past(settings)
        )  # a second feed tells only today's line
        now = (lambda: run.as_of) if _is_told_by_instant(settings, run) else clock.now
        fetcher = with_routes(fetcher, settings, store, now, is_past=is_gone)
        is_cheap = settings.is_simulated or settings.source == FOLDER_SOURCE
        say(f"{'reconstruction: ' if is_past else ''}fetching from {fetcher.base_url}")
        return fetch_all(
            source,
            fetcher,
            store,
            now=now,
            progress=say,
            accept=lambda file, body: reason_to_reject(source, file, body),
            is_finished=None if is_past or is_cheap else season_is_over(settings),
            is_reconstruction=is_past,
            keep_vanished=settings.source != FOLDER_SOURCE,
        )


def reason_to_reject(source: Source, file: FeedFile, body: bytes) -> str:
    """Return why these bytes are not the file that was asked for; empty where they are."""
    from pipeline.domain.errors import ParseError

    try:
        source.parse(file, body)
    except ParseError as error:
        return error.reason
    return ""


class TakeIntake(Stage):
    """Close the list of bytes that feed this run: `archive.intake.take_intake`; say what was corrected."""

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
        write_json(
            self.paths.corrections, [] if report.is_reconstruction else self._corrections(report, intake)
        )
        write_json(self.paths.intake, intake.to_document())

    def _corrections(self, report: FetchReport, intake: Intake) -> list[dict[str, str]]:
        from pipeline.archive.snapshots import SnapshotStore

        settings = self.settings
        logged = SnapshotStore(settings.data(is_replay=False) if report.is_stored else self.data)
        is_over = season_is_over(settings)
        found = received_corrections(source_of(settings), logged, self.data, intake, is_over)
        for each in found:
            say(f"correction received: {each['path']}: {each['text']}")
        return found
