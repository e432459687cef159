"""Attack and defence strengths by a state-space Poisson filter.

Each club has an attack a and a defence d with variances, each division a scoring level m and a home
advantage g:

    log expected home goals = m + g/2 + a_home - d_away
    log expected away goals = m - g/2 + a_away - d_home

After a match each side's observation x (see `observation`) moves the two strengths in its line by the gain
K = P / (noise + l S), where l is the expectation and S the sum of their variances: the extended Kalman
update of an over-dispersed Poisson count with a log link (Fahrmeir 1992, JASA 87; football: Koopman and Lit
2015, JRSS A 178). Variances grow with the days between matches and at a new season, when strengths also
shrink and a promoted or relegated club is shifted. The constants were tuned on outcomes of 2014/15 to
2021/22 of the real feed.

Prediction never changes a state: a fixture leaves no trace in the ratings of any other row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import pandas as pd

from pipeline.features.history import History, replay
from pipeline.features.observation import RunningMeans, blended, counted, red_card_factor

DAILY_VARIANCE = 1.4e-5
SEASON_VARIANCE = 0.0018
DEFENCE_GROWTH = 1.7
MOST_DAYS = 60
SEASON_SHRINK = 0.84
GAP_SHRINK = 0.40
START_VARIANCE = 0.0117
PROMOTED_LOSES = 0.204
RELEGATED_GAINS = 0.160
NEWCOMER_LOSES = 0.06
LEVEL_GAIN = 0.0006
HOME_GAIN = 0.0018
START_LEVEL = math.log(1.35)
START_HOME_ADVANTAGE = 0.27
LEARNING_MATCHES = 60
"""A new division's level is the mean of its first matches; the start value counts as this many."""

COLUMNS = (
    "expected_home_goals",
    "expected_away_goals",
    "attack_home",
    "defence_home",
    "attack_away",
    "defence_away",
    "strength_variance",
)


@dataclass(slots=True)
class Strength:
    """One club: log strengths, their variances, and when and where it last played."""

    attack: float
    defence: float
    attack_variance: float
    defence_variance: float
    day: int
    season: int
    tier: int


@dataclass(slots=True)
class Level:
    """One division: log goals a club and match, log home advantage, and the running means of its
    statistics.
    """

    level: float = START_LEVEL
    home_advantage: float = START_HOME_ADVANTAGE
    count: int = 0
    means: RunningMeans = field(default_factory=RunningMeans)


@dataclass
class GoalFilter:
    """The filter while it is replayed; `rows` holds the numbers of COLUMNS a row."""

    history: History
    clubs: dict[str, Strength] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    rows: list[tuple[float, ...]] = field(default_factory=list)

    def predict(self, row: int) -> None:
        """Note expected goals and strengths before the row's day."""
        home, away = (
            self._entering(self.history.home_id[row], row),
            self._entering(self.history.away_id[row], row),
        )
        expected = self._expected(home, away, row)
        variance = home.attack_variance + home.defence_variance + away.attack_variance + away.defence_variance
        self.rows.append((*expected, home.attack, home.defence, away.attack, away.defence, variance))

    def learn(self, row: int) -> None:
        """Move the strengths of both clubs and the level of the division by a played row."""
        home, away = (
            self._entering(self.history.home_id[row], row),
            self._entering(self.history.away_id[row], row),
        )
        level = self.levels.setdefault(self.history.division[row], Level())
        expected = self._expected(home, away, row)
        factor = red_card_factor(self.history, row)
        surprises = []
        for attacker, defender, is_home in ((home, away, True), (away, home, False)):
            numbers = counted(self.history, row, is_home)
            observed, noise = blended(numbers, level.means)
            mean = expected[0 if is_home else 1]
            _update(attacker, defender, observed, mean, noise * factor)
            surprises.append(observed - mean)
            for name, value in numbers.items():
                level.means.add(name, value)
        _move_level(level, expected, surprises)
        self.clubs[self.history.home_id[row]], self.clubs[self.history.away_id[row]] = home, away

    def _expected(self, home: Strength, away: Strength, row: int) -> tuple[float, float]:
        level = self.levels.get(self.history.division[row]) or Level()
        base, half = level.level, level.home_advantage / 2
        return (
            math.exp(base + half + home.attack - away.defence),
            math.exp(base - half + away.attack - home.defence),
        )

    def _entering(self, club_id: str, row: int) -> Strength:
        day, season, tier = self.history.day[row], self.history.season[row], self.history.tier[row]
        known = self.clubs.get(club_id)
        if known is None:
            return Strength(
                -NEWCOMER_LOSES, -NEWCOMER_LOSES, START_VARIANCE, START_VARIANCE, day, season, tier
            )
        club = replace(known)
        if season > club.season:
            _turn_season(club, season, tier)
        growth = DAILY_VARIANCE * min(max(day - club.day, 0), MOST_DAYS)
        club.attack_variance += growth
        club.defence_variance += DEFENCE_GROWTH * growth
        club.day = max(day, club.day)
        return club


def _turn_season(club: Strength, season: int, tier: int) -> None:
    shrink = SEASON_SHRINK if season == club.season + 1 else GAP_SHRINK
    climbed = club.tier - tier
    shift = -PROMOTED_LOSES * climbed if climbed > 0 else -RELEGATED_GAINS * climbed
    club.attack = shrink * club.attack + shift
    club.defence = shrink * club.defence + shift
    club.attack_variance += SEASON_VARIANCE
    club.defence_variance += DEFENCE_GROWTH * SEASON_VARIANCE
    club.season, club.tier = season, tier


def _update(attacker: Strength, defender: Strength, observed: float, mean: float, noise: float) -> None:
    spread = noise + mean * (attacker.attack_variance + defender.defence_variance)
    surprise = observed - mean
    attacker.attack += attacker.attack_variance / spread * surprise
    defender.defence -= defender.defence_variance / spread * surprise
    attacker.attack_variance *= 1 - attacker.attack_variance * mean / spread
    defender.defence_variance *= 1 - defender.defence_variance * mean / spread


def _move_level(level: Level, expected: tuple[float, float], surprises: list[float]) -> None:
    level.count += 1
    early = 1 / ((level.count + LEARNING_MATCHES) * (expected[0] + expected[1]))
    level.level += max(LEVEL_GAIN, early) * (surprises[0] + surprises[1])
    level.home_advantage += max(HOME_GAIN, 2 * early) * (surprises[0] - surprises[1])


def filter_features(history: History) -> pd.DataFrame:
    """Return the numbers of COLUMNS before each row; goals are expectations in goals, strengths are logs."""
    goal_filter = GoalFilter(history)
    replay(history, goal_filter.predict, goal_filter.learn)
    return pd.DataFrame(goal_filter.rows, columns=list(COLUMNS), dtype="float64")
