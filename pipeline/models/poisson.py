"""Our independent family: goals by a Poisson regression on the ratings, outcomes by the recalibrated grid.

1. One Poisson regression of goals on log expected goals of both sides and the Elo difference (statsmodels
   GLM; home and away goals are two rows of it, with an intercept each); weights halve every six years.
2. The correction of the lowest scores (rho) by maximum likelihood of the outcomes.
3. A multinomial logit on the grid's two log ratios and the ratings, since a raw grid is never calibrated.

It reads no price. Divisions enter through the goal filter's level and home advantage only, so an unseen
division and an unknown club get an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.domain.errors import NotConverged
from pipeline.models.base import Numbers, complete, decay_weights, known_params, played_rows, unfitted
from pipeline.models.explain import Contributions
from pipeline.models.grid import outcome_shares
from pipeline.models.logit import fit_logit, logit_ratios, logit_shares, ratios_of

FAMILY = "poisson"
DEFAULTS = {"half_life_years": 6.0}
RHO_RANGE = (-0.25, 0.15)
RIDGE = 1.0
_INPUTS = ["expected_home_goals", "expected_away_goals", "elo_difference"]


class Poisson:
    """Expected goals, score grid, recalibration."""

    family = FAMILY

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.params = known_params(self.family, params, DEFAULTS)
        self.goal_coefficients: Numbers | None = None
        self.rho = 0.0
        self.calibration: Numbers = np.zeros((0, 2))
        self.usual: Numbers = np.zeros(2)

    def fit(self, features: pd.DataFrame) -> Self:
        """Fit the three steps on the rows with an outcome."""
        played = played_rows(self.family, features)
        weights = decay_weights(played["kick_off_at"], float(self.params["half_life_years"]))
        self.goal_coefficients = _fit_goals(played, weights)
        outcomes = played["outcome"].to_numpy(dtype="float64")
        home, away = self.expected_goals(played)
        self.rho = _fit_rho(home, away, outcomes.astype(np.int64), weights)
        design = self._calibration_design(played)
        ridge = np.array([0.0] + [RIDGE] * (design.shape[1] - 1))
        self.calibration = fit_logit(design, outcomes, weights, ridge)
        self.usual = logit_ratios(design, self.calibration).mean(axis=0)
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the recalibrated outcomes; NaN where a row has no ratings."""
        if self.goal_coefficients is None:
            raise unfitted(self.family)
        answers = np.full((len(features), 3), np.nan)
        has_ratings = features[_INPUTS].notna().all(axis=1).to_numpy()
        if has_ratings.any():
            answers[has_ratings] = logit_shares(
                self._calibration_design(features[has_ratings]), self.calibration
            )
        return answers

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the split of the forecast of every row that has one: `explain.Contributions.frame`.

        All that the family reads are ratings: one part, over the log ratios of the average past match.
        """
        shares = self.forecast(features)
        known = complete(shares)
        parts = {"strength": ratios_of(shares[known]) - self.usual}
        return Contributions(self.usual, parts).frame(features[known])

    def expected_goals(self, features: pd.DataFrame) -> tuple[Numbers, Numbers]:
        """Return (n,) expected home and away goals of the regression."""
        if self.goal_coefficients is None:
            raise unfitted(self.family)
        means = np.exp(_goal_design(features) @ self.goal_coefficients)
        return means[: len(features)], means[len(features) :]

    def state(self) -> dict[str, Any]:
        """Return the numbers of the three steps."""
        if self.goal_coefficients is None:
            raise unfitted(self.family)
        return {
            "family": self.family,
            "params": self.params,
            "goal_coefficients": self.goal_coefficients.tolist(),
            "rho": self.rho,
            "calibration": self.calibration.tolist(),
            "usual": self.usual.tolist(),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        forecaster = cls(state["params"])
        forecaster.goal_coefficients = np.array(state["goal_coefficients"], dtype=np.float64)
        forecaster.rho = float(state["rho"])
        forecaster.calibration = np.array(state["calibration"], dtype=np.float64)
        forecaster.usual = np.array(state["usual"], dtype=np.float64)
        return forecaster

    def _calibration_design(self, features: pd.DataFrame) -> Numbers:
        home, away = self.expected_goals(features)
        shares = outcome_shares(home, away, self.rho)
        ratios = np.log(shares[:, [0, 2]] / shares[:, [1]])
        elo = features["elo_difference"].to_numpy(dtype="float64") / 400
        return np.column_stack([np.ones(len(features)), ratios, elo])


def _goal_design(features: pd.DataFrame) -> Numbers:
    own = np.log(features["expected_home_goals"].to_numpy(dtype="float64"))
    other = np.log(features["expected_away_goals"].to_numpy(dtype="float64"))
    elo = features["elo_difference"].to_numpy(dtype="float64") / 400
    ones, zeros = np.ones(len(features)), np.zeros(len(features))
    home = np.column_stack([ones, zeros, own, other, elo])
    away = np.column_stack([zeros, ones, other, own, -elo])
    return np.vstack([home, away])


def _fit_goals(played: pd.DataFrame, weights: Numbers) -> Numbers:
    # statsmodels.api would bring every model of the library, at four times the price
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    goals = np.concatenate(
        [played["home_goals"].to_numpy("float64"), played["away_goals"].to_numpy("float64")]
    )
    result = GLM(goals, _goal_design(played), family=Poisson(), var_weights=np.tile(weights, 2)).fit()
    if not result.converged or not np.isfinite(result.params).all():
        raise NotConverged(FAMILY, "the regression of goals found no answer")
    return np.asarray(result.params, dtype=np.float64)


def _fit_rho(home: Numbers, away: Numbers, outcomes: np.ndarray[Any, Any], weights: Numbers) -> float:
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(outcomes))

    def loss(rho: float) -> float:
        return -float(weights @ np.log(outcome_shares(home, away, rho)[rows, outcomes]))

    return float(minimize_scalar(loss, bounds=RHO_RANGE, method="bounded", options={"xatol": 1e-4}).x)
