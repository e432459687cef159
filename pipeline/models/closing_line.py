"""Where the line will close: the early market plus the move that is expected of it.

Taught by past moves, closing minus early log ratios, of the seasons that have both averages. The answer is
the mean of a ridge regression and boosted trees. Closing prices are labels of matches that are over; the
match that is forecast tells only its early prices. Without an early price there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.domain.errors import ModelError
from pipeline.models.anchored_inputs import anchored_inputs
from pipeline.models.base import Flags, Numbers, complete, decay_weights, known_params, market_of, unfitted
from pipeline.models.explain import Contributions, by_group
from pipeline.models.inputs import Scale
from pipeline.models.labels import closing_ratios, early_ratios
from pipeline.models.logit import shares_of
from pipeline.models.trees import PairOfTrees

FAMILY = "closing_line"
DEFAULTS: dict[str, float] = {
    "first_season": 2019,
    "ridge": 300.0,
    "rounds": 200,
    "learning_rate": 0.03,
    "min_data_in_leaf": 300,
    "half_life_years": 6.0,
}
"""`first_season`: closing averages begin there; earlier closing prices are of single books."""
LEAST_MATCHES = 100


class ClosingLine:
    """Early log ratios plus the expected move."""

    family = FAMILY

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.params = known_params(self.family, params, DEFAULTS)
        self.scale: Scale | None = None
        self.trees: PairOfTrees = PairOfTrees((None, None))
        self.intercept: Numbers = np.zeros(2)
        self.slopes: Numbers = np.zeros((0, 2))
        self.usual: Numbers = np.zeros(2)

    def fit(self, features: pd.DataFrame) -> Self:
        """Learn the moves of past matches that have an early and a closing price.

        Raises ModelError where there are fewer than 100.
        """
        closing = closing_ratios(features)
        taught = self.can_answer(features) & np.isfinite(closing).all(axis=1)
        taught &= (features["season"] >= self.params["first_season"]).to_numpy()
        if taught.sum() < LEAST_MATCHES:
            raise ModelError(self.family, f"only {taught.sum()} matches with both prices to learn from")
        rows = features[taught]
        early = early_ratios(rows)
        moves = closing[taught] - early
        weights = decay_weights(rows["kick_off_at"], float(self.params["half_life_years"]))
        inputs = anchored_inputs(rows)
        self.usual = early.mean(axis=0)
        self.scale = Scale.of(self.family, inputs)
        self._fit_ridge(self.scale.applied(inputs).values, moves, weights)
        settings = {name: self.params[name] for name in ("learning_rate", "min_data_in_leaf")}
        self.trees = PairOfTrees.grown(
            inputs, moves, weights, rounds=int(self.params["rounds"]), settings=settings
        )
        return self

    def can_answer(self, features: pd.DataFrame) -> Flags:
        """Tell which rows have an early price."""
        return complete(market_of(features))

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the expected closing line; NaN where a row has no early price."""
        if self.scale is None:
            raise unfitted(self.family)
        answers = np.full((len(features), 3), np.nan)
        asked = self.can_answer(features)
        if asked.any():
            rows = features[asked]
            inputs = anchored_inputs(rows)
            ridge = self.intercept + self.scale.applied(inputs).values @ self.slopes
            answers[asked] = shares_of(early_ratios(rows) + (ridge + self.trees.moves(inputs)) / 2)
        return answers

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the split of the forecast of every row that has one: `explain.Contributions.frame`."""
        answered = features[self.can_answer(features)]
        return self.explained(answered).frame(answered)

    def explained(self, features: pd.DataFrame) -> Contributions:
        """Return the split of the log ratios of rows that can be answered."""
        if self.scale is None:
            raise unfitted(self.family)
        inputs = anchored_inputs(features)
        ridge = Contributions(self.intercept, by_group(self.scale.applied(inputs), self.slopes))
        start = Contributions(self.usual, {"market": early_ratios(features) - self.usual})
        return start.plus(ridge.times(0.5)).plus(self.trees.explained(inputs).times(0.5))

    def state(self) -> dict[str, Any]:
        """Return parameters, regression and trees."""
        if self.scale is None:
            raise unfitted(self.family)
        return {
            "family": self.family,
            "params": self.params,
            "scale": self.scale.state(),
            "intercept": self.intercept.tolist(),
            "slopes": self.slopes.tolist(),
            "usual": self.usual.tolist(),
            "trees": self.trees.state(),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        forecaster = cls(state["params"])
        forecaster.scale = Scale.restored(state["scale"])
        for name in ("intercept", "slopes", "usual"):
            setattr(forecaster, name, np.array(state[name], dtype=np.float64))
        forecaster.trees = PairOfTrees.restored(state["trees"])
        return forecaster

    def _fit_ridge(self, values: Numbers, moves: Numbers, weights: Numbers) -> None:
        centre = weights @ values / weights.sum()
        mean = weights @ moves / weights.sum()
        weighted = weights[:, None] * (values - centre)
        curve = weighted.T @ (values - centre) + self.params["ridge"] * np.eye(values.shape[1])
        self.slopes = np.linalg.solve(curve, weighted.T @ (moves - mean))
        self.intercept = mean - centre @ self.slopes
