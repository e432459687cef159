"""Markets summed over score grids: by hand, by Skellam's formula, and for the fixtures of a small world."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.margin import implied
from pipeline.features.build import build_features
from pipeline.forecasts.markets import (
    MARKET_COLUMNS,
    both_score_shares,
    derive_markets,
    expected_goals,
    handicap_shares,
    lead_shares,
    likely_scores,
    over_of,
    over_shares,
)
from pipeline.models.base import Numbers
from pipeline.models.grid import GOALS, score_grid
from tests.unit.features.simulated_football import simulated


def _grid(**scores: float) -> Numbers:
    """Return one grid from shares by score, as in s10=0.5 for one to nil."""
    grid = np.zeros((1, GOALS, GOALS))
    for score, share in scores.items():
        grid[0, int(score[1]), int(score[2])] = share
    return grid


# home by two 0.2, by one 0.3, level 0.25, away by one 0.25
BY_HAND = _grid(s20=0.2, s10=0.1, s21=0.2, s00=0.1, s11=0.15, s01=0.25)


def test_totals_are_sums_of_scores() -> None:
    assert [over_shares(BY_HAND, line)[0] for line in (0.5, 1.5, 2.5, 3.5)] == pytest.approx(
        [0.9, 0.55, 0.2, 0.0]
    )


def test_both_teams_score_in_one_one_and_two_one() -> None:
    assert both_score_shares(BY_HAND)[0] == pytest.approx(0.35)


def test_expected_goals_are_the_means_of_the_grid() -> None:
    home, away = expected_goals(BY_HAND)
    assert (home[0], away[0]) == pytest.approx((2 * 0.4 + 0.25, 0.6))


@pytest.mark.parametrize(
    ("line", "fair_price"),
    [
        (-0.5, 1 / 0.5),  # must win
        (0.5, 1 / 0.75),  # must not lose
        (0.0, 1 + 0.25 / 0.5),  # a draw gives the stake back
        (-1.0, 1 + 0.5 / 0.2),  # a win by one gives it back
        (-0.25, 1 + (0.25 + 0.25 / 2) / 0.5),  # a draw loses half
        (0.25, 1 + 0.25 / (0.5 + 0.25 / 2)),  # a draw wins half
        (-0.75, 1 + 0.5 / (0.2 + 0.3 / 2)),  # a win by one wins half
        (-1.25, 1 + (0.5 + 0.3 / 2) / 0.2),  # a win by one loses half
    ],
)
def test_handicaps_are_settled_as_bookmakers_do(line: float, fair_price: float) -> None:
    assert 1 / handicap_shares(BY_HAND, [line])[0, 0] == pytest.approx(fair_price)


def test_leads_of_independent_goals_follow_skellam() -> None:
    # Skellam 1946: P(k) = exp(-(a + b)) (a / b)^(k / 2) I_|k|(2 sqrt(a b))
    from scipy.special import iv

    home, away = 1.6, 1.1
    leads = np.arange(-5, 6)
    formula = np.exp(-(home + away)) * (home / away) ** (leads / 2) * iv(abs(leads), 2 * np.sqrt(home * away))
    ours = lead_shares(score_grid(np.array([home]), np.array([away]), 0.0))[0]
    assert ours[leads + GOALS - 1] == pytest.approx(formula, abs=1e-7)
    # the draw of two clubs that expect one goal each: exp(-2) I_0(2) = 0.135335 * 2.279585
    even = lead_shares(score_grid(np.array([1.0]), np.array([1.0]), 0.0))[0]
    assert even[GOALS - 1] == pytest.approx(0.308508, abs=1e-6)


def test_the_likeliest_scores_come_first() -> None:
    table = likely_scores(BY_HAND, pd.Series(["m1"]))
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert table.iloc[0][["home_goals", "away_goals", "probability"]].tolist() == [0, 1, 0.25]
    assert table["probability"].is_monotonic_decreasing


@pytest.fixture(scope="module")
def world() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return features, forecasts of the fixtures by three families, and quotes with a total for some."""
    football = simulated(seasons=2, unplayed=12)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    features = build_features(*tables, cut_off_at=football.cut_off_at)
    ids = features.loc[~features["is_played"], "match_id"].reset_index(drop=True)
    shares = np.tile([0.5, 0.27, 0.23], (len(ids), 1))
    shares[-1] = np.nan
    family = pd.Series(np.resize(["lightgbm", "poisson", "base_rates"], len(ids)), dtype="str")
    family = family.where(shares[:, 0] > 0)
    forecasts = pd.DataFrame({"match_id": ids, "forecast_family": family})
    forecasts[["p_home", "p_draw", "p_away"]] = shares
    quotes = pd.DataFrame({"match_id": ids.head(6), "avg_early_over25": 1.8, "avg_early_under25": 2.05})
    return features, forecasts, quotes


def test_every_forecast_fixture_has_one_row_and_five_scores(world: tuple[pd.DataFrame, ...]) -> None:
    markets, scores = derive_markets(*world)
    assert tuple(markets.columns) == MARKET_COLUMNS
    assert markets["match_id"].tolist() == world[1]["match_id"].tolist()[:-1]
    assert scores.groupby("match_id", sort=False)["rank"].apply(list).tolist() == [[1, 2, 3, 4, 5]] * len(
        markets
    )
    assert not markets.isna().any(axis=None)


def test_only_a_family_that_reads_prices_takes_the_market_s_total(world: tuple[pd.DataFrame, ...]) -> None:
    markets, _ = derive_markets(*world)
    assert markets["totals_source"].tolist()[:6] == ["market average", "model", "model"] * 2
    assert set(markets["totals_source"][6:]) == {"model"}
    fair = implied([[1.8, 2.05]])[0, 0]
    assert markets["p_over25"].iloc[[0, 3]].tolist() == pytest.approx([fair, fair], abs=1e-9)
    assert (markets["p_over25"].iloc[[1, 2]] - fair).abs().min() > 1e-4


def test_the_named_handicap_is_the_fairest(world: tuple[pd.DataFrame, ...]) -> None:
    markets, _ = derive_markets(*world)
    assert (markets["p_handicap_home"] + markets["p_handicap_away"]).to_numpy() == pytest.approx(1.0)
    assert (markets["p_handicap_home"] - 0.5).abs().max() < 0.07
    assert (markets["handicap_line"] < 0).all()


def test_without_fixtures_there_are_no_markets(world: tuple[pd.DataFrame, ...]) -> None:
    features, forecasts, quotes = world
    markets, scores = derive_markets(features, forecasts.head(0), quotes)
    assert (len(markets), len(scores)) == (0, 0)
    assert tuple(markets.columns) == MARKET_COLUMNS


def test_a_total_needs_both_prices() -> None:
    quotes = pd.DataFrame(
        {
            "match_id": ["a", "b", "c"],
            "avg_early_over25": [2.0, 1.9, 0.9],
            "avg_early_under25": [2.0, np.nan, 1.9],
        }
    )
    over = over_of(quotes, pd.Series(["a", "b", "c", "d"]))
    assert over[0] == pytest.approx(0.5)
    assert np.isnan(over[1:]).all()
    assert np.isnan(over_of(quotes[["match_id"]], pd.Series(["a"]))).all()
