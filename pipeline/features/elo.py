"""Elo ratings with goal margin, one scale for the divisions of a country.

The expected score is 1 / (1 + 10^(-(difference + home advantage) / 400)) (Elo 1978); the step grows with
the goal difference (Hvattum and Arntzen, International Journal of Forecasting 26, 2010). A club starts at
the level of its tier and is drawn back to it at every new season, which also carries promotion and
relegation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from pipeline.features.history import History, replay

STEP = 14.0
MARGIN_POWER = 0.35
HOME_ADVANTAGE = 60.0
TOP_LEVEL = 1500.0
TIER_GAP = 120.0
NEWCOMER_GAP = 40.0
SEASON_SHRINK = 0.10


@dataclass
class EloRatings:
    """The ratings while they are replayed. `clubs` holds the rating and the last season of each club."""

    history: History
    clubs: dict[str, tuple[float, int]] = field(default_factory=dict)
    first_seasons: dict[str, int] = field(default_factory=dict)
    home: list[float] = field(default_factory=list)
    away: list[float] = field(default_factory=list)

    def predict(self, row: int) -> None:
        """Note the ratings of both clubs before the row's day."""
        self.home.append(self.rating(self.history.home_id[row], row))
        self.away.append(self.rating(self.history.away_id[row], row))

    def learn(self, row: int) -> None:
        """Move both ratings by the result of a played row."""
        history = self.history
        home_id, away_id, season = history.home_id[row], history.away_id[row], history.season[row]
        home, away = self.rating(home_id, row), self.rating(away_id, row)
        margin = history.home["goals"][row] - history.away["goals"][row]
        score = 0.5 if margin == 0 else float(margin > 0)
        expected = 1 / (1 + 10 ** (-(home - away + HOME_ADVANTAGE) / 400))
        change = STEP * (1 + abs(margin)) ** MARGIN_POWER * (score - expected)
        self.clubs[home_id] = (home + change, season)
        self.clubs[away_id] = (away - change, season)
        self.first_seasons.setdefault(history.division[row], season)

    def rating(self, club_id: str, row: int) -> float:
        """Return a club's rating as it enters a row: after the season shrink, or at its first level."""
        level = TOP_LEVEL - TIER_GAP * (self.history.tier[row] - 1)
        known = self.clubs.get(club_id)
        season = self.history.season[row]
        if known is None:
            is_founder = self.first_seasons.get(self.history.division[row], season) >= season
            return level if is_founder else level - NEWCOMER_GAP
        rating, last_season = known
        return rating + SEASON_SHRINK * (level - rating) if season > last_season else rating


def elo_features(history: History) -> pd.DataFrame:
    """Return `elo_home`, `elo_away` and `elo_difference` (home minus away, without home advantage) a row."""
    ratings = EloRatings(history)
    replay(history, ratings.predict, ratings.learn)
    columns = pd.DataFrame({"elo_home": ratings.home, "elo_away": ratings.away}, dtype="float64")
    return columns.assign(elo_difference=columns["elo_home"] - columns["elo_away"])
