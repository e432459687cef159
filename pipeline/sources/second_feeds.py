"""Feeds read beside the main one: their prices stand beside its own, and their fixtures add to its list.

A second feed names its files below a folder of its own, as in `fonbet/line.json`, so that one intake lists
everything. It never defines a club: a name that means none of the main feed's is refused and reported. What
its rows become is decided in `feed_joining`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.domain.divisions import Division
from pipeline.sources.base import FeedFile, ParsedFile, Source

LISTING = "second_feed"
"""The kind of a file whose rows are matches to come; a second feed's other files hold no rows."""


class SecondFeed(Protocol):
    """A feed beside the main one. `name` is the folder of its files and the book of its prices."""

    @property
    def name(self) -> str:
        """Return the key: letters and digits alone, since columns of prices begin with it."""

    @property
    def title(self) -> str:
        """Return what pages call the feed."""

    @property
    def caution(self) -> str:
        """Return what a reader must know before trusting the feed; empty where there is nothing."""

    def files(self) -> tuple[FeedFile, ...]:
        """Return the files to ask for, in the order of asking."""

    def parse(self, file: FeedFile, body: bytes, divisions: Mapping[str, Division]) -> ParsedFile:
        """Read one file's bytes.

        rows of a listing: division, league, home_name and away_name as the feed writes them, home and away as
        we spell them, kick_off_at, kick_off_precision, exclusion (why the row is no match for us; empty
        where it is one), prices named `<name>_early_<side>`, source_file and source_row.
        Raises ParseError where the whole file is unusable.
        """


@dataclass(frozen=True)
class WithFeeds:
    """A main source and the feeds beside it, as one source."""

    main: Source
    feeds: tuple[SecondFeed, ...]

    @property
    def name(self) -> str:
        """Return the main source's name."""
        return self.main.name

    @property
    def title(self) -> str:
        """Return the main source's title."""
        return self.main.title

    @property
    def is_simulated(self) -> bool:
        """Tell whether the main source's world is made up."""
        return self.main.is_simulated

    @property
    def divisions(self) -> Mapping[str, Division]:
        """Return the main source's divisions."""
        return self.main.divisions

    @property
    def first_pages(self) -> tuple[str, ...]:
        """Return the main source's index pages: a second feed has none."""
        return self.main.first_pages

    def pages(self, links: Sequence[str]) -> tuple[str, ...]:
        """Return the further index pages of the main source."""
        return self.main.pages(links)

    def files(self, links: Sequence[str]) -> tuple[FeedFile, ...]:
        """Return the main source's files among the links, then those of the second feeds."""
        folders = tuple(f"{feed.name}/" for feed in self.feeds)
        own = [link for link in links if not link.startswith(folders)]
        return (*self.main.files(own), *(file for feed in self.feeds for file in feed.files()))

    def parse(self, file: FeedFile, body: bytes) -> ParsedFile:
        """Read one file's bytes by the feed it belongs to.

        Raises ParseError where the whole file is unusable.
        """
        feed = self.feed_of(file)
        return feed.parse(file, body, self.divisions) if feed else self.main.parse(file, body)

    def feed_of(self, file: FeedFile) -> SecondFeed | None:
        """Return the second feed that a file belongs to, None for the main source's."""
        return next((feed for feed in self.feeds if file.path.startswith(f"{feed.name}/")), None)


def reader_of(source: Source, file: FeedFile) -> str:
    """Return what stands for the reader of a file: equal texts read equal bytes alike."""
    if not isinstance(source, WithFeeds):
        return repr(source)
    feed = source.feed_of(file)
    return repr((feed, sorted(source.divisions))) if feed else repr(source.main)
