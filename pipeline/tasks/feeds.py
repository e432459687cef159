"""The second feeds of a run: what reads their bytes, what fetches them, what pages say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.domain.identity import slug_of
from pipeline.tasks.settings import Settings

if TYPE_CHECKING:
    from pipeline.archive.feed_fetch import LineFetcher
    from pipeline.archive.fetch import Fetcher
    from pipeline.archive.snapshots import SnapshotStore
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


def with_routes(
    main: Fetcher, settings: Settings, store: SnapshotStore, now: Callable[[], datetime], *, is_past: bool
) -> Fetcher:
    """Return the main fetcher, and beside it those of the second feeds that are switched on.

    store, now: where and when the rules that servers have for robots are kept. is_past: the run's instant is
    past and its snapshots are not there, so a line of now is of no use.
    """
    from pipeline.archive.feed_fetch import FileFetcher, NoFetcher, RoutedFetcher

    routes: dict[str, Fetcher] = {}
    if settings.feeds.fixtures_csv:
        routes["own"] = FileFetcher(Path(settings.feeds.fixtures_csv))
    if "fonbet" in settings.feeds.odds_feeds:
        routes["fonbet"] = NoFetcher(_NOT_ASKED) if is_past else _line_fetcher(settings, store, now)
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


def _line_fetcher(settings: Settings, store: SnapshotStore, now: Callable[[], datetime]) -> LineFetcher:
    """Return what asks Fonbet's hosts: each by its own rules for robots, all of them at one pace."""
    from pipeline.archive.feed_fetch import LineFetcher
    from pipeline.archive.fetch import HttpFetcher
    from pipeline.archive.robots import ObedientFetcher
    from pipeline.archive.transfer import Limits, Pace, polite_delay
    from pipeline.sources.fonbet.hosts import line_addresses
    from pipeline.sources.terms import terms_of

    feeds, limits = settings.feeds, Limits(read_timeout=15.0, retries=1)
    path, query = feeds.fonbet_request
    seconds, pace = terms_of("fonbet").seconds_between_requests or 0.0, Pace(0.0)

    def fetcher_at(address: str, query: str = "") -> ObedientFetcher:
        pace.slow_down(polite_delay(address, seconds))
        plain = HttpFetcher(
            address,
            user_agent=settings.user_agent,
            deadline_seconds=_LINE_SECONDS,
            limits=limits,
            query=query,
            pace=pace,
        )
        return ObedientFetcher(plain, store, now, kept_as=robots_path(address))

    return LineFetcher(
        fetcher_at(feeds.fonbet_url),
        lambda body: line_addresses(body, feeds.fonbet_url, feeds.fonbet_hosts),
        lambda address: fetcher_at(address, query),
        path,
    )


def robots_path(address: str) -> str:
    """Return the path under which a host's rules for robots are kept; a slug, since the feed names the hosts.

    >>> robots_path("https://www.example.com/")
    'fonbet/www-example-com-80fc0f/robots.txt'
    """
    host = urlsplit(address).netloc.rpartition("@")[2].lower()
    return f"fonbet/{slug_of(host)}/robots.txt"
