"""The forecasts beside the last results come only from models that had not seen the match."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.evaluation.walk_forward import walk_forward
from pipeline.features.build import build_features
from pipeline.forecasts.recent import recent_forecasts
from pipeline.models.catalogue import FAMILIES
from tests.unit.features.simulated_football import simulated


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=3)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


def _recent(features: pd.DataFrame, champion: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    played = features[features["is_played"]]
    past, later = played.iloc[:-15], played.iloc[-15:]
    trained_until = past["kick_off_at"].max() + pd.Timedelta(hours=2)
    tested = walk_forward(past, {champion: {}, "base_rates": {}}, first_test_season=2022)
    models = {champion: FAMILIES[champion].build({}).fit(past)}
    table = recent_forecasts(features, models, champion, walk_forward=tested, trained_until=trained_until)
    return table, later[later["kick_off_at"] > trained_until]


def test_walk_forward_and_later_matches_stand_in_one_table(features: pd.DataFrame) -> None:
    table, later = _recent(features, "poisson")
    assert table["match_id"].is_unique
    assert set(later["match_id"]) <= set(table["match_id"])
    assert table["p_home"].notna().all()
    assert set(table["forecast_kind"]) == {"backtest"}


def test_only_the_champion_family_is_in_it(features: pd.DataFrame) -> None:
    assert set(_recent(features, "poisson")[0]["family"]) == {"poisson"}


def test_fixtures_are_not_in_it(features: pd.DataFrame) -> None:
    fixtures = set(features.loc[~features["is_played"], "match_id"])
    assert not fixtures & set(_recent(features, "poisson")[0]["match_id"])


def test_without_later_matches_it_is_the_walk_forward(features: pd.DataFrame) -> None:
    tested = walk_forward(features, {"market": {}}, first_test_season=2022)
    last = features["kick_off_at"].max()
    models = {"market": FAMILIES["market"].build({})}
    table = recent_forecasts(features, models, "market", walk_forward=tested, trained_until=last)
    pd.testing.assert_frame_equal(table.drop(columns="forecast_kind"), tested)
