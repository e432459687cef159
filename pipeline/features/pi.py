"""Pi-ratings: what a club scores beyond its opponent at home and away, in goals on a logarithmic scale.

A club has a rating R for its home and one for its away matches. The goal difference expected against an
average club is 10^(|R| / 3) - 1 with the sign of R; that of a match is the home club's at home minus the
away club's away. The error e between expected and observed difference counts as 3 log10(1 + e): both ratings
of the match move by the learning rate times it, the clubs' other ratings by a share of that (Constantinou
and Fenton, Journal of Quantitative Analysis in Sports 9, 2013; their rates 0.035 and 0.7).

The paper rates one division. Ours is one scale for a country: a club starts at the level of its tier, which
is our addition.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.features.compiled import compiled
from pipeline.features.history import Floats, History, Ints

BASE, SCALE = 10.0, 3.0
LEARNING_RATE = 0.035
OTHER_VENUE = 0.7
TIER_GAP = 0.6


def pi_features(history: History) -> pd.DataFrame:
    """Return `pi_difference`, the goal difference expected of each row, in goals."""
    goals = history.counts["goals"]
    expected = _walk(
        history.events,
        np.column_stack([history.home, history.away]),
        history.tier,
        goals[:, 0] - goals[:, 1],
        np.full((len(history.clubs), 2), np.nan),
    )
    return pd.DataFrame({"pi_difference": expected})


@compiled
def expected_against_average(rating: float) -> float:
    """Return the goal difference expected of a rating against an average club."""
    size = BASE ** (abs(rating) / SCALE) - 1
    return float(size if rating >= 0 else -size)


@compiled
def moved(home: Floats, away: Floats, observed: float) -> None:
    """Move the ratings (home venue, away venue) of both clubs by an observed goal difference."""
    error = observed - (expected_against_average(home[0]) - expected_against_average(away[1]))
    size = SCALE * np.log10(1 + abs(error))
    change = LEARNING_RATE * (size if error > 0 else -size)
    home[0] += change
    home[1] += OTHER_VENUE * change
    away[1] -= change
    away[0] -= OTHER_VENUE * change


@compiled
def _walk(events: Ints, clubs: Ints, tiers: Ints, margins: Floats, ratings: Floats) -> Floats:
    out = np.full(len(margins), np.nan)
    start = np.empty(2)
    for event in events:
        row = event if event >= 0 else ~event
        home, away = ratings[clubs[row, 0]], ratings[clubs[row, 1]]
        start[:] = -TIER_GAP * (tiers[row] - 1)
        if event >= 0:
            at_home = start[0] if np.isnan(home[0]) else home[0]
            on_tour = start[1] if np.isnan(away[1]) else away[1]
            out[row] = expected_against_average(at_home) - expected_against_average(on_tour)
            continue
        if np.isnan(home[0]):
            home[:] = start
        if np.isnan(away[0]):
            away[:] = start
        moved(home, away, margins[row])
    return out
