"""The second feeds of a run, as the settings switch them on."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.archive import transfer
from pipeline.archive.fetch import Fetcher, GeneratedFetcher
from pipeline.archive.paths import DataRoot
from pipeline.archive.snapshots import SnapshotStore
from pipeline.domain.errors import FetchError
from pipeline.sources.second_feeds import WithFeeds
from pipeline.tasks.feed_settings import FeedSettings
from pipeline.tasks.feeds import feed_facts, robots_path, second_feeds, with_routes
from pipeline.tasks.intake import source_of
from pipeline.tasks.quality import feeds_of
from pipeline.tasks.settings import Settings, load_settings
from tests.graph.line_server import LineSite, serving_line

NOW = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
LINE = "/events/list?lang=en&version=0&scopeMarket=1800"
MAIN = GeneratedFetcher({"fixtures.csv": b"main\n"}.get)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "more.csv"
    file.write_text("date\n", encoding="utf-8")
    on = FeedSettings(("fonbet",), "https://www.example.com/", fixtures_csv=str(file), fixtures_mark="x")
    return replace(load_settings(), feeds=on)


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(DataRoot(tmp_path, "football_data"))


def line_fetcher_at(address: str, store: SnapshotStore) -> Fetcher:
    feeds = FeedSettings(("fonbet",), address, fonbet_request=tuple(LINE[1:].split("?")))
    return with_routes(MAIN, replace(load_settings(), feeds=feeds), store, lambda: NOW, is_past=False)


def test_without_second_feeds_the_source_and_its_fetcher_are_as_they_were(store: SnapshotStore) -> None:
    settings = load_settings()
    assert second_feeds(settings) == ()
    assert with_routes(MAIN, settings, store, lambda: NOW, is_past=False) is MAIN
    assert not isinstance(source_of(settings), WithFeeds)


def test_the_own_list_comes_before_the_line(settings: Settings) -> None:
    assert [feed.name for feed in second_feeds(settings)] == ["own", "fonbet"]
    assert isinstance(source_of(settings), WithFeeds)


def test_a_reconstruction_asks_for_no_line_and_still_reads_the_own_list(
    settings: Settings, store: SnapshotStore
) -> None:
    fetcher = with_routes(MAIN, settings, store, lambda: NOW, is_past=True)
    with pytest.raises(FetchError, match="of the past"):
        fetcher.get("fonbet/line.json")
    assert fetcher.get("own/fixtures.csv").body == b"date\n"
    assert fetcher.get("fixtures.csv").body == b"main\n"


def test_a_feed_that_gave_nothing_has_facts_without_a_report(settings: Settings) -> None:
    facts = feed_facts(settings, {"feeds": [{"feed": "own", "listed_count": 0}]}, [])
    assert [(each["title"], each["report"] is None) for each in facts] == [
        ("own fixtures file", False),
        ("Fonbet", True),
    ]
    assert facts[1]["caution"].startswith("not verified live")


def test_the_hosts_of_the_line_are_asked_by_their_rules_which_are_kept_by_host(store: SnapshotStore) -> None:
    site = LineSite(b'{"events": []}', robots=b"User-agent: *\nDisallow: /private\n")
    with serving_line(site) as address:
        fetcher = line_fetcher_at(address, store)
        fetcher.get("fonbet/urls.json")
        assert fetcher.get("fonbet/line.json").body == site.line
    assert site.asked == ["/robots.txt", "/urls.json", "/robots.txt", LINE]
    (path,) = store.paths()
    assert re.fullmatch(r"fonbet/127-0-0-1-[0-9]+-[0-9a-f]{6}/robots\.txt", path)


@pytest.mark.parametrize("forbidden", ["/events/list", "/events/list?lang=en"])
def test_a_line_that_its_host_forbids_is_not_asked_for(store: SnapshotStore, forbidden: str) -> None:
    site = LineSite(b"{}", robots=f"User-agent: *\nDisallow: {forbidden}\n".encode())
    with serving_line(site) as address:
        fetcher = line_fetcher_at(address, store)
        fetcher.get("fonbet/urls.json")
        with pytest.raises(FetchError, match=r"robots\.txt forbids it"):
            fetcher.get("fonbet/line.json")
    assert LINE not in site.asked


def test_the_polite_rate_of_the_terms_is_kept_over_the_hosts_of_the_line(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(transfer, "polite_delay", lambda _, seconds: seconds)
    monkeypatch.setattr(transfer, "time", SimpleNamespace(sleep=waited.append, monotonic=time.monotonic))
    with serving_line(LineSite(b"{}")) as address:
        fetcher = line_fetcher_at(address, store)
        fetcher.get("fonbet/urls.json")
        fetcher.get("fonbet/line.json")
    first, *others = waited
    assert first == 0.0
    assert len(others) == 3
    assert all(0.5 < seconds <= 1.0 for seconds in others)


@pytest.mark.parametrize("text", ["../../x", "line01.example.com/<script>", "A" * 300])
def test_no_text_of_a_host_list_becomes_a_path(store: SnapshotStore, text: str) -> None:
    assert re.fullmatch(r"fonbet/[a-z0-9-]{1,48}/robots\.txt", robots_path(f"https://{text}"))


def test_a_feed_that_is_switched_on_is_in_use_beside_the_source(settings: Settings) -> None:
    used = [record["feed"] for record in feeds_of(settings) if record["is_used"]]
    assert used == [settings.source, "fonbet"]
    assert [record["feed"] for record in feeds_of(load_settings()) if record["is_used"]] == [settings.source]


def test_prices_that_are_not_to_be_published_are_told_so_of_their_feed_alone(settings: Settings) -> None:
    silent = replace(settings, unpublished_price_feeds=("fonbet",))
    told = {record["feed"]: "not published" in record["prices"] for record in feeds_of(silent)}
    assert told["fonbet"]
    assert not told[settings.source]
