"""A feed for tests of fetching: one first page, a page behind it, some results files and the fixtures."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.sources.base import FeedFile, ParsedFile

FIRST_PAGE, FURTHER_PAGE, FIXTURES = "data.php", "englandm.php", "fixtures.csv"


class LinkedSource:
    """A source of these results files and the fixtures, as far as pages link to them; it parses nothing."""

    title, first_pages = "Test", (FIRST_PAGE,)

    def __init__(self, *results: FeedFile, name: str = "football_data", is_simulated: bool = False) -> None:
        self.name, self.is_simulated = name, is_simulated
        self._results = {file.path: file for file in results}

    def pages(self, links: Sequence[str]) -> tuple[str, ...]:
        return tuple(link for link in links if link.endswith("m.php"))

    def files(self, links: Sequence[str]) -> tuple[FeedFile, ...]:
        results = tuple(self._results[link] for link in links if link in self._results)
        fixtures = tuple(FeedFile(link, "fixtures", "", None) for link in links if link == FIXTURES)
        return results + fixtures

    def parse(self, file: FeedFile, body: bytes) -> ParsedFile:
        raise NotImplementedError


def page(*links: str) -> bytes:
    """Return a page that links to these files."""
    return "".join(f'<a href="{link}">x</a>' for link in links).encode()
