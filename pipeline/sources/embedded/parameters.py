"""The parameters of the simulated world, read from the tables beside this module.

`world.toml` holds its laws, `leagues.csv` one division a row and size, `kick_offs.csv` the hours of play and
`names.csv` the clubs of each country, strongest tier first. Nothing is drawn here.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.domain.errors import SettingError

_PACKAGE = "pipeline.sources.embedded"


@dataclass(frozen=True)
class League:
    """One division's shape. Weeks count from the season's first Saturday, 0 upwards.

    relegated: clubs that leave downwards each season, out of the pyramid from the lowest tier. log_goals: log
    of the expected goals of either side without home advantage; home_advantage: difference of the two log
    rates. round_parts: weekends (or midweeks) over which one round is spread.
    """

    division: str
    clubs: int
    relegated: int
    starts: tuple[int, int]
    free_weeks: frozenset[int]
    midweek_weeks: frozenset[int]
    round_parts: int
    log_goals: float
    home_advantage: float
    has_prices: bool

    @property
    def round_count(self) -> int:
        """Return the rounds of a double round robin."""
        return 2 * (self.clubs - 1)

    @property
    def week_count(self) -> int:
        """Return the weeks from the first Saturday to the last, free ones included."""
        return self.round_count * self.round_parts - len(self.midweek_weeks) + len(self.free_weeks)


@dataclass(frozen=True)
class KickOffHour:
    """An hour of play: `day` counts from the Saturday of the week, `time` is the local clock in minutes."""

    day: int
    time: int
    weight: float


@cache
def laws() -> dict[str, Any]:
    """Return the content of `world.toml`."""
    return tomllib.loads(files(_PACKAGE).joinpath("world.toml").read_text(encoding="utf-8"))


@cache
def leagues_of(size: str) -> dict[str, League]:
    """Return the leagues of one size of the world by division.

    Raises SettingError for an unknown size.

    >>> leagues_of("tiny")["AR1"].week_count
    41
    """
    found = {row["division"]: _league(row) for row in _rows("leagues.csv") if row["size"] == size}
    if not found:
        raise SettingError("size", size, "the world has no such size")
    return found


@cache
def kick_off_hours() -> dict[str, tuple[KickOffHour, ...]]:
    """Return the hours of play by kind of date."""
    hours: dict[str, tuple[KickOffHour, ...]] = {}
    for row in _rows("kick_offs.csv"):
        hour, minute = row["time"].split(":")
        one = KickOffHour(int(row["day"]), int(hour) * 60 + int(minute), float(row["weight"]))
        hours[row["kind"]] = (*hours.get(row["kind"], ()), one)
    return hours


@cache
def names_of(country: str) -> tuple[str, ...]:
    """Return the names of a country's clubs: the first season's tier by tier, then those who wait outside."""
    return tuple(row["name"] for row in _rows("names.csv") if row["country"] == country)


def _rows(file: str) -> list[dict[str, str]]:
    with files(_PACKAGE).joinpath(file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _league(row: dict[str, str]) -> League:
    month, day = row["starts"].split("-")
    return League(
        division=row["division"],
        clubs=int(row["clubs"]),
        relegated=int(row["relegated"]),
        starts=(int(month), int(day)),
        free_weeks=frozenset(map(int, row["free_weeks"].split())),
        midweek_weeks=frozenset(map(int, row["midweek_weeks"].split())),
        round_parts=int(row["round_parts"]),
        log_goals=float(row["log_goals"]),
        home_advantage=float(row["home_advantage"]),
        has_prices=row["has_prices"] == "yes",
    )
