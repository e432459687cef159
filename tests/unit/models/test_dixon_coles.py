"""The Dixon-Coles family on simulated goals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError
from pipeline.features.build import build_features
from pipeline.models.base_rates import BaseRates
from pipeline.models.dixon_coles import DEFAULTS, DixonColes, decay
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=6, clubs=14)


@pytest.fixture(scope="module")
def features(football: Football) -> pd.DataFrame:
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


@pytest.fixture(scope="module")
def fitted(features: pd.DataFrame) -> DixonColes:
    return DixonColes().fit(features[features["season"] < 2025])


def _log_loss(shares: np.ndarray, rows: pd.DataFrame) -> float:
    return float(-np.log(shares[np.arange(len(rows)), rows["outcome"].astype("int64")]).mean())


def test_it_comes_between_the_base_rates_and_the_truth(
    football: Football, features: pd.DataFrame, fitted: DixonColes
) -> None:
    test = features[features["is_played"] & (features["season"] >= 2025)]
    truth = football.truth.set_index("match_id").reindex(test["match_id"])[["t_home", "t_draw", "t_away"]]
    base = BaseRates().fit(features[features["season"] < 2025]).forecast(test)
    losses = [_log_loss(shares, test) for shares in (truth.to_numpy(), fitted.forecast(test), base)]
    assert losses[0] < losses[1] < losses[2] - 0.02


def test_its_expected_goals_are_close_to_the_true_rates(
    football: Football, features: pd.DataFrame, fitted: DixonColes
) -> None:
    home, away, _ = fitted.expected_goals(features)
    truth = football.truth.set_index("match_id").reindex(features["match_id"])
    assert np.corrcoef(np.log(home), np.log(truth["home_rate"]))[0, 1] > 0.9
    assert np.corrcoef(np.log(away), np.log(truth["away_rate"]))[0, 1] > 0.9


def test_its_forecasts_average_to_what_happened(features: pd.DataFrame, fitted: DixonColes) -> None:
    past = features[features["season"].isin([2023, 2024])]
    happened = past["outcome"].value_counts(normalize=True).sort_index().to_numpy()
    assert fitted.forecast(past).mean(axis=0) == pytest.approx(happened, abs=0.02)


def test_an_unknown_club_takes_the_strength_of_the_division_less_what_newcomers_lack(
    features: pd.DataFrame, fitted: DixonColes
) -> None:
    row = features.head(1).assign(away_id="nowhere.nobody")
    home, away, _ = fitted.expected_goals(row)
    level, advantage, newcomer, _ = fitted.divisions[str(row["division"].iloc[0])]
    attack, defence = fitted.clubs[str(row["home_id"].iloc[0])]
    lacking = newcomer - DEFAULTS["newcomer_loses"]
    assert home[0] == pytest.approx(np.exp(level + advantage + attack - lacking))
    assert away[0] == pytest.approx(np.exp(level + lacking - defence))


def test_an_unknown_division_takes_the_mean_of_the_known(features: pd.DataFrame, fitted: DixonColes) -> None:
    row = features.head(1).assign(division="ZZ1", home_id="nowhere.one", away_id="nowhere.two")
    home, away, _ = fitted.expected_goals(row)
    level, advantage = np.mean([each[:2] for each in fitted.divisions.values()], axis=0)
    assert home[0] == pytest.approx(np.exp(level + advantage))
    assert away[0] == pytest.approx(np.exp(level))


def test_the_latest_matches_count_most(features: pd.DataFrame) -> None:
    past = features[features["season"] < 2025].copy()
    club, last = past["home_id"].iloc[0], past["kick_off_at"].max()
    at_home = past["home_id"] == club
    age = (last - past["kick_off_at"]).dt.days
    lately = past.assign(home_goals=past["home_goals"].where(~(at_home & (age < 150)), 6.0))
    long_ago = past.assign(home_goals=past["home_goals"].where(~(at_home & age.between(1200, 1350)), 6.0))
    strengths = [DixonColes().fit(each).clubs[club][0] for each in (past, long_ago, lately)]
    assert strengths[0] < strengths[1] < strengths[2] - 0.1


def test_the_weights_are_those_of_dixon_and_coles() -> None:
    # their phi(t) = exp(-xi t) with xi = 0.0065 and t in half weeks (1997, section 4.4, figure 1): a match
    # of one year ago, 104.4 half weeks, weighs exp(-0.6786) = 0.5073
    half_life = np.log(2) / 0.0065 * 3.5
    assert half_life == pytest.approx(373.2, abs=0.1)
    assert decay(np.array([0.0, 3.5, 365.25]), half_life) == pytest.approx([1, 0.99352, 0.50743], abs=5e-5)


def test_a_single_season_is_calibrated_on_itself(features: pd.DataFrame) -> None:
    first = features[features["season"] == 2020].head(60)
    shares = DixonColes().fit(first).forecast(first)
    assert shares.sum(axis=1) == pytest.approx(np.ones(60))


def test_too_few_matches_are_refused(features: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="30 are needed"):
        DixonColes().fit(features.head(20))
