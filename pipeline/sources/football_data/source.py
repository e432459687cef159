"""The feed as a source: which pages and files to ask for; the same for the real and the simulated worlds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain.divisions import Division
from pipeline.domain.season import Season
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.football_data.leagues import FIXTURES as EXTRA_FIXTURES
from pipeline.sources.football_data.leagues import extra_codes
from pipeline.sources.football_data.parser import parse

_RESULTS = re.compile(r"mmz4281/(\d{4})/([A-Z0-9]{1,4})\.csv", re.ASCII)
_EXTRA = re.compile(r"new/([A-Z]{1,4})\.csv", re.ASCII)
_FIXTURES = "fixtures.csv"
_LAST = 10_000


@dataclass(frozen=True)
class FootballData:
    """A feed in the format of football-data.co.uk.

    seasons_from: first wanted starting year of the main divisions; an extra league is one file, read whole.
    """

    name: str
    title: str
    is_simulated: bool
    first_pages: tuple[str, ...]
    divisions: Mapping[str, Division]
    seasons_from: int

    def pages(self, links: Sequence[str]) -> tuple[str, ...]:
        """Return the pages of the wanted countries in the order of the divisions.

        A country of the main divisions has a page such as `englandm.php`, one of the extra leagues `usa.php`.
        """
        wanted = self.divisions.values()
        named = [
            f"{division.country.lower()}{'' if division.code in extra_codes() else 'm'}.php"
            for division in wanted
        ]
        return tuple(page for page in dict.fromkeys(named) if page in links)

    def files(self, links: Sequence[str]) -> tuple[FeedFile, ...]:
        """Return the wanted results files by season and division, the extra leagues, then the fixtures files.

        Other links are passed over.
        """
        order = {code: place for place, code in enumerate(self.divisions)}
        found = [file for link in dict.fromkeys(links) if (file := self._results_file(link))]
        found.sort(key=lambda file: (file.season or _LAST, order[file.division]))
        listed = [_FIXTURES] + ([EXTRA_FIXTURES] if extra_codes() & set(self.divisions) else [])
        return (*found, *(FeedFile(path, "fixtures", "", None) for path in listed if path in links))

    def parse(self, file: FeedFile, body: bytes) -> ParsedFile:
        """Read one file's bytes.

        Raises ParseError where the whole file is unusable.
        """
        return parse(self.name, file, body, self.divisions)

    def _results_file(self, link: str) -> FeedFile | None:
        extra = _EXTRA.fullmatch(link)
        if extra and extra[1] in extra_codes() & set(self.divisions):
            return FeedFile(link, "results", extra[1], None)
        parts = _RESULTS.fullmatch(link)
        if not parts or parts[2] not in self.divisions:
            return None
        try:
            season = Season.from_feed_code(parts[1]).start_year
        except ValueError:
            return None
        return FeedFile(link, "results", parts[2], season) if season >= self.seasons_from else None
