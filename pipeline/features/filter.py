"""Attack and defence strengths by a state-space Poisson filter, whatever is observed of a match.

Each club has an attack a and a defence d with variances and a small home deviation h, each division a
scoring level m and a home advantage g:

    log expected home goals = m + g/2 + h_home/2 + a_home - d_away
    log expected away goals = m - g/2 - h_home/2 + a_away - d_home

After a match each side's observation x moves the strengths in its line by the gain K = P / (noise + l S),
where l is the expectation and S the sum of their variances: the extended Kalman update of an over-dispersed
Poisson count with a log link (Fahrmeir 1992, JASA 87; football: Koopman and Lit 2015, JRSS A 178). Variances
grow with the days between matches and at a new season, when strengths also shrink and a promoted or
relegated club is shifted. A match may be observed twice, one after the other: by what the market thought of
it, and by what happened.

Prediction never changes a state: a fixture leaves no trace in the ratings of any other row.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from pipeline.features.compiled import compiled
from pipeline.features.history import Floats, History, Ints

START_LEVEL = math.log(1.35)
START_HOME_ADVANTAGE = 0.27
LEARNING_MATCHES = 60
"""A new division's level is the mean of its first matches; the start value counts as this many."""
MOST_DAYS = 60
GAP_SHRINK = 0.40
NEVER = -1

NUMBERS = (
    "log_home",
    "log_away",
    "attack_home",
    "defence_home",
    "attack_away",
    "defence_away",
    "strength_variance",
)
"""The columns of what `filtered` returns."""


class Speeds(NamedTuple):
    """How fast strengths move. Variances are of log strengths, the daily one per day between matches.

    promoted_loses, relegated_gains: log strength a tier, in attack and in defence. newcomer_loses: how far
    below its division's average an unknown club starts. level_gain, home_gain: share of a surprise in goals.
    most_variance: how far a variance grows where nothing is observed, as a multiple of the first.
    """

    daily_variance: float = 1.4e-5
    season_variance: float = 0.0018
    defence_growth: float = 1.7
    season_shrink: float = 0.84
    start_variance: float = 0.0117
    home_variance: float = 1e-4
    promoted_loses: float = 0.204
    relegated_gains: float = 0.160
    newcomer_loses: float = 0.06
    level_gain: float = 0.0006
    home_gain: float = 0.0018
    most_variance: float = 8.0


def filtered(
    history: History, speeds: Speeds, observed: tuple[Floats, ...], noises: tuple[Floats, ...]
) -> Floats:
    """Return (n, 7) the numbers of NUMBERS before each row.

    observed: one or two (n, 2) observations in goals, taken one after the other; NaN is no observation.
    noises: (n, 2) variance over the mean of each.
    """
    out = np.full((len(history), len(NUMBERS)), np.nan)
    _walk(
        history.events,
        np.column_stack([history.home, history.away]),
        np.column_stack([history.division, history.day, history.season, history.tier]),
        np.stack(observed),
        np.stack(noises),
        speeds,
        np.zeros((len(history.clubs), 5)),
        np.full((len(history.clubs), 3), NEVER, dtype=np.int64),
        _start_levels(len(history.divisions)),
        out,
    )
    return out


def _start_levels(count: int) -> Floats:
    """Return (count, 3): level, home advantage, matches seen."""
    return np.tile(np.array([START_LEVEL, START_HOME_ADVANTAGE, 0.0]), (count, 1))


# A club's state is attack, defence, variance of attack, variance of defence, home deviation; its visit is
# the day, season and tier of its last match. A row's place is division, day, season, tier.


@compiled
def _walk(
    events: Ints,
    clubs: Ints,
    places: Ints,
    observed: Floats,
    noises: Floats,
    speeds: Speeds,
    states: Floats,
    visits: Ints,
    levels: Floats,
    out: Floats,
) -> None:
    home, away = np.empty(5), np.empty(5)
    for event in events:
        row = event if event >= 0 else ~event
        place, level = places[row], levels[places[row, 0]]
        _enter(states[clubs[row, 0]], visits[clubs[row, 0]], place, speeds, home)
        _enter(states[clubs[row, 1]], visits[clubs[row, 1]], place, speeds, away)
        if event >= 0:
            log_home, log_away = _expect(level, home, away)
            out[row, 0], out[row, 1] = log_home, log_away
            out[row, 2], out[row, 3], out[row, 4], out[row, 5] = home[0], home[1], away[0], away[1]
            out[row, 6] = home[2] + home[3] + away[2] + away[3]
            continue
        is_first = True
        for turn in range(len(observed)):
            if not np.isnan(observed[turn, row, 0]):
                _learn(level, home, away, observed[turn, row], noises[turn, row], speeds, is_first)
                is_first = False
        for side in range(2):
            club = clubs[row, side]
            states[club] = home if side == 0 else away
            visits[club, 0] = max(place[1], visits[club, 0])
            visits[club, 1], visits[club, 2] = place[2], place[3]


@compiled
def _enter(state: Floats, visit: Ints, place: Ints, speeds: Speeds, entering: Floats) -> None:
    """Write the state with which a club enters a row, leaving its own as it was."""
    if visit[1] == NEVER:
        entering[0] = entering[1] = -speeds.newcomer_loses
        entering[2] = entering[3] = speeds.start_variance
        entering[4] = 0.0
        return
    entering[:] = state
    if place[2] > visit[1]:
        shrink = speeds.season_shrink if place[2] == visit[1] + 1 else GAP_SHRINK
        climbed = visit[2] - place[3]
        shift = -speeds.promoted_loses * climbed if climbed > 0 else -speeds.relegated_gains * climbed
        entering[0] = shrink * entering[0] + shift
        entering[1] = shrink * entering[1] + shift
        entering[2] += speeds.season_variance
        entering[3] += speeds.defence_growth * speeds.season_variance
        entering[4] *= shrink
    growth = speeds.daily_variance * min(max(place[1] - visit[0], 0), MOST_DAYS)
    most = speeds.most_variance * speeds.start_variance
    entering[2] = min(entering[2] + growth, most)
    entering[3] = min(entering[3] + speeds.defence_growth * growth, most)


@compiled
def _expect(level: Floats, home: Floats, away: Floats) -> tuple[float, float]:
    half = level[1] / 2 + home[4] / 2
    return level[0] + half + home[0] - away[1], level[0] - half + away[0] - home[1]


@compiled
def _learn(
    level: Floats,
    home: Floats,
    away: Floats,
    observed: Floats,
    noise: Floats,
    speeds: Speeds,
    moves_level: bool,
) -> None:
    """Move the strengths of both clubs, and the level of the division, by one observation."""
    log_home, log_away = _expect(level, home, away)
    of_home, of_away = math.exp(log_home), math.exp(log_away)
    home_surprise, away_surprise = observed[0] - of_home, observed[1] - of_away
    spread = noise[0] + of_home * (home[2] + away[3])
    home[4] += speeds.home_variance / (2 * spread) * (home_surprise - away_surprise)
    _absorb(home, away, home_surprise, of_home, noise[0])
    _absorb(away, home, away_surprise, of_away, noise[1])
    if moves_level:
        level[2] += 1
        early = 1 / ((level[2] + LEARNING_MATCHES) * (of_home + of_away))
        level[0] += max(speeds.level_gain, early) * (home_surprise + away_surprise)
        level[1] += max(speeds.home_gain, 2 * early) * (home_surprise - away_surprise)


@compiled
def _absorb(attacker: Floats, defender: Floats, surprise: float, mean: float, noise: float) -> None:
    spread = noise + mean * (attacker[2] + defender[3])
    attacker[0] += attacker[2] / spread * surprise
    defender[1] -= defender[3] / spread * surprise
    attacker[2] *= 1 - attacker[2] * mean / spread
    defender[3] *= 1 - defender[3] * mean / spread
