"""The second feeds of a run: what reads their bytes, what fetches them, what pages say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.tasks.settings import Settings

if TYPE_CHECKING:
    from pipeline.archive.feed_fetch import LineFetcher
    from pipeline.archive.fetch import Fetcher
    from pipeline.sources.fonbet.source import Fonbet
    from pipeline.sources.second_feeds import SecondFeed

_LINE_SECONDS = 60.0
_NOT_ASKED = "not asked: a line of the past can not be had any more"


def second_feeds(settings: Settings) -> tuple[SecondFeed, ...]:
    """Return the second feeds that are switched on; the user's own list comes first.

    Raises ParseError where a table of names of the user's can not be used.
    """
    from pipeline.sources.own_fixtures import OwnFixtures

    feeds: list[SecondFeed] = [OwnFixtures()] if settings.feeds.fixtures_csv else []
    if "fonbet" in settings.feeds.odds_feeds:
        feeds.append(_fonbet(settings))
    return tuple(feeds)


def with_routes(main: Fetcher, settings: Settings, *, is_past: bool) -> Fetcher:
    """Return the main fetcher, and beside it those of the second feeds that are switched on.

    is_past: the run's instant is past and its snapshots are not there, so a line of now is of no use.
    """
    from pipeline.archive.feed_fetch import FileFetcher, NoFetcher, RoutedFetcher

    routes: dict[str, Fetcher] = {}
    if settings.feeds.fixtures_csv:
        routes["own"] = FileFetcher(Path(settings.feeds.fixtures_csv))
    if "fonbet" in settings.feeds.odds_feeds:
        routes["fonbet"] = NoFetcher(_NOT_ASKED) if is_past else _line_fetcher(settings)
    return RoutedFetcher(main, routes) if routes else main


def feed_facts(settings: Settings, clubs: Mapping[str, Any], files: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what pages say of each second feed, JSON-able.

    clubs: the run's report of clubs, with what became of each feed's rows. files: those of the intake.
    """
    reports = {report["feed"]: report for report in clubs["feeds"]}
    facts = []
    for feed in second_feeds(settings):
        own = [file for file in files if file.path.startswith(f"{feed.name}/")]
        facts.append(
            {
                "name": feed.name,
                "title": feed.title,
                "caution": feed.caution,
                "reasons": [f"{file.path}: {file.reason}" for file in own if file.reason],
                "report": reports.get(feed.name),
            }
        )
    return facts


def _fonbet(settings: Settings) -> Fonbet:
    from pipeline.sources.fonbet.names import read_names
    from pipeline.sources.fonbet.source import Fonbet

    feeds = settings.feeds
    return Fonbet(read_names(feeds.name_tables), feeds.fonbet_url, feeds.fonbet_hosts)


def _line_fetcher(settings: Settings) -> LineFetcher:
    from pipeline.archive.feed_fetch import LineFetcher
    from pipeline.archive.fetch import HttpFetcher
    from pipeline.archive.transfer import Limits
    from pipeline.sources.fonbet.hosts import line_addresses

    feeds, limits = settings.feeds, Limits(read_timeout=15.0, retries=1)
    path, query = feeds.fonbet_request

    def fetcher_at(address: str, query: str = "") -> HttpFetcher:
        return HttpFetcher(
            address,
            user_agent=settings.user_agent,
            deadline_seconds=_LINE_SECONDS,
            limits=limits,
            query=query,
        )

    return LineFetcher(
        fetcher_at(feeds.fonbet_url),
        lambda body: line_addresses(body, feeds.fonbet_url, feeds.fonbet_hosts),
        lambda address: fetcher_at(address, query),
        path,
    )
