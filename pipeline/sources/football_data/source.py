"""The feed as a source: which pages and files to ask for; the same for the real and the simulated worlds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain.divisions import Division
from pipeline.domain.season import Season
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.football_data.parser import parse

_RESULTS = re.compile(r"mmz4281/(\d{4})/([A-Z0-9]{1,4})\.csv", re.ASCII)
_FIXTURES = "fixtures.csv"


@dataclass(frozen=True)
class FootballData:
    """A feed in the format of football-data.co.uk. seasons_from: first wanted starting year."""

    name: str
    title: str
    is_simulated: bool
    first_pages: tuple[str, ...]
    divisions: Mapping[str, Division]
    seasons_from: int

    def pages(self, links: Sequence[str]) -> tuple[str, ...]:
        """Return the pages of the wanted countries, as in `englandm.php`, in the order of the divisions."""
        countries = dict.fromkeys(division.country for division in self.divisions.values())
        named = [f"{country.lower()}m.php" for country in countries]
        return tuple(page for page in named if page in links)

    def files(self, links: Sequence[str]) -> tuple[FeedFile, ...]:
        """Return the wanted results files by season and division, then `fixtures.csv`; ignore other links."""
        order = {code: place for place, code in enumerate(self.divisions)}
        found = [file for link in dict.fromkeys(links) if (file := self._results_file(link))]
        found.sort(key=lambda file: (file.season or 0, order[file.division]))
        fixtures = [FeedFile(_FIXTURES, "fixtures", "", None)] if _FIXTURES in links else []
        return (*found, *fixtures)

    def parse(self, file: FeedFile, body: bytes) -> ParsedFile:
        """Read one file's bytes.

        Raises ParseError where the whole file is unusable.
        """
        return parse(self.name, file, body, self.divisions)

    def _results_file(self, link: str) -> FeedFile | None:
        parts = _RESULTS.fullmatch(link)
        if not parts or parts[2] not in self.divisions:
            return None
        try:
            season = Season.from_feed_code(parts[1]).start_year
        except ValueError:
            return None
        return FeedFile(link, "results", parts[2], season) if season >= self.seasons_from else None
