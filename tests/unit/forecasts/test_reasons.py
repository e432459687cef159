"""The parts of the fixtures' forecasts: whoever speaks is split, and the parts add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.features.build import build_features
from pipeline.forecasts.reasons import COLUMNS, fixture_contributions
from pipeline.forecasts.score import score_fixtures
from pipeline.models.base import Forecaster
from pipeline.models.catalogue import FAMILIES
from tests.unit.features.simulated_football import simulated

SPEAKERS = ("lightgbm", "poisson", "base_rates")


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=3, unplayed=40)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


@pytest.fixture(scope="module")
def models(features: pd.DataFrame) -> dict[str, Forecaster]:
    return {name: FAMILIES[name].build({}).fit(features) for name in SPEAKERS}


@pytest.fixture(scope="module")
def forecasts(features: pd.DataFrame, models: dict[str, Forecaster]) -> pd.DataFrame:
    return score_fixtures(features, models, "lightgbm", withheld={})


def test_the_parts_of_every_fixture_add_up_to_its_log_ratios(
    features: pd.DataFrame, models: dict[str, Forecaster], forecasts: pd.DataFrame
) -> None:
    table = fixture_contributions(features, models, forecasts)
    assert tuple(table.columns) == COLUMNS
    sums = table.groupby("match_id", sort=False)[["log_home", "log_away"]].sum()
    assert sums.index.tolist() == forecasts["match_id"].tolist()
    for side in ("home", "away"):
        ratios = np.log((forecasts[f"p_{side}"] / forecasts["p_draw"]).to_numpy())
        assert sums[f"log_{side}"].to_numpy() == pytest.approx(ratios, abs=1e-9)


def test_the_family_that_speaks_is_the_one_that_is_split(
    features: pd.DataFrame, models: dict[str, Forecaster], forecasts: pd.DataFrame
) -> None:
    table = fixture_contributions(features, models, forecasts)
    told = table.groupby("match_id", sort=False)["family"].agg(set).map(sorted).tolist()
    assert told == [[family] for family in forecasts["forecast_family"]]
    assert set(table["family"]) == {"lightgbm", "poisson"}


def test_a_fixture_that_is_withheld_has_no_parts(
    features: pd.DataFrame, models: dict[str, Forecaster]
) -> None:
    codes = dict.fromkeys(features["division"].unique(), "too old")
    table = fixture_contributions(
        features, models, score_fixtures(features, models, "lightgbm", withheld=codes)
    )
    assert table.empty
    assert tuple(table.columns) == COLUMNS
    assert {str(table[name].dtype) for name in ("match_id", "family", "group")} == {"str"}
