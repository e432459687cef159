"""A user's folder as a source: its file names say which division and season they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.domain.divisions import Division
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.csv_folder.parser import parse, refused

INDEX = "index.html"
"""The page that stands for the folder's list of files."""

_RESULTS = re.compile(r"([A-Z][A-Z0-9]{0,7})(?:-(\d{4}))?\.csv", re.ASCII)
_FIXTURES = "fixtures.csv"
_OTHER_NAME = "the name is neither <division>.csv, <division>-<starting year>.csv nor fixtures.csv"
_OTHER_DIVISION = "divisions.csv has no such division"


@dataclass(frozen=True)
class CsvFolder:
    """A folder of CSV files. known: every division of its table; divisions: the wanted among them."""

    name: str
    title: str
    is_simulated: bool
    first_pages: tuple[str, ...]
    known: Mapping[str, Division]
    divisions: Mapping[str, Division]
    seasons_from: int

    def pages(self, links: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 the folder has one page
        """Return no further page."""
        return ()

    def files(self, links: Sequence[str]) -> tuple[FeedFile, ...]:
        """Return the wanted results by season and division, `fixtures.csv`, then files of other names.

        A file whose name says nothing is asked for as well, so that its refusal is told with the reason. What
        lies deeper is not the folder's: a second feed has its snapshots there.
        """
        found = [self._file(link) for link in dict.fromkeys(links) if "/" not in link]
        return tuple(sorted((file for file in found if self._is_wanted(file)), key=self._place))

    def parse(self, file: FeedFile, body: bytes) -> ParsedFile:
        """Read one file's bytes.

        A file of no division is refused as a whole by an entry in quarantine. Raises ParseError where a file
        of a division is unusable.
        """
        if file.kind == "results" and file.division not in self.known:
            return refused(file, _OTHER_DIVISION if file.division else _OTHER_NAME)
        parsed = parse(self.name, file, body, self.known)
        is_wanted = parsed.rows["season"] >= self.seasons_from
        return replace(parsed, rows=parsed.rows[is_wanted].reset_index(drop=True))

    def _file(self, link: str) -> FeedFile:
        if link == _FIXTURES:
            return FeedFile(link, "fixtures", "", None)
        parts = _RESULTS.fullmatch(link)
        if not parts:
            return FeedFile(link, "results", "", None)
        return FeedFile(link, "results", parts[1], int(parts[2]) if parts[2] else None)

    def _is_wanted(self, file: FeedFile) -> bool:
        if file.division in self.known and file.division not in self.divisions:
            return False
        return file.season is None or file.season >= self.seasons_from

    def _place(self, file: FeedFile) -> tuple[bool, bool, int, str, str]:
        is_strange = file.kind == "results" and file.division not in self.known
        return is_strange, file.kind == "fixtures", file.season or 0, file.division, file.path
