"""What the anchored families learn from: the early market, and what everything else says beyond it.

Each rating enters as its distance from the early market, so that a weight of zero means the market as it is.
A book is told by its distance from the average early price; a missing book or handicap counts as no distance,
so that a book's end moves nothing. Columns of the independent and memory settings enter as they are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.features.catalogue import feature_columns
from pipeline.models.inputs import Inputs, grid_ratios, named, side_by_side
from pipeline.models.labels import early_ratios
from pipeline.models.rating_inputs import GRIDS, group_of, pairs_of, rating_inputs

_GOALS_A_PROBABILITY = 4.0
"""Goals of handicap worth one of probability, near an even chance: 1 / density of a goal difference."""
_BOOK = "book_"


def anchored_inputs(features: pd.DataFrame) -> Inputs:
    """Return what a family that reads the early price learns from."""
    return side_by_side(
        [
            named(_market(features), "market"),
            named(_books(features), "books"),
            *(_distance(features, pair) for pair in pairs_of(feature_columns("memory"))),
            rating_inputs(features, "memory"),
        ]
    )


def _market(features: pd.DataFrame) -> dict[str, np.ndarray | pd.Series]:
    early = early_ratios(features)
    home, away = features["market_log_home_goals"], features["market_log_away_goals"]
    handicap = _GOALS_A_PROBABILITY * (features["market_handicap_home"] - 0.5)
    handicap = handicap - features["market_handicap_line"]
    weekday = features["kick_off_at"].dt.day_of_week
    return {
        "early_ratio_home": early[:, 0],
        "early_ratio_away": early[:, 1],
        "early_imbalance": np.abs(early[:, 0] - early[:, 1]),
        "early_total": home + away,
        "early_over25": features["market_over25"],
        "handicap_distance": (handicap - (np.exp(home) - np.exp(away))).fillna(0.0),
        "weekday": weekday,
    }


def _books(features: pd.DataFrame) -> dict[str, np.ndarray | pd.Series]:
    names = [name for name in feature_columns("anchored") if name.startswith(_BOOK)]
    return {name: features[name].fillna(0.0) for name in names}


def _distance(features: pd.DataFrame, pair: str) -> Inputs:
    """Return how far a rating is from the early market, on the scale of outcomes or of goals."""
    if pair in GRIDS:
        beyond = grid_ratios(features, pair) - early_ratios(features)
        columns = {f"{pair}_beyond_home": beyond[:, 0], f"{pair}_beyond_away": beyond[:, 1]}
    else:
        home = features[f"{pair}_log_home"] - features["market_log_home_goals"]
        away = features[f"{pair}_log_away"] - features["market_log_away_goals"]
        columns = {f"{pair}_beyond_home": home.to_numpy(), f"{pair}_beyond_away": away.to_numpy()}
    return named(columns, group_of(f"{pair}_log_home"))
