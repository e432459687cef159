"""Our anchored family: the early market, corrected by a few shallow trees.

The market's log probabilities are the starting scores (`init_score`), so trees learn only what the price
lacks, and trees that find nothing leave the market as it is. Regularisation is strong on purpose: on
outcomes the market is hard to improve. Without an early price the family has no answer: past matches are
nearly all priced, so an unpriced answer would have no record of its own. Missing ratings or statistics are
left to the trees.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.models.base import (
    Numbers,
    complete,
    decay_weights,
    known_params,
    market_of,
    played_rows,
    softmax,
    unfitted,
)
from pipeline.models.explain import Contributions, split_of
from pipeline.models.grid import outcome_shares
from pipeline.models.inputs import Inputs, named, side_by_side
from pipeline.models.labels import early_ratios
from pipeline.models.logit import ratios_of
from pipeline.models.rating_inputs import group_of

FAMILY = "lightgbm"
DEFAULTS: dict[str, Any] = {
    "rounds": 120,
    "learning_rate": 0.03,
    "num_leaves": 4,
    "min_data_in_leaf": 300,
    "lambda_l2": 50.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "half_life_years": 6.0,
    "seed": 20260701,
    "num_threads": 1,
}
_CALIBRATION_RHO = -0.08
_TREE_SETTINGS = (
    "learning_rate",
    "num_leaves",
    "min_data_in_leaf",
    "lambda_l2",
    "feature_fraction",
    "bagging_fraction",
    "seed",
    "num_threads",
)
_INPUTS = (
    "expected_home_goals",
    "expected_away_goals",
    "strength_variance",
    "elo_difference",
    "form_points_home",
    "form_points_away",
    "form_goal_difference_home",
    "form_goal_difference_away",
    "rest_days_home",
    "rest_days_away",
    "season_matches_home",
    "tier",
)


class LightGbm:
    """Gradient-boosted corrections of the early market."""

    family = FAMILY

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.params = known_params(self.family, params, DEFAULTS)
        self.booster: Any = None

    def fit(self, features: pd.DataFrame) -> Self:
        """Grow the trees on the rows with an outcome and an early price."""
        import lightgbm

        priced = features[complete(market_of(features))]
        played = played_rows(self.family, priced)
        data = lightgbm.Dataset(
            _inputs(played).values,
            label=played["outcome"].to_numpy(dtype="float64"),
            weight=decay_weights(played["kick_off_at"], float(self.params["half_life_years"])),
            init_score=np.log(market_of(played)),
            free_raw_data=True,
        )
        self.booster = lightgbm.train(self._settings(), data, num_boost_round=int(self.params["rounds"]))
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the corrected market; NaN where a row has no early price."""
        if self.booster is None:
            raise unfitted(self.family)
        answers = np.full((len(features), 3), np.nan)
        market = market_of(features)
        is_priced = complete(market)
        if is_priced.any():
            threads = int(self.params["num_threads"])
            inputs = _inputs(features[is_priced]).values
            moves = self.booster.predict(inputs, raw_score=True, num_threads=threads)
            answers[is_priced] = softmax(np.log(market[is_priced]) + moves)
        return answers

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the split of the forecast of every row that has one: `explain.Contributions.frame`.

        The early market is a part of its own, over a base of equal chances; the rest is LightGBM's own split.
        """
        if self.booster is None:
            raise unfitted(self.family)
        answered = features[complete(market_of(features))]
        inputs = _inputs(answered)
        threads = int(self.params["num_threads"])
        split = np.asarray(self.booster.predict(inputs.values, pred_contrib=True, num_threads=threads))
        of_sides = split.reshape(len(answered), 3, -1)
        moves = np.stack([of_sides[:, side] - of_sides[:, 1] for side in (0, 2)], axis=2)
        start = Contributions(np.zeros(2), {"market": early_ratios(answered)})
        return start.plus(split_of(moves, inputs)).frame(answered)

    def state(self) -> dict[str, Any]:
        """Return parameters and trees, the trees as LightGBM's own text."""
        if self.booster is None:
            raise unfitted(self.family)
        return {"family": self.family, "params": self.params, "trees": self.booster.model_to_string()}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        import lightgbm

        forecaster = cls(state["params"])
        forecaster.booster = lightgbm.Booster(model_str=state["trees"])
        return forecaster

    def _settings(self) -> dict[str, Any]:
        fixed = {
            "objective": "multiclass",
            "num_class": 3,
            "boost_from_average": False,
            "bagging_freq": 1,
            "deterministic": True,
            "force_row_wise": True,
            "feature_pre_filter": False,
            "verbosity": -1,
        }
        return {**fixed, **{name: self.params[name] for name in _TREE_SETTINGS}}


def _inputs(features: pd.DataFrame) -> Inputs:
    """Return the trees' inputs: market log ratios, what the ratings say beyond them, and the plain inputs."""
    market = early_ratios(features)
    home = features["expected_home_goals"].to_numpy(dtype="float64")
    away = features["expected_away_goals"].to_numpy(dtype="float64")
    beyond = ratios_of(outcome_shares(home, away, _CALIBRATION_RHO)) - market
    strength = [beyond[:, 0], beyond[:, 1], beyond[:, 0] - beyond[:, 1]]
    return side_by_side(
        [
            named({"market_home": market[:, 0], "market_away": market[:, 1]}, "market"),
            named({f"beyond_{place}": column for place, column in enumerate(strength)}, "strength"),
            *(named({name: features[name]}, group_of(name)) for name in _INPUTS),
        ]
    )
