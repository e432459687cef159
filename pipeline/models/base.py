"""What every forecaster family can do, and the few steps they share. No family is named here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.errors import ModelError, NotFitted
from pipeline.domain.outcomes import SIDES

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DAYS_A_YEAR = 365.25


class Forecaster(Protocol):
    """One model family: fitted on played rows of the feature table, asked about any of its rows."""

    family: str

    def fit(self, features: pd.DataFrame) -> Self:
        """Fit on the rows that have an outcome and return the forecaster.

        Raises ModelError where the rows are too few or the solver finds no answer.
        """
        ...

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return (n, 3) probabilities of HOME, DRAW, AWAY; each row sums to 1 or is NaN where there is no
        answer.

        Raises NotFitted before `fit`.
        """
        ...

    def state(self) -> dict[str, Any]:
        """Return all that `restore` needs to forecast the same, as JSON-able values."""
        ...


def known_params(
    family: str, params: Mapping[str, Any] | None, defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the defaults with what `params` says in their place.

    Raises ModelError for a parameter that the family does not have.
    """
    unknown = sorted(set(params or {}) - set(defaults))
    if unknown:
        known = ", ".join(sorted(defaults)) or "none"
        raise ModelError(family, f"unknown parameters {', '.join(unknown)}; it has {known}")
    return {**defaults, **(params or {})}


def played_rows(family: str, features: pd.DataFrame, least: int = 30) -> pd.DataFrame:
    """Return the rows with an outcome.

    Raises ModelError where there are fewer than `least` or one outcome never happened.
    """
    played = features[features["outcome"].notna()]
    if len(played) < least:
        raise ModelError(family, f"only {len(played)} matches to learn from, {least} are needed")
    if played["outcome"].nunique() < len(SIDES):
        raise ModelError(family, "one of the three outcomes never happened in the matches to learn from")
    return played


def decay_weights(kick_off_at: pd.Series, half_life_years: float) -> Numbers:
    """Return a weight in (0, 1] a row: halved every `half_life_years` before the last kick-off."""
    age = (kick_off_at.max() - kick_off_at).dt.total_seconds().to_numpy(dtype="float64") / 86400
    weights: Numbers = np.exp2(-age / (DAYS_A_YEAR * half_life_years))
    return weights


def softmax(log_odds: Numbers) -> Numbers:
    """Return (n, 3) probabilities from (n, 3) logs known up to a constant a row."""
    shifted = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    probabilities: Numbers = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def complete(shares: Numbers) -> Flags:
    """Tell for each row of (n, 3) whether all three numbers are there."""
    flags: Flags = np.asarray(np.isfinite(shares).all(axis=1), dtype=np.bool_)
    return flags


def market_of(features: pd.DataFrame) -> Numbers:
    """Return the (n, 3) early market probabilities, NaN without a price."""
    shares: Numbers = features[[f"market_{side}" for side in SIDES]].to_numpy(dtype="float64")
    return shares


def unfitted(family: str) -> NotFitted:
    """Return the error of a forecaster that was asked before it was fitted."""
    return NotFitted(family, "asked for a forecast before it was fitted")
