"""The order of clubs level on points, by the criteria of their division, meetings among them included.

Criteria are those of `domain/tie_breaks.csv`. What only meetings tell counts once every two of the tied clubs
have met equally often on both grounds, and a club that meetings set apart leaves the others to be compared
anew among themselves. Where no criterion tells two clubs apart, the name does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import NamedTuple

_MEETINGS = "head_to_head_"


class Score(NamedTuple):
    """One match as a table sees it."""

    home: str
    away: str
    home_goals: int
    away_goals: int


@dataclass
class Record:
    """What a club reached in some matches."""

    points_for_win: int
    won: int = 0
    drawn: int = 0
    lost: int = 0
    goals_for: int = 0
    goals_against: int = 0
    away_goals: int = 0
    away_wins: int = 0

    @property
    def played(self) -> int:
        """Return the number of matches."""
        return self.won + self.drawn + self.lost

    @property
    def points(self) -> int:
        """Return the points of these matches."""
        return self.points_for_win * self.won + self.drawn

    @property
    def goal_difference(self) -> int:
        """Return goals for minus goals against."""
        return self.goals_for - self.goals_against

    def add(self, own: int, other: int, *, is_away: bool) -> None:
        """Count one match by its goals."""
        self.won += own > other
        self.drawn += own == other
        self.lost += own < other
        self.goals_for += own
        self.goals_against += other
        self.away_goals += own * is_away
        self.away_wins += is_away and own > other


_OVERALL: Mapping[str, Callable[[Record], int]] = {
    "goal_difference": lambda record: record.goal_difference,
    "goals_for": lambda record: record.goals_for,
    "wins": lambda record: record.won,
    "away_goals": lambda record: record.away_goals,
    "away_wins": lambda record: record.away_wins,
}
_IN_MEETINGS: Mapping[str, Callable[[Record], int]] = {
    f"{_MEETINGS}points": lambda record: record.points,
    f"{_MEETINGS}wins": lambda record: record.won,
    f"{_MEETINGS}difference": lambda record: record.goal_difference,
    f"{_MEETINGS}goals": lambda record: record.goals_for,
    f"{_MEETINGS}away_goals": lambda record: record.away_goals,
}


def records_by_club(scores: Iterable[Score], points_for_win: int) -> dict[str, Record]:
    """Return the record of every club in the matches."""
    records: dict[str, Record] = {}
    for score in scores:
        home = records.setdefault(score.home, Record(points_for_win))
        away = records.setdefault(score.away, Record(points_for_win))
        home.add(score.home_goals, score.away_goals, is_away=False)
        away.add(score.away_goals, score.home_goals, is_away=True)
    return records


def ranked(
    points: Mapping[str, int],
    scores: Sequence[Score],
    criteria: Sequence[str],
    *,
    names: Mapping[str, str],
    points_for_win: int,
) -> list[str]:
    """Return the clubs of `points`, best first.

    scores: the matches that count. names: what decides in the end, by club.
    """
    level: dict[int, list[str]] = {}
    for club, total in points.items():
        level.setdefault(total, []).append(club)
    ties = _Ties(scores, criteria, names, points_for_win)
    return [club for total in sorted(level, reverse=True) for club in ties.broken(level[total], criteria)]


class _Ties:
    def __init__(
        self, scores: Sequence[Score], criteria: Sequence[str], names: Mapping[str, str], points_for_win: int
    ) -> None:
        self._scores, self._criteria, self._names = scores, criteria, names
        self._points_for_win = points_for_win
        self._overall = records_by_club(scores, points_for_win)

    def broken(self, tied: Sequence[str], criteria: Sequence[str]) -> list[str]:
        """Return the tied clubs, best first."""
        if len(tied) == 1 or not criteria:
            return sorted(tied, key=lambda club: (self._names[club], club))
        first, rest = criteria[0], criteria[1:]
        level: dict[int, list[str]] = {}
        for club, value in self._values(tied, first).items():
            level.setdefault(value, []).append(club)
        if len(level) == 1:
            return self.broken(tied, rest)
        after = self._criteria if first in _IN_MEETINGS else rest
        return [club for value in sorted(level, reverse=True) for club in self.broken(level[value], after)]

    def _values(self, tied: Sequence[str], criterion: str) -> dict[str, int]:
        if criterion in _OVERALL:
            blank = Record(self._points_for_win)
            return {club: _OVERALL[criterion](self._overall.get(club, blank)) for club in tied}
        members = set(tied)
        meetings = [score for score in self._scores if score.home in members and score.away in members]
        met = Counter((score.home, score.away) for score in meetings)
        if len({met[pair] for pair in permutations(tied, 2)}) != 1 or not met:
            return dict.fromkeys(tied, 0)
        records = records_by_club(meetings, self._points_for_win)
        return {club: _IN_MEETINGS[criterion](records[club]) for club in tied}
