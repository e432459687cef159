"""The second feeds of a run, as the settings switch them on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.archive.fetch import GeneratedFetcher
from pipeline.domain.errors import FetchError
from pipeline.sources.second_feeds import WithFeeds
from pipeline.tasks.feed_settings import FeedSettings
from pipeline.tasks.feeds import feed_facts, second_feeds, with_routes
from pipeline.tasks.intake import source_of
from pipeline.tasks.settings import Settings, load_settings

MAIN = GeneratedFetcher({"fixtures.csv": b"main\n"}.get)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "more.csv"
    file.write_text("date\n", encoding="utf-8")
    on = FeedSettings(("fonbet",), "https://www.example.com/", fixtures_csv=str(file), fixtures_mark="x")
    return replace(load_settings(), feeds=on)


def test_without_second_feeds_the_source_and_its_fetcher_are_as_they_were() -> None:
    settings = load_settings()
    assert second_feeds(settings) == ()
    assert with_routes(MAIN, settings, is_past=False) is MAIN
    assert not isinstance(source_of(settings), WithFeeds)


def test_the_own_list_comes_before_the_line(settings: Settings) -> None:
    assert [feed.name for feed in second_feeds(settings)] == ["own", "fonbet"]
    assert isinstance(source_of(settings), WithFeeds)


def test_a_reconstruction_asks_for_no_line_and_still_reads_the_own_list(settings: Settings) -> None:
    fetcher = with_routes(MAIN, settings, is_past=True)
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
