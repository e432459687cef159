"""What every family promises, whatever it is asked about."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import NotFitted
from pipeline.features.build import build_features
from pipeline.models.catalogue import FAMILIES
from tests.unit.features.simulated_football import simulated

_MARKET = ["market_home", "market_draw", "market_away"]

pytestmark = pytest.mark.parametrize("name", list(FAMILIES))


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=4)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


def _fitted(name: str, features: pd.DataFrame) -> object:
    return FAMILIES[name].build({}).fit(features[features["is_played"]])


def _is_sound(answers: np.ndarray) -> bool:
    """Tell whether each row sums to one or is all NaN."""
    is_blank = np.isnan(answers).all(axis=1)
    spoken = answers[~is_blank]
    return bool(np.allclose(spoken.sum(axis=1), 1) and (spoken > 0).all() and (spoken < 1).all())


def test_it_answers_played_rows_with_probabilities(name: str, features: pd.DataFrame) -> None:
    answers = _fitted(name, features).forecast(features)
    assert answers.shape == (len(features), 3)
    assert _is_sound(answers)
    assert np.isfinite(answers[features["has_price"] == 1]).all()


def test_its_state_survives_json_and_forecasts_the_same(name: str, features: pd.DataFrame) -> None:
    forecaster = _fitted(name, features)
    restored = FAMILIES[name].restore(json.loads(json.dumps(forecaster.state(), allow_nan=False)))
    assert np.array_equal(restored.forecast(features), forecaster.forecast(features), equal_nan=True)
    assert restored.family == name


def test_its_state_is_that_of_a_second_fit(name: str, features: pd.DataFrame) -> None:
    assert _fitted(name, features).state() == _fitted(name, features).state()


def test_fitting_leaves_the_features_as_they_were(name: str, features: pd.DataFrame) -> None:
    before = features.copy(deep=True)
    _fitted(name, features).forecast(features)
    pd.testing.assert_frame_equal(features, before)


def test_a_row_s_forecast_does_not_depend_on_the_other_rows(name: str, features: pd.DataFrame) -> None:
    forecaster = _fitted(name, features)
    alone = np.vstack([forecaster.forecast(features.iloc[[row]]) for row in (0, 50, len(features) - 1)])
    together = forecaster.forecast(features)[[0, 50, len(features) - 1]]
    assert np.allclose(alone, together, rtol=1e-12, atol=0, equal_nan=True)


def test_labels_are_not_read_when_it_forecasts(name: str, features: pd.DataFrame) -> None:
    forecaster = _fitted(name, features)
    blind = features.assign(outcome=np.nan, home_goals=np.nan, away_goals=np.nan, is_played=False)
    assert np.array_equal(forecaster.forecast(blind), forecaster.forecast(features), equal_nan=True)


@pytest.mark.parametrize(
    "unknown",
    [
        {"division": "ZZ9", "country": "Nowhere", "tier": 7.0},
        {"home_id": "nowhere.nobody", "away_id": "nowhere.noone"},
        dict.fromkeys(_MARKET, np.nan) | {"has_price": 0.0},
        {"rest_days_home": np.nan, "rest_days_away": np.nan},
        {"expected_home_goals": np.nan, "expected_away_goals": np.nan, "elo_difference": np.nan},
    ],
    ids=["unseen division", "unknown clubs", "no price", "no rest", "no ratings"],
)
def test_the_unknown_gets_an_answer_or_a_blank_row(
    name: str, features: pd.DataFrame, unknown: dict[str, object]
) -> None:
    answers = _fitted(name, features).forecast(features.head(20).assign(**unknown))
    assert answers.shape == (20, 3)
    assert _is_sound(answers)


def test_no_rows_get_no_answers(name: str, features: pd.DataFrame) -> None:
    assert _fitted(name, features).forecast(features.head(0)).shape == (0, 3)


def test_it_is_anchored_exactly_if_it_reads_the_price(name: str, features: pd.DataFrame) -> None:
    moved = features.assign(market_home=features["market_away"], market_away=features["market_home"])
    forecaster = _fitted(name, features)
    reads = not np.array_equal(forecaster.forecast(moved), forecaster.forecast(features), equal_nan=True)
    assert reads is FAMILIES[name].is_anchored


def test_asked_before_it_was_fitted_it_says_so_unless_it_has_nothing_to_learn(
    name: str, features: pd.DataFrame
) -> None:
    unfitted = FAMILIES[name].build({})
    if name == "market":
        assert unfitted.forecast(features).shape == (len(features), 3)
        return
    with pytest.raises(NotFitted):
        unfitted.forecast(features)
