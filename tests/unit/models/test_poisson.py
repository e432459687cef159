"""The Poisson family on simulated goals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError
from pipeline.features.build import build_features
from pipeline.models.base_rates import BaseRates
from pipeline.models.poisson import Poisson
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=8, clubs=14)


@pytest.fixture(scope="module")
def features(football: Football) -> pd.DataFrame:
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


def _tested(features: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    played = features[features["is_played"]]
    return played[played["season"] < 2025], played[played["season"] >= 2025]


def _log_loss(shares: np.ndarray, rows: pd.DataFrame) -> float:
    return float(-np.log(shares[np.arange(len(rows)), rows["outcome"].astype("int64")]).mean())


def test_it_comes_between_the_base_rates_and_the_truth(football: Football, features: pd.DataFrame) -> None:
    past, test = _tested(features)
    truth = football.truth.set_index("match_id").reindex(test["match_id"])[["t_home", "t_draw", "t_away"]]
    losses = [
        _log_loss(shares, test)
        for shares in (
            truth.to_numpy(),
            Poisson().fit(past).forecast(test),
            BaseRates().fit(past).forecast(test),
        )
    ]
    assert losses[0] < losses[1] < losses[2] - 0.02


def test_its_goals_average_to_the_goals_scored(features: pd.DataFrame) -> None:
    past, _ = _tested(features)
    home, away = Poisson({"half_life_years": 1000}).fit(past).expected_goals(past)
    # a Poisson regression with an intercept a side meets the sums exactly
    assert home.mean() == pytest.approx(past["home_goals"].mean(), rel=1e-3)
    assert away.mean() == pytest.approx(past["away_goals"].mean(), rel=1e-3)


def test_its_outcomes_average_to_the_outcomes_seen(features: pd.DataFrame) -> None:
    past, _ = _tested(features)
    shares = Poisson({"half_life_years": 1000}).fit(past).forecast(past)
    seen = past["outcome"].value_counts(normalize=True).sort_index().to_numpy()
    assert shares.mean(axis=0) == pytest.approx(seen, abs=1e-3)


def test_it_reads_no_price(features: pd.DataFrame) -> None:
    past, test = _tested(features)
    prices = ["market_home", "market_draw", "market_away", "has_price"]
    blind = [rows.assign(**dict.fromkeys(prices, np.nan)) for rows in (past, test)]
    assert np.array_equal(Poisson().fit(past).forecast(test), Poisson().fit(blind[0]).forecast(blind[1]))


def test_a_short_half_life_follows_the_last_season(features: pd.DataFrame) -> None:
    past, test = _tested(features)
    flooded = past.copy()
    flooded.loc[flooded["season"] == 2024, ["home_goals", "outcome"]] += [3, 0]
    long = Poisson({"half_life_years": 50}).fit(flooded).expected_goals(test)[0].mean()
    short = Poisson({"half_life_years": 0.2}).fit(flooded).expected_goals(test)[0].mean()
    assert short > long + 0.5


def test_a_row_without_ratings_has_no_answer(features: pd.DataFrame) -> None:
    past, test = _tested(features)
    asked = test.head(3).copy()
    asked.loc[asked.index[1], "expected_home_goals"] = np.nan
    answers = Poisson().fit(past).forecast(asked)
    assert np.isnan(answers).any(axis=1).tolist() == [False, True, False]


def test_without_a_single_draw_there_is_nothing_to_learn(features: pd.DataFrame) -> None:
    past, _ = _tested(features)
    with pytest.raises(ModelError, match="never happened"):
        Poisson().fit(past[past["outcome"] != 1])
