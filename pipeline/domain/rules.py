"""The rules of a division's season as data: its format, how ties are broken, what a win is worth, deductions.

The words stand in `season_formats.csv` and `tie_breaks.csv`; which division has which rules is said by
`divisions.csv` and, for seasons with other rules than today's, `former_rules.csv`. The order of a table is
made by `publishing.standings`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

ORDINARY_FORMAT = "double_round_robin"
ORDINARY_TIE_BREAKS = ("goal_difference", "goals_for")
POINTS_FOR_WIN = 3


@dataclass(frozen=True)
class Group:
    """A part of the table that plays on among itself after the rounds of all.

    carried: how many of their points its clubs take along: `full`, `half_up` or `half_down`, or `unstated`,
    which is counted as `full`.
    """

    clubs: int
    rounds: int
    carried: str


@dataclass(frozen=True)
class SeasonFormat:
    """How a season is played. rounds: how often every two clubs meet, None where no number says it."""

    name: str
    rounds: int | None
    groups: tuple[Group, ...]
    meaning: str

    def matches_count(self, clubs: int) -> int | None:
        """Return how many matches a whole season of so many clubs has; None where the format does not say.

        >>> season_formats()["double_round_robin"].matches_count(20)
        380
        >>> season_formats()["three_rounds_then_halves"].matches_count(12)
        228
        """
        if self.rounds is None or (self.groups and sum(group.clubs for group in self.groups) != clubs):
            return None
        of_all = self.rounds * clubs * (clubs - 1) // 2
        return of_all + sum(group.rounds * group.clubs * (group.clubs - 1) // 2 for group in self.groups)


@dataclass(frozen=True)
class SeasonRules:
    """The rules of one season of one division. clubs: how many play, None where nobody said."""

    clubs: int | None
    season_format: SeasonFormat
    tie_breaks: tuple[str, ...] = ORDINARY_TIE_BREAKS
    points_for_win: int = POINTS_FOR_WIN

    @property
    def matches_count(self) -> int | None:
        """Return how many matches the whole season has; None where clubs or format do not say."""
        return None if self.clubs is None else self.season_format.matches_count(self.clubs)


@dataclass(frozen=True)
class Deduction:
    """Points taken from a club. club: the name our tables have for it; imposed_on: the day of the verdict."""

    season: int
    club: str
    points: int
    reason: str
    imposed_on: date | None = None

    def is_known(self, on: date, running_season: int) -> bool:
        """Tell whether a table of that day shows it; where no day is typed, only once the season is over."""
        return self.imposed_on <= on if self.imposed_on else self.season < running_season


@dataclass(frozen=True)
class Places:
    """What some places of the table lead to. Places are from 1, or from -1 upwards from the bottom.

    last_season: None where it still holds.
    """

    first_season: int
    last_season: int | None
    first_place: int
    last_place: int
    meaning: str

    def hold(self, season: int, position: int, clubs: int) -> bool:
        """Tell whether a position of a table of so many clubs is among these places in a season."""
        is_then = self.first_season <= season and (self.last_season is None or season <= self.last_season)
        place = position if self.first_place > 0 else position - clubs - 1
        return is_then and self.first_place <= place <= self.last_place


@cache
def season_formats() -> dict[str, SeasonFormat]:
    """Return every known format of a season by name."""
    return {row["name"]: _season_format(row) for row in rows_of("season_formats.csv")}


@cache
def tie_break_words() -> dict[str, str]:
    """Return every criterion that can break a tie with its public words.

    >>> tie_break_words()["head_to_head_points"]
    'points in the meetings'
    """
    return {row["criterion"]: row["words"] for row in rows_of("tie_breaks.csv")}


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the domain's tables."""
    text = files("pipeline.domain").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _season_format(row: dict[str, str]) -> SeasonFormat:
    parts = (row["groups"].split(), row["group_rounds"].split(), row["carried"].split())
    return SeasonFormat(
        name=row["name"],
        rounds=int(row["rounds"]) if row["rounds"] else None,
        groups=tuple(
            Group(int(clubs), int(rounds), carried) for clubs, rounds, carried in zip(*parts, strict=True)
        ),
        meaning=row["meaning"],
    )
