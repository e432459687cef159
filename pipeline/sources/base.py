"""What every feed promises: which files it wants and what their bytes mean.

A source asks for pages and files by paths relative to the feed's base and turns bytes into rows; it
knows no network and no disk. Adding a feed is a folder beside this module and a line in `catalogue.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.domain.divisions import Division


@dataclass(frozen=True)
class FeedFile:
    """One data file of a feed.

    path: relative to the feed's base, as in `mmz4281/2526/E1.csv`. kind: `results` or `fixtures`.
    division: empty for fixtures. season: starting year, None for fixtures.
    """

    path: str
    kind: str
    division: str
    season: int | None


@dataclass(frozen=True)
class ParsedFile:
    """What one file held: the rows that can be used and, with reasons, what can not.

    rows: one row a match or fixture; columns division, season, kick_off_at, kick_off_precision, home, away,
    home_goals, away_goals and the statistics of table `matches` (nullable numbers), prices named
    `<book>_<early|close>_<home|draw|away>`, source_file, source_row (the header is line 1).
    quarantine: table `quarantine`. unknown_columns: names the parser has no meaning for, once each.
    """

    rows: pd.DataFrame
    quarantine: pd.DataFrame
    unknown_columns: tuple[str, ...] = ()


class Source(Protocol):
    """A feed. `name` stands in the settings; `title` is for pages."""

    @property
    def name(self) -> str:
        """Return the key of the feed: `football_data`, `embedded`, `tiny` or `csv_folder`."""

    @property
    def title(self) -> str:
        """Return what pages call the feed."""

    @property
    def is_simulated(self) -> bool:
        """Tell whether the feed's world is made up, which every page must then say."""

    @property
    def divisions(self) -> Mapping[str, Division]:
        """Return the wanted divisions by code, in the order in which pages list them."""

    @property
    def first_pages(self) -> tuple[str, ...]:
        """Return the index pages to read first, relative to the feed's base."""

    def pages(self, links: Sequence[str]) -> tuple[str, ...]:
        """Return the further index pages among the links of the first pages."""

    def files(self, links: Sequence[str]) -> tuple[FeedFile, ...]:
        """Return the data files among all links, wanted divisions and seasons only, in a stable order."""

    def parse(self, file: FeedFile, body: bytes) -> ParsedFile:
        """Read one file's bytes.

        Raises ParseError where the whole file is unusable.
        """
