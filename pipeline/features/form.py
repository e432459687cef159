"""Form, rest and the part of the season played: what the last few matches say beside the ratings.

Points and goal difference are means over the last matches of the same season, drawn to the average by a few
pseudo-matches. Rest is counted in days since the last match in any division of the feed, at most two weeks.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import pandas as pd

from pipeline.features.history import History, replay

LAST_MATCHES = 6
PSEUDO_MATCHES = 3.0
MEAN_POINTS = 1.37
MOST_REST_DAYS = 14


@dataclass
class ClubSeason:
    """One club in one season: its last results as (points, goal difference), and its last day of play."""

    season: int
    played: int = 0
    last_day: int | None = None
    results: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=LAST_MATCHES))

    def numbers(self, day: int) -> tuple[float, float, float, float]:
        """Return points a match, goal difference a match, rest in days (NaN before any match), matches
        played.
        """
        weight = len(self.results) + PSEUDO_MATCHES
        points = sum(each[0] for each in self.results) + PSEUDO_MATCHES * MEAN_POINTS
        difference = sum(each[1] for each in self.results)
        rest = float("nan") if self.last_day is None else float(min(day - self.last_day, MOST_REST_DAYS))
        return points / weight, difference / weight, rest, float(self.played)


@dataclass
class Form:
    """The form of every club while it is replayed; `rows` holds eight numbers a row, home first."""

    history: History
    clubs: dict[str, ClubSeason] = field(default_factory=dict)
    rows: list[tuple[float, ...]] = field(default_factory=list)

    def predict(self, row: int) -> None:
        """Note the form of both clubs before the row's day."""
        season, day = self.history.season[row], self.history.day[row]
        home = self._entering(self.history.home_id[row], season).numbers(day)
        away = self._entering(self.history.away_id[row], season).numbers(day)
        self.rows.append(home + away)

    def learn(self, row: int) -> None:
        """Add the result of a played row to both clubs."""
        margin = self.history.home["goals"][row] - self.history.away["goals"][row]
        self._add(self.history.home_id[row], row, margin)
        self._add(self.history.away_id[row], row, -margin)

    def _entering(self, club_id: str, season: int) -> ClubSeason:
        known = self.clubs.get(club_id)
        if known is None or season <= known.season:
            return known or ClubSeason(season)
        return ClubSeason(season, last_day=known.last_day)

    def _add(self, club_id: str, row: int, margin: float) -> None:
        club = self._entering(club_id, self.history.season[row])
        club.results.append((3 if margin > 0 else int(margin == 0), margin))
        club.played += 1
        club.last_day = max(self.history.day[row], club.last_day or self.history.day[row])
        self.clubs[club_id] = club


def form_features(history: History) -> pd.DataFrame:
    """Return points, goal difference, rest and matches played of both clubs before each row."""
    form = Form(history)
    replay(history, form.predict, form.learn)
    names = ("form_points", "form_goal_difference", "rest_days", "season_matches")
    columns = [f"{name}_{side}" for side in ("home", "away") for name in names]
    return pd.DataFrame(form.rows, columns=columns, dtype="float64")
