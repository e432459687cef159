"""The boosted market: an anchor, shallow trees, the same trees every time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError
from pipeline.features.build import build_features
from pipeline.models.base import market_of
from pipeline.models.lightgbm import LightGbm
from tests.unit.features.simulated_football import simulated


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=5, clubs=12)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


def _distance(params: dict[str, object], features: pd.DataFrame) -> float:
    priced = features[features["has_price"] == 1]
    return float(np.abs(LightGbm(params).fit(features).forecast(priced) - market_of(priced)).mean())


def test_without_trees_worth_growing_it_repeats_the_market(features: pd.DataFrame) -> None:
    assert _distance({"min_data_in_leaf": 10_000}, features) < 1e-12


def test_more_rounds_and_leaves_move_further_from_the_market(features: pd.DataFrame) -> None:
    shallow = _distance({"rounds": 5, "min_data_in_leaf": 20}, features)
    assert 0 < shallow < _distance({"rounds": 60, "min_data_in_leaf": 20, "lambda_l2": 1.0}, features)


def test_it_learns_what_the_price_lacks(features: pd.DataFrame) -> None:
    played = features[features["is_played"] & (features["has_price"] == 1)]
    known_draws = played.assign(outcome=np.where(played["tier"] == 2, 1.0, played["outcome"]))
    answers = LightGbm({"min_data_in_leaf": 20}).fit(known_draws).forecast(played)
    drawn = answers[:, 1] - market_of(played)[:, 1]
    assert drawn[played["tier"] == 2].mean() > drawn[played["tier"] == 1].mean() + 0.2


def test_two_fits_are_the_same_to_the_last_bit(features: pd.DataFrame) -> None:
    first, second = (LightGbm({"min_data_in_leaf": 20}).fit(features).state() for _ in range(2))
    assert first == second


def test_another_seed_grows_other_trees(features: pd.DataFrame) -> None:
    first, second = (
        LightGbm({"min_data_in_leaf": 20, "seed": seed}).fit(features).state() for seed in (1, 2)
    )
    assert first["trees"] != second["trees"]


def test_a_row_without_a_price_has_no_answer(features: pd.DataFrame) -> None:
    answers = LightGbm().fit(features).forecast(features)
    assert np.array_equal(np.isnan(answers).any(axis=1), features["has_price"].to_numpy() == 0)


def test_ratings_and_rest_may_be_missing(features: pd.DataFrame) -> None:
    holes = features.assign(rest_days_home=np.nan, expected_home_goals=np.nan, form_points_away=np.nan)
    answers = LightGbm({"min_data_in_leaf": 20}).fit(features).forecast(holes[holes["has_price"] == 1])
    assert np.isfinite(answers).all()


def test_without_any_price_it_cannot_be_fitted(features: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="only 0 matches"):
        LightGbm().fit(features.assign(market_home=np.nan))


def test_a_misspelt_parameter_is_refused() -> None:
    with pytest.raises(ModelError, match="num_leafs"):
        LightGbm({"num_leafs": 4})
