"""The walk-forward: what each block may learn from, and what it must answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.tables import check_columns
from pipeline.evaluation.walk_forward import first_test_seasons, unlabelled, walk_forward
from pipeline.features.build import build_features
from tests.unit.features.simulated_football import simulated

_FAMILIES: dict[str, dict[str, object]] = {"base_rates": {}, "market": {}, "poisson": {}}


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=4)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


@pytest.fixture(scope="module")
def forecasts(features: pd.DataFrame) -> pd.DataFrame:
    return walk_forward(features, _FAMILIES, first_test_season=2022)


def test_the_table_keeps_its_contract(forecasts: pd.DataFrame) -> None:
    check_columns("forecasts", {name: str(dtype) for name, dtype in forecasts.dtypes.items()})


def test_every_family_forecasts_every_played_test_match_once(
    features: pd.DataFrame, forecasts: pd.DataFrame
) -> None:
    tested = features[features["is_played"] & (features["season"] >= 2022)]["match_id"]
    for family in _FAMILIES:
        own = forecasts[forecasts["family"] == family]
        assert sorted(own["match_id"]) == sorted(tested)
        assert own["p_home"].notna().all()


def test_a_block_is_forecast_by_a_model_of_the_days_before_it(
    features: pd.DataFrame, forecasts: pd.DataFrame
) -> None:
    spring = features["kick_off_at"] >= pd.Timestamp("2023-01-01", tz="UTC")
    first = features[spring & features["is_played"]]["kick_off_at"].min().floor("D")
    turned = features.assign(outcome=features["outcome"].where(features["kick_off_at"] < first, 1.0))
    again = walk_forward(turned, _FAMILIES, first_test_season=2022)
    before = features.loc[features["kick_off_at"] < pd.Timestamp("2023-07-01", tz="UTC"), "match_id"]
    ours, theirs = (table[table["match_id"].isin(before)] for table in (forecasts, again))
    pd.testing.assert_frame_equal(ours, theirs)


def test_later_blocks_learn_from_earlier_test_matches(
    features: pd.DataFrame, forecasts: pd.DataFrame
) -> None:
    early = features["kick_off_at"] < pd.Timestamp("2023-01-01", tz="UTC")
    drawn = features.assign(outcome=features["outcome"].where(~early | (features["season"] < 2022), 1.0))
    again = walk_forward(drawn, _FAMILIES, first_test_season=2022)
    later = features.loc[~early & features["is_played"], "match_id"]
    rates = [
        table[(table["family"] == "base_rates") & table["match_id"].isin(later)]["p_draw"].mean()
        for table in (forecasts, again)
    ]
    assert rates[1] > rates[0] + 0.01


def test_a_family_that_cannot_be_fitted_has_no_answer_and_says_why(features: pd.DataFrame) -> None:
    said: list[str] = []
    table = walk_forward(
        features.assign(market_home=np.nan), {"lightgbm": {}}, first_test_season=2023, progress=said.append
    )
    assert table["p_home"].isna().all()
    assert any("only 0 matches" in line for line in said)


def test_without_test_matches_the_table_is_empty_and_keeps_its_columns(features: pd.DataFrame) -> None:
    table = walk_forward(features, _FAMILIES, first_test_season=2050)
    assert len(table) == 0
    check_columns("forecasts", {name: str(dtype) for name, dtype in table.dtypes.items()})


def test_an_unknown_family_is_refused(features: pd.DataFrame) -> None:
    with pytest.raises(KeyError, match="oracle"):
        walk_forward(features, {"oracle": {}}, first_test_season=2023)


def _seasons(**years: tuple[int, ...]) -> pd.DataFrame:
    rows = [(division, year) for division, own in years.items() for year in own]
    return pd.DataFrame(rows, columns=["division", "season"])


def test_where_summer_leagues_are_a_year_ahead_winter_leagues_lose_no_season() -> None:
    spring = _seasons(E0=tuple(range(2015, 2026)), JPN=tuple(range(2015, 2027)))
    assert first_test_seasons(spring, 3) == {"E0": 2023, "JPN": 2024}


def test_two_seasons_are_left_to_learn_from() -> None:
    assert first_test_seasons(_seasons(E0=(2022, 2023, 2024)), 3) == {"E0": 2024}


def test_a_division_that_is_no_longer_played_has_no_test() -> None:
    found = first_test_seasons(_seasons(E0=tuple(range(2000, 2026)), OLD=(2000, 2001, 2002, 2003)), 3)
    assert found == {"E0": 2023, "OLD": 2022}


def test_each_division_is_tested_from_its_own_first_season(features: pd.DataFrame) -> None:
    divisions = sorted(features["division"].unique())
    table = walk_forward(features, {"base_rates": {}}, first_test_season={divisions[0]: 2023})
    wanted = features["is_played"] & features["division"].eq(divisions[0]) & features["season"].ge(2023)
    assert sorted(table["match_id"]) == sorted(features.loc[wanted, "match_id"])


def test_a_block_is_handed_over_without_its_labels(features: pd.DataFrame) -> None:
    blind = unlabelled(features)
    assert blind[["outcome", "home_goals", "away_goals"]].isna().all(axis=None)
    assert not blind["is_played"].any()
    pd.testing.assert_series_equal(blind["elo_home"], features["elo_home"])
