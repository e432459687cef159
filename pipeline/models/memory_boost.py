"""Trees taught by the closing market of past matches: what it knew beyond the rating from past prices.

The label of a past match is its closing log ratios minus those of the rating's score grid; a closing price is
far less noisy than an outcome, so the trees learn more from the same matches. Closing prices are labels of
matches that are over, never inputs of the match that is forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.domain.errors import ModelError
from pipeline.models.base import Flags, Numbers, decay_weights, known_params, unfitted
from pipeline.models.explain import Contributions
from pipeline.models.inputs import Inputs, grid_ratios
from pipeline.models.labels import closing_ratios
from pipeline.models.logit import shares_of
from pipeline.models.rating_inputs import has_rating, rating_inputs
from pipeline.models.trees import SETTINGS, PairOfTrees

FAMILY = "memory_boost"
_TREE_SETTINGS = ("learning_rate", "num_leaves", "min_data_in_leaf", "lambda_l2", "feature_fraction")
DEFAULTS: dict[str, float] = {
    "rounds": 230,
    "half_life_years": 6.0,
    "seasons": 12,
    **{name: SETTINGS[name] for name in _TREE_SETTINGS},
}
LEAST_MATCHES = 100
_RATING = "past_odds"


class MemoryBoost:
    """Boosted corrections of the rating from past prices."""

    family = FAMILY

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.params = known_params(self.family, params, DEFAULTS)
        self.trees: PairOfTrees | None = None
        self.usual: Numbers = np.zeros(2)

    def fit(self, features: pd.DataFrame) -> Self:
        """Grow the trees on past matches that have a closing price.

        Raises ModelError where there are fewer than 100.
        """
        closing = closing_ratios(features)
        recent = (features["season"] > features["season"].max() - self.params["seasons"]).to_numpy()
        taught = recent & self.can_answer(features) & np.isfinite(closing).all(axis=1)
        if taught.sum() < LEAST_MATCHES:
            raise ModelError(self.family, f"only {taught.sum()} matches with a closing price to learn from")
        rows = features[taught]
        start = grid_ratios(rows, _RATING)
        self.usual = start.mean(axis=0)
        self.trees = PairOfTrees.grown(
            self.inputs(rows),
            closing[taught] - start,
            decay_weights(rows["kick_off_at"], float(self.params["half_life_years"])),
            rounds=int(self.params["rounds"]),
            settings={name: self.params[name] for name in _TREE_SETTINGS},
        )
        return self

    def inputs(self, features: pd.DataFrame) -> Inputs:
        """Return every column of the independent and the memory setting."""
        return rating_inputs(features, "memory")

    def can_answer(self, features: pd.DataFrame) -> Flags:
        """Tell which rows have the rating from past prices."""
        return has_rating(features, _RATING)

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the corrected rating; NaN where a row has no rating from past prices."""
        if self.trees is None:
            raise unfitted(self.family)
        answers = np.full((len(features), 3), np.nan)
        asked = self.can_answer(features)
        if asked.any():
            rows = features[asked]
            answers[asked] = shares_of(grid_ratios(rows, _RATING) + self.trees.moves(self.inputs(rows)))
        return answers

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the split of the forecast of every row that has one: `explain.Contributions.frame`."""
        answered = features[self.can_answer(features)]
        return self.explained(answered).frame(answered)

    def explained(self, features: pd.DataFrame) -> Contributions:
        """Return the split of the log ratios of rows that can be answered."""
        if self.trees is None:
            raise unfitted(self.family)
        start = Contributions(self.usual, {"past prices": grid_ratios(features, _RATING) - self.usual})
        return start.plus(self.trees.explained(self.inputs(features)))

    def state(self) -> dict[str, Any]:
        """Return parameters and trees."""
        if self.trees is None:
            raise unfitted(self.family)
        return {
            "family": self.family,
            "params": self.params,
            "usual": self.usual.tolist(),
            "trees": self.trees.state(),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        forecaster = cls(state["params"])
        forecaster.usual = np.array(state["usual"], dtype=np.float64)
        forecaster.trees = PairOfTrees.restored(state["trees"])
        return forecaster
