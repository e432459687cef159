"""The league table before a match: positions, how much of the season is played, and what is still at stake.

Only results of earlier days are read. How many clubs and rounds a season has is taken from the clubs that
have played in it and from the division's last seasons, never from rows still to come; a division's first
season counts as a double round robin. Stakes are switched on over a club's last eight rounds: a place is out
of reach where its gap is more than three points a round left. Places at the title, the upper third (Europe
or promotion) and the relegation line are lines; play-offs and splits are not known here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.features.compiled import compiled
from pipeline.features.history import Floats, History, Ints

LATE_ROUNDS = 8
UPPER_SHARE, RELEGATED_SHARE = 0.30, 0.15
EARLY_MATCHES = 6
"""Until a club has played this many, a season is taken to have at least the clubs of the last one."""
SEASONS_BACK = 3
FAR = 2.0
"""The distance to a line, in what can still be won, is told up to this."""

NAMES = (
    "table_position_home",
    "table_position_away",
    "phase",
    "stakes_dead_difference",
    "stakes_dead_sum",
    "stakes_nearest_home",
    "stakes_nearest_away",
    "stakes_relegation_home",
    "stakes_relegation_away",
    "stakes_relegation_fight_difference",
    "stakes_last_round",
)
# An entry's standing is its matches, points, goal difference and goals for.


def table_features(history: History, supremacy: Floats) -> pd.DataFrame:
    """Return the numbers of NAMES before each row, and `stakes_supremacy_late`.

    supremacy: (n,) log of expected home over expected away goals. Positions count from 1 and are NaN before
    a club's first match of the season.
    """
    entries = np.column_stack([history.home_entry, history.away_entry])
    firsts, former = _seasons(history, entries)
    out = _walk(
        history.events,
        entries,
        history.division_season,
        firsts,
        former,
        history.counts["goals"],
        np.zeros((int(firsts[-1]), 4)),
    )
    columns = pd.DataFrame(out[:, : len(NAMES)], columns=list(NAMES))
    return columns.assign(stakes_supremacy_late=out[:, len(NAMES)] * supremacy)


def _seasons(history: History, entries: Ints) -> tuple[Ints, Ints]:
    """Return where the entries of each division season begin, and which season of its division came before.

    No former season is -1.
    """
    count = int(history.division_season.max(initial=-1)) + 1
    firsts = np.zeros(count + 1, dtype=np.int64)
    owner = np.zeros(int(entries.max(initial=-1)) + 1, dtype=np.int64)
    owner[entries] = history.division_season[:, None]
    firsts[1:] = np.cumsum(np.bincount(owner, minlength=count))
    division = np.zeros(count, dtype=np.int64)
    division[history.division_season] = history.division
    former = np.arange(count, dtype=np.int64) - 1
    former[1:][division[1:] != division[:-1]] = -1
    return firsts, former


@compiled
def _walk(
    events: Ints, entries: Ints, seasons: Ints, firsts: Ints, former: Ints, goals: Floats, table: Floats
) -> Floats:
    out = np.zeros((len(entries), len(NAMES) + 1))
    for event in events:
        row = event if event >= 0 else ~event
        season = seasons[row]
        if event < 0:
            _add(table[entries[row, 0]], goals[row, 0], goals[row, 1])
            _add(table[entries[row, 1]], goals[row, 1], goals[row, 0])
            continue
        clubs, rounds = _size(table, firsts, former, season)
        own = table[firsts[season] : firsts[season + 1]]
        home, away = entries[row, 0] - firsts[season], entries[row, 1] - firsts[season]
        out[row, 0], out[row, 1] = _position(own, home), _position(own, away)
        out[row, 2] = min((own[home, 0] + own[away, 0]) / (2 * rounds), 1.0)
        left_home, left_away = max(rounds - own[home, 0], 1.0), max(rounds - own[away, 0], 1.0)
        if min(left_home, left_away) <= LATE_ROUNDS:
            _tell_stakes(own, home, away, clubs, left_home, left_away, out[row])
    return out


@compiled
def _add(standing: Floats, goals: float, conceded: float) -> None:
    standing[0] += 1
    standing[1] += 3.0 if goals > conceded else (1.0 if goals == conceded else 0.0)
    standing[2] += goals - conceded
    standing[3] += goals


@compiled
def _size(table: Floats, firsts: Ints, former: Ints, season: int) -> tuple[int, float]:
    """Return how many clubs and rounds the season has, as far as that is known before the match."""
    clubs, most = _played(table[firsts[season] : firsts[season + 1]])
    rounds_a_rival = 0.0
    before = former[season]
    for back in range(SEASONS_BACK):
        if before < 0:
            break
        then, most_then = _played(table[firsts[before] : firsts[before + 1]])
        if back == 0 and most < EARLY_MATCHES:
            clubs = max(clubs, then)
        if then > 1:
            rounds_a_rival = max(rounds_a_rival, most_then / (then - 1))
        before = former[before]
    rivals = max(clubs - 1, 1)
    rounds = np.round((rounds_a_rival if rounds_a_rival > 0 else 2.0) * rivals)
    return clubs, max(rounds, most + 1.0 if rounds_a_rival == 0 else 1.0)


@compiled
def _played(standings: Floats) -> tuple[int, float]:
    """Return how many clubs have played, and the most matches one of them has."""
    clubs, most = 0, 0.0
    for place in range(len(standings)):
        if standings[place, 0] > 0:
            clubs += 1
            most = max(most, standings[place, 0])
    return clubs, most


@compiled
def _position(standings: Floats, club: int) -> float:
    """Return the place from 1 by points, goal difference and goals; NaN before the first match."""
    if standings[club, 0] == 0:
        return np.nan
    ahead = 1.0
    for other in range(len(standings)):
        if standings[other, 0] > 0:
            ahead += _is_ahead(standings[other], standings[club])
    return ahead


@compiled
def _is_ahead(one: Floats, two: Floats) -> bool:
    for name in range(1, 4):
        if one[name] != two[name]:
            return bool(one[name] > two[name])
    return False


@compiled
def _tell_stakes(
    own: Floats, home: int, away: int, clubs: int, left_home: float, left_away: float, told: Floats
) -> None:
    points = np.sort(own[:, 1][own[:, 0] > 0])[::-1]
    relegated = max(int(np.round(RELEGATED_SHARE * clubs)), 1)
    if len(points) <= relegated + 2:
        return
    near_home, down_home, fight_home = _stakes(points, own[home, 1], relegated, left_home)
    near_away, down_away, fight_away = _stakes(points, own[away, 1], relegated, left_away)
    dead_home, dead_away = 1.0 if near_home > 1 else 0.0, 1.0 if near_away > 1 else 0.0
    told[3], told[4] = dead_home - dead_away, dead_home + dead_away
    told[5], told[6] = near_home, near_away
    told[7], told[8] = down_home, down_away
    told[9] = fight_home - fight_away
    told[10] = 1.0 if max(left_home, left_away) <= 1 else 0.0
    told[11] = (LATE_ROUNDS + 1 - min(left_home, left_away)) / LATE_ROUNDS


@compiled
def _stakes(points: Floats, mine: float, relegated: int, left: float) -> tuple[float, float, float]:
    """Return the distance to the nearest line in what can still be won, whether the club stands in a
    relegation place, and whether it can still fall into or out of one; all 0 before the last rounds.
    """
    if left > LATE_ROUNDS:
        return 0.0, 0.0, 0.0
    winnable = 3 * left
    upper = max(int(np.round(UPPER_SHARE * len(points))), 2)
    last_safe = len(points) - relegated - 1
    title = _gap(points, 0, mine) / winnable
    europe = _gap(points, upper - 1, mine) / winnable
    safety = _gap(points, last_safe, mine) / winnable
    is_down = 1.0 if mine < points[last_safe] else 0.0
    return min(title, europe, safety, FAR), is_down, 1.0 if safety <= 1 else 0.0


@compiled
def _gap(points: Floats, last_in: int, mine: float) -> float:
    """Return the points to the first club on the other side of the line below place `last_in`."""
    return float(mine - points[last_in + 1] if mine >= points[last_in] else points[last_in] - mine)
