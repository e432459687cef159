"""The filter's formula once more, in plain Python: slow, and written apart from it on purpose."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from pipeline.features.filter import Speeds
from pipeline.features.history import Floats, History


@dataclass
class Club:
    """Log strengths, their variances, home deviation, and when and where it last played."""

    attack: float
    defence: float
    attack_variance: float
    defence_variance: float
    home_deviation: float
    day: int
    season: int
    tier: int


def expected_by_python(
    history: History, speeds: Speeds, observed: list[Floats], noises: list[Floats]
) -> Floats:
    """Return (n, 2) logs of expected goals, as `filtered` does."""
    clubs: dict[int, Club] = {}
    levels: dict[int, list[float]] = {}
    out = np.full((len(history), 2), np.nan)
    for event in history.events.tolist():
        row = event if event >= 0 else -1 - event
        level = levels.get(int(history.division[row])) or [math.log(1.35), 0.27, 0.0]
        home, away = (
            _entering(clubs.get(int(side[row])), history, row, speeds)
            for side in (history.home, history.away)
        )
        if event >= 0:
            out[row] = _logs(level, home, away)
            continue
        is_first = True
        for seen, noise in zip(observed, noises, strict=True):
            if math.isnan(seen[row, 0]):
                continue
            means = [math.exp(each) for each in _logs(level, home, away)]
            beyond = [float(seen[row, side]) - means[side] for side in (0, 1)]
            spread = noise[row, 0] + means[0] * (home.attack_variance + away.defence_variance)
            home.home_deviation += 0.5 * speeds.home_variance / spread * (beyond[0] - beyond[1])
            for attacker, defender, side in ((home, away, 0), (away, home, 1)):
                spread = noise[row, side] + means[side] * (
                    attacker.attack_variance + defender.defence_variance
                )
                attacker.attack += attacker.attack_variance / spread * beyond[side]
                defender.defence -= defender.defence_variance / spread * beyond[side]
                attacker.attack_variance -= attacker.attack_variance**2 * means[side] / spread
                defender.defence_variance -= defender.defence_variance**2 * means[side] / spread
            if is_first:
                level = [level[0], level[1], level[2] + 1]
                early = 1 / ((level[2] + 60) * sum(means))
                level[0] += max(speeds.level_gain, early) * sum(beyond)
                level[1] += max(speeds.home_gain, 2 * early) * (beyond[0] - beyond[1])
            is_first = False
        levels[int(history.division[row])] = level
        clubs[int(history.home[row])], clubs[int(history.away[row])] = home, away
    return out


def _logs(level: list[float], home: Club, away: Club) -> tuple[float, float]:
    half = level[1] / 2 + home.home_deviation / 2
    return level[0] + half + home.attack - away.defence, level[0] - half + away.attack - home.defence


def _entering(known: Club | None, history: History, row: int, speeds: Speeds) -> Club:
    day, season, tier = (int(column[row]) for column in (history.day, history.season, history.tier))
    if known is None:
        low, wide = -speeds.newcomer_loses, speeds.start_variance
        return Club(low, low, wide, wide, 0.0, day, season, tier)
    club = replace(known)
    if season > club.season:
        shrink = speeds.season_shrink if season == club.season + 1 else 0.40
        climbed = club.tier - tier
        shift = -speeds.promoted_loses * climbed if climbed > 0 else -speeds.relegated_gains * climbed
        club.attack, club.defence = shrink * club.attack + shift, shrink * club.defence + shift
        club.home_deviation *= shrink
        club.attack_variance += speeds.season_variance
        club.defence_variance += speeds.defence_growth * speeds.season_variance
        club.season = season
    club.tier = tier
    growth = speeds.daily_variance * min(max(day - club.day, 0), 60)
    most = speeds.most_variance * speeds.start_variance
    club.attack_variance = min(club.attack_variance + growth, most)
    club.defence_variance = min(club.defence_variance + speeds.defence_growth * growth, most)
    club.day = max(club.day, day)
    return club
