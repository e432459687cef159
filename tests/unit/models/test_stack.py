"""Weights of a blend: found where components had not looked, usual where nothing could be held out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError, NotFitted
from pipeline.models.base import Numbers
from pipeline.models.explain import Contributions
from pipeline.models.logit import shares_of
from pipeline.models.stack import Stack, fit_weights

_RANDOM = np.random.default_rng(11)
_GAINS = _RANDOM.normal(0, 0.6, size=(20_000, 2, 2))
_START = _RANDOM.normal(0, 0.5, size=(20_000, 2))


def _drawn(weights: list[float]) -> Numbers:
    shares = shares_of(_START + np.einsum("nmj,m->nj", _GAINS, np.array(weights)))
    return (_RANDOM.random(len(shares))[:, None] > shares.cumsum(axis=1)).sum(axis=1).astype(np.float64)


def test_weights_that_made_the_outcomes_are_found() -> None:
    outcomes = _drawn([0.7, 0.2])
    assert fit_weights(_GAINS, outcomes, _START, np.zeros(2), 0.0) == pytest.approx([0.7, 0.2], abs=0.06)


def test_the_ridge_draws_to_the_usual_weights() -> None:
    outcomes = _drawn([0.7, 0.2])
    pulled = fit_weights(_GAINS, outcomes, _START, np.array([0.1, 0.9]), 1e9)
    assert pulled == pytest.approx([0.1, 0.9], abs=1e-3)


def test_the_slope_is_zero_at_the_answer() -> None:
    outcomes = _drawn([0.5, 0.5])
    weights = fit_weights(_GAINS, outcomes, _START, np.array([0.4, 0.6]), 10.0)
    shares = shares_of(_START + np.einsum("nmj,m->nj", _GAINS, weights))[:, [0, 2]]
    hits = np.stack([outcomes == 0, outcomes == 2], axis=1)
    slope = np.einsum("nmj,nj->m", _GAINS, hits - shares) - 10.0 * (weights - [0.4, 0.6])
    assert slope == pytest.approx([0, 0], abs=1e-6)


class Fixed:
    """A component that says one log ratio for home, and remembers the last day it was shown."""

    family = "fixed"
    shown: list[pd.Timestamp]
    least = 10

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        del params

    def fit(self, features: pd.DataFrame) -> Self:
        if len(features) < self.least:
            raise ModelError(self.family, "too few")
        type(self).shown.append(features["kick_off_at"].max())
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        return shares_of(np.tile([0.3, 0.0], (len(features), 1)))

    def explained(self, features: pd.DataFrame) -> Contributions:
        return Contributions(np.zeros(2), {"strength": np.tile([0.3, 0.0], (len(features), 1))})

    def state(self) -> dict[str, Any]:
        return {}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        del state
        return cls()


class Pair(Stack):
    family = "pair"
    components = {"one": (Fixed, Fixed.restored), "two": (Fixed, Fixed.restored)}  # noqa: RUF012
    usual_weights = (0.5, 0.5)


@pytest.fixture(autouse=True)
def fresh() -> None:
    Fixed.shown, Fixed.least = [], 10


def _rows(days: int) -> pd.DataFrame:
    at = pd.date_range("2022-01-01T15:00Z", periods=days, freq="D")
    outcomes = np.arange(days) % 3
    return pd.DataFrame(
        {
            "kick_off_at": at,
            "outcome": outcomes.astype("float64"),
            "match_id": [f"m{day}" for day in range(days)],
        }
    )


def test_components_are_judged_on_years_they_had_not_seen() -> None:
    rows = _rows(1200)
    Pair({"years_held_out": 2}).fit(rows)
    last = rows["kick_off_at"].max()
    assert len(Fixed.shown) == 6
    assert (last - Fixed.shown[0]).days == 730
    assert (last - Fixed.shown[2]).days == 365
    assert Fixed.shown[4] == last


def test_where_nothing_could_be_held_out_the_usual_weights_stand() -> None:
    assert Pair().fit(_rows(300)).weights.tolist() == [0.5, 0.5]


def test_a_year_a_component_cannot_be_fitted_for_is_left_out() -> None:
    Fixed.least = 500
    Pair({"years_held_out": 2}).fit(_rows(800))
    assert len(Fixed.shown) == 2


def test_its_parts_add_up_to_its_log_ratios() -> None:
    pair = Pair().fit(_rows(300))
    table = pair.contributions(_rows(3))
    shares = pair.forecast(_rows(3))
    assert table.groupby("match_id")["log_home"].sum().to_numpy() == pytest.approx(
        np.log(shares[:, 0] / shares[:, 1])
    )


def test_asked_before_it_was_fitted_it_says_so() -> None:
    with pytest.raises(NotFitted):
        Pair().forecast(_rows(3))


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ModelError, match="unknown parameters"):
        Pair({"depth": 3})
