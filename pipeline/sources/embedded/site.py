"""The simulated feed as a web site: the pages and files it would have served at an instant.

Pure: no clock, no network, no disk. Two sites of different instants agree on everything played or quoted: a
results file of the earlier one is the beginning of that of the later one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pandas as pd

from pipeline.domain.errors import SettingError
from pipeline.domain.season import Season
from pipeline.sources.embedded import csv_format
from pipeline.sources.embedded.index_page import index_page
from pipeline.sources.embedded.listing import (
    Listing,
    fixtures_at,
    postponed_at,
    results_at,
    truth_table,
)
from pipeline.sources.embedded.parameters import laws
from pipeline.sources.embedded.world import DivisionSeason, world_of

DEFAULT_SEED = 20100814

_RESULTS = re.compile(r"mmz4281/(\d{4})/([A-Z0-9]{1,4})\.csv", re.ASCII)
_INDEX_PAGES = ("", "index.php")


class EmbeddedSite:
    """The site at `as_of`, an aware instant. size: `embedded` or `tiny`, the feed in the division table."""

    def __init__(self, as_of: datetime, *, size: str = "embedded", seed: int = DEFAULT_SEED) -> None:
        """Set the site up; nothing is generated before it is read.

        Raises SettingError for an unknown size, a naive instant or one in or before the world's first year.
        """
        if as_of.tzinfo is None:
            raise SettingError("as_of", as_of, "is not an aware instant")
        moment = as_of.astimezone(UTC)
        self._first: int = laws()["first_season"]
        if moment.year <= self._first:
            raise SettingError("as_of", as_of, f"the simulated world can be seen from {self._first + 1} on")
        self._size, self._seed, self._year = size, seed, moment.year
        self._world = world_of(size, seed)
        self._as_of = np.datetime64(moment.replace(tzinfo=None), "us")

    def read(self, path: str) -> bytes | None:
        """Return a page or file (`index.php`, `fixtures.csv`, `mmz4281/2526/AR1.csv`), or None.

        Results of seasons older than the listed ones stay readable.
        """
        if path in _INDEX_PAGES:
            listed = [(each.played.division.code, each.played.season) for each in self._listed_results()]
            return index_page(listed, self._world.divisions)
        if path == "fixtures.csv":
            return self._fixtures_file()
        parts = _RESULTS.fullmatch(path)
        return self._results_file(parts[1], parts[2]) if parts else None

    def truth(self) -> pd.DataFrame:
        """Return the true probabilities of the matches in the listed results files and of listed fixtures.

        Columns division, season, home, away (together the key), kick_off_at (UTC) and p_home, p_draw, p_away;
        ordered by kick-off, division and home club. A fixture has the kick-off it is listed with.
        """
        return truth_table([*self._listed_results(), *self._listed_fixtures()])

    def postponements(self) -> pd.DataFrame:
        """Return the matches whose planned kick-off has passed and whose new one has not.

        Columns as in `truth`; kick_off_at is the new one, which the site does not show before a week ahead.
        """
        return truth_table(postponed_at(played, self._as_of) for played in self._running())

    def fixture_count(self) -> int:
        """Return the number of rows of `fixtures.csv` without writing them."""
        return sum(len(listing.places) for listing in self._listed_fixtures())

    def _running(self) -> list[DivisionSeason]:
        years = (self._year - 1, self._year)
        return [self._world.season(code, year) for code in self._world.divisions for year in years]

    def _listed_fixtures(self) -> list[Listing]:
        return [fixtures_at(played, self._as_of) for played in self._running()]

    def _listed_results(self) -> list[Listing]:
        """Return the latest seasons of each division that have a result, oldest first."""
        count: int = laws()["listed_seasons"][self._size]
        listings: list[Listing] = []
        for code in self._world.divisions:
            years = range(max(self._first, self._year - count), self._year + 1)
            shown = [results_at(self._world.season(code, year), self._as_of) for year in years]
            listings += [listing for listing in shown if len(listing.places)][-count:]
        return listings

    def _results_file(self, season_code: str, division: str) -> bytes | None:
        try:
            year = Season.from_feed_code(season_code).start_year
        except ValueError:
            return None
        if division not in self._world.divisions or not self._first <= year <= self._year:
            return None
        played = self._world.season(division, year)
        lines = _result_lines(self._size, self._seed, division, year)
        shown = lines[: len(results_at(played, self._as_of).places)]
        return csv_format.body(csv_format.results_header(played.league.has_prices), shown) if shown else None

    def _fixtures_file(self) -> bytes:
        rows: list[tuple[str, str, str]] = []
        for listing in self._listed_fixtures():
            lines = csv_format.fixture_lines(listing.played, listing.places, listing.kick_off_at)
            code = listing.played.division.code
            rows += zip(listing.kick_off_at.astype(str), [code] * len(lines), lines, strict=True)
        return csv_format.body(csv_format.fixtures_header(), [line for _, _, line in sorted(rows)])


@cache
def _result_lines(size: str, seed: int, division: str, year: int) -> list[str]:
    return csv_format.result_lines(world_of(size, seed).season(division, year))
