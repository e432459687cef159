"""A main source with feeds beside it is one source; its own files are read as without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.fonbet.names import read_names
from pipeline.sources.fonbet.source import Fonbet
from pipeline.sources.own_fixtures import PATH, OwnFixtures
from pipeline.sources.second_feeds import LISTING, WithFeeds, reader_of

FONBET = Fonbet(read_names(), "https://www.example.com/")
MAIN = source_named("tiny")
BOTH = WithFeeds(MAIN, (OwnFixtures(), FONBET))
RESULTS = FeedFile("mmz4281/2526/AR1.csv", "results", "AR1", 2025)


def test_the_files_of_the_feeds_come_last_and_no_link_adds_to_them() -> None:
    links = [RESULTS.path, "fonbet/other.json", "own/else.csv"]
    assert BOTH.files(links) == (
        RESULTS,
        FeedFile(PATH, LISTING, "", None),
        FeedFile("fonbet/urls.json", "hosts", "", None),
        FeedFile("fonbet/line.json", LISTING, "", None),
    )


def test_a_second_feed_that_was_switched_off_leaves_no_file_to_any_source() -> None:
    table = (
        b"code,name,country,tier,time_zone,calendar,under_way_by\nKAL,K,L,1,Europe/Helsinki,winter,09-01\n"
    )
    folder = source_named("csv_folder", division_table=table)
    links = ["KAL.csv", "fonbet/line.json", "fonbet/urls.json", PATH]
    assert [file.path for file in folder.files(links)] == ["KAL.csv"]
    for name in ("tiny", "football_data"):
        assert source_named(name).files(links) == ()


def test_words_and_pages_are_the_main_sources() -> None:
    for name in ("name", "title", "is_simulated", "divisions", "first_pages"):
        assert getattr(BOTH, name) == getattr(MAIN, name)
    assert BOTH.pages(["index.php"]) == MAIN.pages(["index.php"])


def test_a_file_is_read_by_the_feed_of_its_folder() -> None:
    with pytest.raises(ParseError, match="fonbet"):
        BOTH.parse(FONBET.files()[1], b"{}")
    with pytest.raises(ParseError, match="tiny"):
        BOTH.parse(RESULTS, b"")


def test_a_second_feed_and_its_names_do_not_make_the_main_feeds_files_be_read_again() -> None:
    line = FONBET.files()[1]
    assert reader_of(BOTH, RESULTS) == reader_of(MAIN, RESULTS)
    named = replace(FONBET, names=read_names({"clubs.csv": b"country,name,club\nX,Y,Z\n"}))
    assert reader_of(BOTH, line) != reader_of(WithFeeds(MAIN, (named,)), line)
