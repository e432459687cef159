"""One forecast a fixture: champion, fallbacks, withheld divisions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.features.build import build_features
from pipeline.forecasts.score import COLUMNS, score_fixtures
from pipeline.models.base import Forecaster
from pipeline.models.catalogue import FAMILIES
from tests.unit.features.simulated_football import simulated


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=3, unplayed=40)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


@pytest.fixture(scope="module")
def models(features: pd.DataFrame) -> dict[str, Forecaster]:
    return {name: FAMILIES[name].build({}).fit(features) for name in ("lightgbm", "poisson", "base_rates")}


def _shares(table: pd.DataFrame) -> np.ndarray:
    return table[["p_home", "p_draw", "p_away"]].to_numpy()


def test_every_fixture_has_one_row_with_the_promised_columns(
    features: pd.DataFrame, models: dict[str, Forecaster]
) -> None:
    table = score_fixtures(features, models, "lightgbm", withheld={})
    assert tuple(table.columns) == COLUMNS
    assert table["match_id"].tolist() == features.loc[~features["is_played"], "match_id"].tolist()
    assert _shares(table).sum(axis=1) == pytest.approx(np.ones(40))


def test_the_champion_speaks_where_it_has_an_answer(
    features: pd.DataFrame, models: dict[str, Forecaster]
) -> None:
    fixtures = features[~features["is_played"]]
    is_priced = fixtures["has_price"].to_numpy() == 1
    assert 0 < is_priced.sum() < len(fixtures)
    table = score_fixtures(features, models, "lightgbm", withheld={})
    assert (table["forecast_family"] == "lightgbm").tolist() == is_priced.tolist()
    assert _shares(table)[is_priced] == pytest.approx(models["lightgbm"].forecast(fixtures[is_priced]))
    assert table.loc[is_priced, "fallback_reason"].isna().all()


def test_without_an_early_price_the_independent_family_speaks_and_says_so(
    features: pd.DataFrame, models: dict[str, Forecaster]
) -> None:
    table = score_fixtures(features, models, "lightgbm", withheld={})
    fell_back = table[table["forecast_family"] == "poisson"]
    assert len(fell_back) > 0
    assert set(fell_back["fallback_reason"]) == {"no early price"}


def test_without_ratings_the_base_rates_speak(features: pd.DataFrame, models: dict[str, Forecaster]) -> None:
    alone = {name: models[name] for name in ("poisson", "base_rates")}
    table = score_fixtures(features.assign(elo_difference=np.nan), alone, "poisson", withheld={})
    assert set(table["forecast_family"]) == {"base_rates"}
    assert set(table["fallback_reason"]) == {"the champion has no answer"}


def test_a_withheld_division_has_its_reason_and_no_probabilities(
    features: pd.DataFrame, models: dict[str, Forecaster]
) -> None:
    table = score_fixtures(features, models, "poisson", withheld={"AR1": "no results since 1 November"})
    is_withheld = features.loc[~features["is_played"], "division"].eq("AR1").to_numpy()
    assert set(table.loc[is_withheld, "withheld_reason"]) == {"no results since 1 November"}
    assert np.isnan(_shares(table)[is_withheld]).all()
    assert table.loc[is_withheld, ["forecast_family", "fallback_reason"]].isna().all(axis=None)
    assert table.loc[~is_withheld, "withheld_reason"].isna().all()
    assert np.isfinite(_shares(table)[~is_withheld]).all()


def test_where_no_model_answers_it_says_so(features: pd.DataFrame, models: dict[str, Forecaster]) -> None:
    table = score_fixtures(features, {"lightgbm": models["lightgbm"]}, "lightgbm", withheld={})
    blank = table[table["forecast_family"].isna()]
    assert len(blank) > 0
    assert set(blank["withheld_reason"]) == {"no model has an answer"}


def test_without_fixtures_the_table_is_empty(features: pd.DataFrame, models: dict[str, Forecaster]) -> None:
    table = score_fixtures(features[features["is_played"]], models, "poisson", withheld={})
    assert len(table) == 0
    assert tuple(table.columns) == COLUMNS


def test_a_champion_that_is_not_there_is_refused(
    features: pd.DataFrame, models: dict[str, Forecaster]
) -> None:
    with pytest.raises(KeyError, match="oracle"):
        score_fixtures(features, models, "oracle", withheld={})
