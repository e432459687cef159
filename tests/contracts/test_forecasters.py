"""What every family promises, whatever it is asked about."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import NotFitted
from pipeline.features.build import PRICE_LABELS, build_features
from pipeline.features.catalogue import SETTINGS, feature_columns, features_listed
from pipeline.models.base import Forecaster
from pipeline.models.cards import model_cards
from pipeline.models.catalogue import FAMILIES
from pipeline.models.explain import BASE, WHOLE, contributions_of
from pipeline.models.linear import DIVISION
from tests.unit.features.simulated_football import simulated

_MARKET = ["market_home", "market_draw", "market_away"]

pytestmark = pytest.mark.parametrize("name", list(FAMILIES))


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=4)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


@pytest.fixture(scope="module")
def forecasters(features: pd.DataFrame) -> dict[str, Forecaster]:
    """Every family, fitted once on the played rows; `_fitted` fits anew."""
    return {name: _fitted(name, features) for name in FAMILIES}


def _fitted(name: str, features: pd.DataFrame) -> Forecaster:
    return FAMILIES[name].build({}).fit(features[features["is_played"]])


def _unseen(setting: str) -> list[str]:
    """Return the columns that a setting must not see: features, and prices as labels."""
    seen = feature_columns(setting)
    labels = PRICE_LABELS if setting == "independent" else ()
    return [*(name for name in feature_columns() if name not in seen), *labels]


def _is_sound(answers: np.ndarray) -> bool:
    """Tell whether each row sums to one or is all NaN."""
    is_blank = np.isnan(answers).all(axis=1)
    spoken = answers[~is_blank]
    return bool(np.allclose(spoken.sum(axis=1), 1) and (spoken > 0).all() and (spoken < 1).all())


def test_it_answers_played_rows_with_probabilities(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    answers = forecasters[name].forecast(features)
    assert answers.shape == (len(features), 3)
    assert _is_sound(answers)
    assert np.isfinite(answers[features["has_price"] == 1]).all()


def test_its_state_survives_json_and_forecasts_the_same(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    forecaster = forecasters[name]
    restored = FAMILIES[name].restore(json.loads(json.dumps(forecaster.state(), allow_nan=False)))
    assert np.array_equal(restored.forecast(features), forecaster.forecast(features), equal_nan=True)
    assert restored.family == name


def test_a_second_fit_has_the_same_state_and_leaves_the_features_as_they_were(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    before = features.copy(deep=True)
    assert _fitted(name, features).state() == forecasters[name].state()
    pd.testing.assert_frame_equal(features, before)


def test_a_row_s_forecast_does_not_depend_on_the_other_rows(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    forecaster = forecasters[name]
    alone = np.vstack([forecaster.forecast(features.iloc[[row]]) for row in (0, 50, len(features) - 1)])
    together = forecaster.forecast(features)[[0, 50, len(features) - 1]]
    assert np.allclose(alone, together, rtol=1e-12, atol=0, equal_nan=True)


def test_labels_are_not_read_when_it_forecasts(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    forecaster = forecasters[name]
    labels = dict.fromkeys(["outcome", "home_goals", "away_goals", *PRICE_LABELS], np.nan)
    blind = features.assign(**labels, is_played=False)
    assert np.array_equal(forecaster.forecast(blind), forecaster.forecast(features), equal_nan=True)


@pytest.mark.parametrize(
    "unknown",
    [
        {"division": "ZZ9", "country": "Nowhere", "tier": 7.0},
        {"home_id": "nowhere.nobody", "away_id": "nowhere.noone"},
        dict.fromkeys(_MARKET, np.nan) | {"has_price": 0.0},
        {"rest_days_home": np.nan, "rest_days_away": np.nan},
        {"expected_home_goals": np.nan, "expected_away_goals": np.nan, "elo_difference": np.nan},
        dict.fromkeys(feature_columns("independent"), np.nan),
        {name: np.nan for name in feature_columns() if name.startswith(("past_", "book_", "market_over"))},
        dict.fromkeys(feature_columns(), np.nan),
    ],
    ids=[
        "unseen division",
        "unknown clubs",
        "no price",
        "no rest",
        "no ratings",
        "nothing independent",
        "no past prices, books or totals",
        "nothing at all",
    ],
)
def test_the_unknown_gets_an_answer_or_a_blank_row(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster], unknown: dict[str, object]
) -> None:
    answers = forecasters[name].forecast(features.head(20).assign(**unknown))
    assert answers.shape == (20, 3)
    assert _is_sound(answers)


def test_a_missing_book_or_handicap_leaves_an_anchored_answer(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    lost = [column for column in feature_columns() if column.startswith(("book_", "market_handicap"))]
    answers = forecasters[name].forecast(features.assign(**dict.fromkeys(lost, np.nan)))
    assert np.isfinite(answers[features["has_price"] == 1]).all()


def test_no_rows_get_no_answers(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    assert forecasters[name].forecast(features.head(0)).shape == (0, 3)


def test_it_is_anchored_exactly_if_it_reads_the_price(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    moved = features.assign(market_home=features["market_away"], market_away=features["market_home"])
    forecaster = forecasters[name]
    reads = not np.array_equal(forecaster.forecast(moved), forecaster.forecast(features), equal_nan=True)
    assert reads is FAMILIES[name].is_anchored


def test_what_its_setting_must_not_see_moves_neither_fit_nor_forecast(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    family = FAMILIES[name]
    assert family.setting in SETTINGS
    hidden = {column: features[column].iloc[::-1].to_numpy() for column in _unseen(family.setting)}
    blinded = features.assign(**hidden)
    again = _fitted(name, blinded).forecast(blinded) if hidden else forecasters[name].forecast(blinded)
    assert np.array_equal(again, forecasters[name].forecast(features), equal_nan=True)


def test_contributions_add_up_to_the_log_ratios_of_the_forecast(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    table = contributions_of(forecasters[name], features)
    shares = pd.DataFrame(forecasters[name].forecast(features), index=features["match_id"]).dropna()
    sums = table.groupby("match_id")[["log_home", "log_away"]].sum().loc[shares.index]
    assert table["match_id"].nunique() == len(shares) > 0
    assert sums["log_home"].to_numpy() == pytest.approx(np.log(shares[0] / shares[1]).to_numpy(), abs=1e-9)
    assert sums["log_away"].to_numpy() == pytest.approx(np.log(shares[2] / shares[1]).to_numpy(), abs=1e-9)


def test_contributions_have_one_base_and_the_catalogue_s_groups(
    name: str, features: pd.DataFrame, forecasters: dict[str, Forecaster]
) -> None:
    table = contributions_of(forecasters[name], features)
    groups = {each.group for each in features_listed()} | {BASE, DIVISION, WHOLE}
    assert set(table["group"]) <= groups
    assert not table.duplicated(["match_id", "group"]).any()
    assert len(table[table["group"] == BASE][["log_home", "log_away"]].drop_duplicates()) == 1


def test_it_has_a_model_card(name: str) -> None:
    card = model_cards()[name]
    assert all(len(text) > 4 for text in (card.sees, card.works, card.parameters, card.cost, card.silent))


def test_asked_before_it_was_fitted_it_says_so_unless_it_has_nothing_to_learn(
    name: str, features: pd.DataFrame
) -> None:
    unfitted = FAMILIES[name].build({})
    if name == "market":
        assert unfitted.forecast(features).shape == (len(features), 3)
        return
    with pytest.raises(NotFitted):
        unfitted.forecast(features)
