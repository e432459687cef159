"""Elo ratings with goal margin, one scale for the divisions of a country.

The expected score is 1 / (1 + 10^(-(difference + home advantage) / 400)) (Elo 1978); the step grows with
the goal difference (Hvattum and Arntzen, International Journal of Forecasting 26, 2010). A club starts at
the level of its tier and is drawn back to it at every new season, which also carries promotion and
relegation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.features.compiled import compiled
from pipeline.features.history import Floats, History, Ints

HOME_ADVANTAGE = 60.0
TOP_LEVEL = 1500.0
TIER_GAP = 120.0
NEWCOMER_GAP = 40.0
SEASON_SHRINK = 0.10
NEVER = -1


class Steps(NamedTuple):
    """How far one match moves a rating: `step` points times (1 + goal difference) ** `margin_power`."""

    step: float
    margin_power: float


MAIN = Steps(14.0, 0.35)
FAST = Steps(30.0, 0.20)
SLOW = Steps(7.0, 0.35)


@compiled
def expected_score(difference: float) -> float:
    """Return the score expected of the better by `difference` points: 1 a win, 0.5 a draw."""
    return float(1 / (1 + 10 ** (-difference / 400)))


def elo_features(history: History) -> pd.DataFrame:
    """Return `elo_home`, `elo_away`, their difference (home minus away, without home advantage), and that of
    a faster and a slower rating, a row."""
    main, _ = ratings_of(history, MAIN)
    columns = {"elo_home": main[:, 0], "elo_away": main[:, 1], "elo_difference": main[:, 0] - main[:, 1]}
    for name, steps in (("fast", FAST), ("slow", SLOW)):
        other, _ = ratings_of(history, steps)
        columns[f"elo_{name}_difference"] = other[:, 0] - other[:, 1]
    return pd.DataFrame(columns, dtype="float64")


def ratings_of(history: History, steps: Steps) -> tuple[Floats, Floats]:
    """Return (n, 2) ratings of home and away before each row, and (clubs,) ratings after the last one.

    A club that never played has no last rating (NaN).
    """
    goals = history.counts["goals"]
    return _walk(
        history.events,
        np.column_stack([history.home, history.away]),
        np.column_stack([history.division, history.season, history.tier]),
        goals[:, 0] - goals[:, 1],
        steps,
        np.full(len(history.clubs), np.nan),
        np.full(len(history.clubs), NEVER, dtype=np.int64),
        np.full(len(history.divisions), NEVER, dtype=np.int64),
    )


@compiled
def _walk(
    events: Ints,
    clubs: Ints,
    places: Ints,
    margins: Floats,
    steps: Steps,
    ratings: Floats,
    last_seasons: Ints,
    first_seasons: Ints,
) -> tuple[Floats, Floats]:
    out = np.full(clubs.shape, np.nan)
    for event in events:
        row = event if event >= 0 else ~event
        one, two = clubs[row]
        division, season, tier = places[row]
        first = first_seasons[division]
        home = _entering(ratings[one], last_seasons[one], first, season, tier)
        away = _entering(ratings[two], last_seasons[two], first, season, tier)
        if event >= 0:
            out[row, 0], out[row, 1] = home, away
            continue
        margin = margins[row]
        score = 0.5 if margin == 0 else (1.0 if margin > 0 else 0.0)
        surprise = score - expected_score(home - away + HOME_ADVANTAGE)
        change = steps.step * (1 + abs(margin)) ** steps.margin_power * surprise
        ratings[one], ratings[two] = home + change, away - change
        last_seasons[one] = last_seasons[two] = season
        if first == NEVER:
            first_seasons[division] = season
    return out, ratings


@compiled
def _entering(rating: float, last_season: int, first_season: int, season: int, tier: int) -> float:
    """Return a club's rating as it enters a row: after the season shrink, or at its first level."""
    level = TOP_LEVEL - TIER_GAP * (tier - 1)
    if last_season == NEVER:
        is_founder = first_season in (NEVER, season) or first_season > season
        return level if is_founder else level - NEWCOMER_GAP
    return rating + SEASON_SHRINK * (level - rating) if season > last_season else rating
