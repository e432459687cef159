"""The rules a server has for robots are read first, kept as a snapshot, and followed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.archive.fetch import HttpFetcher
from pipeline.archive.paths import DataRoot
from pipeline.archive.robots import ObedientFetcher, Rules
from pipeline.archive.snapshots import SnapshotStore
from pipeline.archive.transfer import Limits
from pipeline.domain.errors import FetchError

NOW = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
QUICK = Limits(connect_timeout=0.5, read_timeout=0.5, file_deadline=3.0, backoff=0.001, retries=1)
CSV = b"Div,Date,HomeTeam\nE0,15/08/2025,Ayford\n"
FORBIDDING = b"User-agent: *\nDisallow: /private/\n"


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(DataRoot(tmp_path, "football_data"))


@pytest.fixture
def fetcher(site: Any, store: SnapshotStore) -> Iterator[ObedientFetcher]:
    plain = HttpFetcher(site.base_url, user_agent="Touchline/0.1 (a robot)", limits=QUICK)
    yield ObedientFetcher(plain, store, lambda: NOW)
    plain.close()


def serve_files(site: Any, *robots: Any) -> None:
    site.serve("robots.txt", *robots)
    for path in ("E0.csv", "private/E0.csv"):
        site.serve(path, site.reply(body=CSV))


def test_the_rules_are_read_once_and_before_anything_else(site: Any, fetcher: ObedientFetcher) -> None:
    serve_files(site, site.reply(body=FORBIDDING))
    fetcher.get("E0.csv")
    fetcher.get("E0.csv")
    assert site.paths_asked() == ["robots.txt", "E0.csv", "E0.csv"]


def test_what_is_forbidden_is_not_asked_for(site: Any, fetcher: ObedientFetcher) -> None:
    serve_files(site, site.reply(body=FORBIDDING))
    with pytest.raises(FetchError, match=r"robots\.txt forbids it"):
        fetcher.get("private/E0.csv")
    assert site.paths_asked() == ["robots.txt"]


def test_rules_for_our_name_win_over_those_for_all(site: Any, fetcher: ObedientFetcher) -> None:
    serve_files(site, site.reply(body=b"User-agent: *\nDisallow: /\n\nUser-agent: Touchline\nDisallow:\n"))
    assert fetcher.get("private/E0.csv").body == CSV


def test_the_delay_the_server_asks_for_is_kept(site: Any, fetcher: ObedientFetcher) -> None:
    serve_files(site, site.reply(body=b"User-agent: *\nCrawl-delay: 1\n"))
    began = time.monotonic()
    fetcher.get("E0.csv")
    fetcher.get("E0.csv")
    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize("status", [301, 403, 404, 410])
def test_a_server_without_rules_allows_everything(site: Any, fetcher: ObedientFetcher, status: int) -> None:
    serve_files(site, site.reply(status))
    assert fetcher.get("private/E0.csv").body == CSV


def test_an_empty_file_allows_everything(site: Any, fetcher: ObedientFetcher) -> None:
    serve_files(site, site.reply(body=b""))
    assert fetcher.get("private/E0.csv").body == CSV


def test_a_server_whose_rules_fail_is_left_alone(site: Any, fetcher: ObedientFetcher) -> None:
    serve_files(site, site.reply(503))
    with pytest.raises(FetchError, match="forbids"):
        fetcher.get("E0.csv")
    assert set(site.paths_asked()) == {"robots.txt"}


def test_where_the_rules_fail_the_last_ones_known_hold(site: Any, store: SnapshotStore) -> None:
    serve_files(site, site.reply(body=FORBIDDING), site.reply(503))
    for _ in range(2):
        plain = HttpFetcher(site.base_url, limits=QUICK)
        again = ObedientFetcher(plain, store, lambda: NOW)
        assert again.get("E0.csv").body == CSV
        with pytest.raises(FetchError, match="forbids"):
            again.get("private/E0.csv")
        plain.close()


def test_the_rules_are_kept_as_a_snapshot_and_asked_for_with_their_mark(
    site: Any, store: SnapshotStore
) -> None:
    serve_files(site, site.reply(body=FORBIDDING, headers={"ETag": '"r1"'}))
    for _ in range(2):
        plain = HttpFetcher(site.base_url, limits=QUICK)
        ObedientFetcher(plain, store, lambda: NOW).get("E0.csv")
        plain.close()
    kept = store.latest("robots.txt", NOW)
    assert kept
    assert store.read(kept.sha256) == FORBIDDING
    marks = [headers.get("If-None-Match") for path, headers in site.asked if path == "robots.txt"]
    assert marks == [None, '"r1"']


def test_a_feed_below_the_root_follows_the_rules_at_the_root(site: Any, store: SnapshotStore) -> None:
    serve_files(site, site.reply(body=FORBIDDING))
    plain = HttpFetcher(f"{site.base_url}private/", limits=QUICK)
    with pytest.raises(FetchError, match="forbids"):
        ObedientFetcher(plain, store, lambda: NOW).get("E0.csv")
    plain.close()
    assert site.paths_asked() == ["robots.txt"]


def test_the_larger_of_delay_and_rate_counts() -> None:
    rules = Rules(b"\xef\xbb\xbfUser-agent: *\nCrawl-delay: 2\nRequest-rate: 1/5\n", "Touchline/0.1")
    assert rules.seconds_between_requests() == 5.0


def test_bytes_that_are_no_rules_forbid_nothing() -> None:
    assert Rules(b"<html>\xff not here</html>", "Touchline/0.1").allows("E0.csv")


def test_the_rules_of_another_host_are_kept_under_a_path_of_its_own(site: Any, store: SnapshotStore) -> None:
    serve_files(site, site.reply(body=FORBIDDING, headers={"ETag": '"r1"'}))
    for _ in range(2):
        plain = HttpFetcher(site.base_url, limits=QUICK)
        ObedientFetcher(plain, store, lambda: NOW, kept_as="second/host/robots.txt").get("E0.csv")
        plain.close()
    assert store.paths() == ["second/host/robots.txt"]
    marks = [headers.get("If-None-Match") for path, headers in site.asked if path == "robots.txt"]
    assert marks == [None, '"r1"']


def test_a_rule_for_a_query_is_followed(site: Any, store: SnapshotStore) -> None:
    serve_files(site, site.reply(body=b"User-agent: *\nDisallow: /list?all\n"))
    site.serve("list?some=1", site.reply(body=b"x"))
    for query, is_allowed in (("some=1", True), ("all=1", False)):
        plain = HttpFetcher(site.base_url, limits=QUICK, query=query)
        fetcher = ObedientFetcher(plain, store, lambda: NOW)
        if is_allowed:
            assert fetcher.get("list").body == b"x"
        else:
            with pytest.raises(FetchError, match="forbids"):
                fetcher.get("list")
        plain.close()


def test_a_pause_that_outlasts_the_time_for_all_files_ends_the_asking(
    site: Any, store: SnapshotStore
) -> None:
    serve_files(site, site.reply(body=b"User-agent: *\nCrawl-delay: 9999\n"))
    plain = HttpFetcher(site.base_url, limits=QUICK, deadline_seconds=5.0)
    with pytest.raises(FetchError, match="not asked: 5 s for all files"):
        ObedientFetcher(plain, store, lambda: NOW).get("E0.csv")
    plain.close()


@pytest.mark.parametrize("pause", ["9" * 400, "9" * 5000, "\u00b2", "-1", "1/0"])
@pytest.mark.parametrize("word", ["Crawl-delay", "Request-rate"])
def test_pauses_that_are_no_numbers_break_nothing_and_the_rest_holds(word: str, pause: str) -> None:
    value = pause if word == "Crawl-delay" else f"1/{pause}"
    rules = Rules(f"User-agent: *\n{word}: {value}\nDisallow: /private/\n".encode(), "Touchline/0.1")
    assert 0.0 <= rules.seconds_between_requests() <= 24 * 3600
    assert not rules.allows("private/E0.csv")
