"""The simulated feed as a web site: the pages and files it would have served at an instant.

Pure: no clock, no network, no disk. A match stands in its results file from two hours after kick-off on, and in
`fixtures.csv` from seven days before kick-off until then. A postponed match stays listed at its planned hour until
that hour's two hours are over, then vanishes, and comes back a week before the new date, at the same early prices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.domain.errors import SettingError
from pipeline.domain.season import Season
from pipeline.sources.embedded import csv_format
from pipeline.sources.embedded.index_page import index_page
from pipeline.sources.embedded.schedule import Instants
from pipeline.sources.embedded.world import DivisionSeason, first_season, listed_season_count, world_of

DEFAULT_SEED = 20100814
HORIZON = timedelta(days=7)
DURATION = timedelta(hours=2)

_RESULTS = re.compile(r"mmz4281/(\d{4})/([A-Z0-9]{1,4})\.csv", re.ASCII)
_EMPTY_PAGES = ("", "index.php")


class EmbeddedSite:
    """The site at `as_of`, an aware instant. size: `embedded` or `tiny`, also the feed in the division table."""

    def __init__(self, as_of: datetime, *, size: str = "embedded", seed: int = DEFAULT_SEED) -> None:
        """Set the site up; nothing is generated before it is read.

        Raises SettingError for an unknown size, a naive instant or one before the world's first season.
        """
        if as_of.tzinfo is None:
            raise SettingError("as_of", as_of, "is not an aware instant")
        if as_of.year <= first_season():
            raise SettingError("as_of", as_of, f"the simulated world begins in {first_season()}")
        self._size, self._seed = size, seed
        self._world = world_of(size, seed)
        self._as_of = np.datetime64(as_of.astimezone(UTC).replace(tzinfo=None), "us")
        self._year = as_of.year

    def read(self, path: str) -> bytes | None:
        """Return a page or file, None where the site has none: `index.php`, `fixtures.csv`, `mmz4281/2526/AR1.csv`.

        Results of seasons older than the listed ones stay readable.
        """
        if path in _EMPTY_PAGES:
            return index_page(self._listed(), self._world.divisions)
        if path == "fixtures.csv":
            return self._fixtures()
        parts = _RESULTS.fullmatch(path)
        return self._results(parts[1], parts[2]) if parts else None

    def truth(self) -> pd.DataFrame:
        """Return the true probabilities of the matches in the listed results files and of the listed fixtures.

        Columns division, season, home, away (together the key), kick_off_at (UTC) and p_home, p_draw, p_away;
        ordered by kick-off, division and home club. A listed fixture has the kick-off it is listed with.
        """
        frames = [
            _truth(self._season(division, year), self._is_played(division, year), postponed=False)
            for division, year in self._listed()
        ]
        for played, listed, as_planned in self._candidates():
            frames.append(_truth(played, listed, postponed=as_planned))
        table = pd.concat(frames, ignore_index=True)
        return table.sort_values(["kick_off_at", "division", "home"], kind="stable", ignore_index=True)

    def fixture_count(self) -> int:
        """Return the number of rows of `fixtures.csv` without writing them."""
        return sum(int(listed.sum()) for _, listed, _ in self._candidates())

    def postponements(self) -> pd.DataFrame:
        """Return the matches whose planned kick-off has passed and whose new one has not, by planned kick-off.

        Columns division, season, home, away, planned_at and kick_off_at (UTC).
        """
        frames = []
        for played in self._running():
            schedule = played.schedule
            hit = (schedule.planned_at <= self._as_of) & (schedule.kick_off_at > schedule.planned_at)
            hit &= schedule.kick_off_at > self._as_of
            frames.append(_identity(played, hit).assign(planned_at=_utc(schedule.planned_at[hit])))
        table = pd.concat(frames, ignore_index=True)
        return table.sort_values(["planned_at", "division", "home"], kind="stable", ignore_index=True)

    def _season(self, division: str, year: int) -> DivisionSeason:
        return self._world.season(division, year)

    def _is_played(self, division: str, year: int) -> NDArray[np.bool_]:
        return np.asarray(
            self._season(division, year).schedule.kick_off_at + np.timedelta64(DURATION) <= self._as_of
        )

    def _listed(self) -> list[tuple[str, int]]:
        """Return the division seasons of the index: the latest ones with a result, oldest first."""
        count = listed_season_count(self._size)
        listed: list[tuple[str, int]] = []
        for code in self._world.divisions:
            latest = self._year if self._is_played(code, self._year).any() else self._year - 1
            listed += [(code, year) for year in range(max(first_season(), latest - count + 1), latest + 1)]
        return listed

    def _running(self) -> list[DivisionSeason]:
        return [
            self._season(code, year)
            for code in self._world.divisions
            for year in (self._year - 1, self._year)
        ]

    def _results(self, season_code: str, division: str) -> bytes | None:
        try:
            year = Season.from_feed_code(season_code).start_year
        except ValueError:
            return None
        if division not in self._world.divisions or not first_season() <= year <= self._year:
            return None
        count = int(self._is_played(division, year).sum())
        lines = _result_lines(self._size, self._seed, division, year)[:count]
        header = csv_format.results_header(self._season(division, year).league.has_prices)
        return csv_format.body(header, lines) if lines else None

    def _fixtures(self) -> bytes:
        rows: list[tuple[object, ...]] = []
        for played, listed, as_planned in self._candidates():
            schedule = played.schedule
            kick_off_at = schedule.planned_at if as_planned else schedule.kick_off_at
            lines = csv_format.fixture_lines(played, kick_off_at)
            rows += [
                (kick_off_at[place], played.division.code, lines[place]) for place in np.flatnonzero(listed)
            ]
        return csv_format.body(csv_format.fixtures_header(), [str(row[-1]) for row in sorted(rows)])

    def _candidates(self) -> Iterator[tuple[DivisionSeason, NDArray[np.bool_], bool]]:
        """Yield running seasons with a mask of the listed fixtures and whether those stand at their planned hour."""
        for played in self._running():
            schedule = played.schedule
            is_postponed = schedule.kick_off_at > schedule.planned_at
            for as_planned, kick_off_at in ((True, schedule.planned_at), (False, schedule.kick_off_at)):
                listed = self._is_coming(kick_off_at) & (is_postponed if as_planned else True)
                if listed.any():
                    yield played, listed, as_planned

    def _is_coming(self, kick_off_at: Instants) -> NDArray[np.bool_]:
        over_at = kick_off_at + np.timedelta64(DURATION)
        return np.asarray((over_at > self._as_of) & (kick_off_at <= self._as_of + np.timedelta64(HORIZON)))


@cache
def _result_lines(size: str, seed: int, division: str, year: int) -> list[str]:
    return csv_format.result_lines(world_of(size, seed).season(division, year))


def _truth(played: DivisionSeason, mask: NDArray[np.bool_], *, postponed: bool) -> pd.DataFrame:
    frame = _identity(played, mask)
    if postponed:
        frame = frame.assign(kick_off_at=_utc(played.schedule.planned_at[mask]))
    shares = played.probabilities[mask]
    return frame.assign(p_home=shares[:, 0], p_draw=shares[:, 1], p_away=shares[:, 2])


def _identity(played: DivisionSeason, mask: NDArray[np.bool_]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "division": played.division.code,
            "season": played.season,
            "home": played.home[mask],
            "away": played.away[mask],
            "kick_off_at": _utc(played.schedule.kick_off_at[mask]),
        }
    ).astype({"division": "str", "home": "str", "away": "str"})


def _utc(instants: Instants) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(instants).tz_localize("UTC")
