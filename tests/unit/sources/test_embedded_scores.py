"""Score distribution, statistics and prices of the simulated world against known values and their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.sources.embedded.parameters import laws
from pipeline.sources.embedded.prices import market_views, quoted_prices, with_overround
from pipeline.sources.embedded.scores import (
    draw_half_time,
    draw_scores,
    draw_statistics,
    log_rates,
    outcome_probabilities,
    score_grid,
)


def test_the_correction_moves_the_four_lowest_scores_as_dixon_and_coles_say() -> None:
    # Dixon and Coles 1997, equation 4.3:
    # tau(0,0) = 1 - l m r, tau(0,1) = 1 + l r, tau(1,0) = 1 + m r, tau(1,1) = 1 - r
    home, away, rho = 1.5, 0.9, -0.1
    plain, corrected = (score_grid(np.array([[home, away]]), each, 12)[0] for each in (0.0, rho))
    ratio = corrected / plain
    assert ratio[:2, :2] == pytest.approx(
        np.array([[1 - home * away * rho, 1 + home * rho], [1 + away * rho, 1 - rho]]), rel=1e-9
    )
    assert ratio[2:, :] == pytest.approx(1.0)


def test_without_correction_a_score_has_the_product_of_two_poisson_probabilities() -> None:
    grid = score_grid(np.array([[1.5, 0.9]]), 0.0, 12)[0]
    expected = math.exp(-1.5) * 1.5**2 / 2 * math.exp(-0.9) * 0.9
    assert grid[2, 1] == pytest.approx(expected, rel=1e-6)


def test_the_correction_keeps_the_expected_goals() -> None:
    grid = score_grid(np.array([[1.5, 0.9]]), -0.06, 12)[0]
    assert (grid.sum(axis=1) * np.arange(13)).sum() == pytest.approx(1.5, abs=1e-6)


def test_equal_clubs_without_home_advantage_have_equal_chances() -> None:
    shares = outcome_probabilities(score_grid(np.array([[1.3, 1.3]]), -0.06, 12))[0]
    assert shares[0] == pytest.approx(shares[2])
    assert shares.sum() == pytest.approx(1.0)


def test_home_advantage_is_the_difference_of_the_log_rates_of_equal_clubs() -> None:
    logs = log_rates(np.zeros((1, 2)), np.zeros((1, 2)), 0.2, 0.3)[0]
    assert logs.tolist() == pytest.approx([0.35, 0.05])


def test_drawn_scores_have_the_frequencies_of_the_grid() -> None:
    grid = np.repeat(score_grid(np.array([[1.6, 1.1]]), -0.06, 12), 40_000, axis=0)
    goals = draw_scores(grid, np.random.default_rng(1))
    for home in range(4):
        for away in range(4):
            seen = (goals == [home, away]).all(axis=1).mean()
            p = grid[0, home, away]
            assert abs(seen - p) < 4.5 * math.sqrt(p * (1 - p) / len(grid))


def test_half_time_goals_never_exceed_full_time_goals() -> None:
    goals = np.random.default_rng(2).poisson(1.4, (500, 2))
    half = draw_half_time(goals, 0.45, np.random.default_rng(3))
    assert (half <= goals).all()
    assert (half >= 0).all()


def test_statistics_tell_of_strength_beyond_the_goals_scored() -> None:
    random = np.random.default_rng(5)
    rates = np.exp(random.normal(0.25, 0.35, (20_000, 2)))
    goals = random.poisson(rates)
    shots = draw_statistics(rates, goals, random)
    other = np.column_stack([np.ones(len(goals)), goals[:, 0]])
    fit, *_ = np.linalg.lstsq(
        np.column_stack([other, shots["shots"][:, 0] - goals[:, 0]]), rates[:, 0], rcond=None
    )
    assert fit[2] > 0.02
    assert (shots["shots_on_target"] >= goals).all()
    assert (shots["shots"] >= shots["shots_on_target"]).all()
    assert np.corrcoef(shots["corners"][:, 0], rates[:, 0])[0, 1] > 0.1
    assert np.corrcoef(shots["red_cards"][:, 0], rates[:, 1])[0, 1] > 0.02


def test_powers_reach_the_overround_for_favourites_and_even_matches_alike() -> None:
    shares = np.array([[0.95, 0.04, 0.01], [0.4, 0.3, 0.3], [0.01, 0.04, 0.95]])
    asked = with_overround(shares, np.array([0.02, 0.05, 0.10]))
    assert asked.sum(axis=1) == pytest.approx([1.02, 1.05, 1.10], abs=1e-9)
    assert (asked > shares).all()


def test_the_best_price_is_never_below_the_average_and_all_have_two_decimals() -> None:
    views = np.random.default_rng(6).dirichlet([4, 3, 3], 300)
    prices = quoted_prices(views, laws()["prices"], np.random.default_rng(7))
    assert list(prices) == ["B365", "BW", "PP", "WH", "Max", "Avg"]
    assert (prices["Max"] >= prices["Avg"]).all()
    for quoted in prices.values():
        assert np.array_equal(quoted, np.round(quoted, 2))
        assert (quoted > 1).all()


def test_the_closing_view_is_nearer_to_the_truth_than_the_early_one() -> None:
    logs = np.random.default_rng(8).normal(0.2, 0.3, (2_000, 2))
    truth = outcome_probabilities(score_grid(np.exp(logs), -0.06, 12))
    views = market_views(logs, laws()["prices"], -0.06, 12, np.random.default_rng(9))
    distance = {moment: np.abs(view - truth).mean() for moment, view in views.items()}
    assert distance["close"] < 0.6 * distance["early"]


def test_the_market_is_calibrated_not_overconfident() -> None:
    logs = np.random.default_rng(10).normal(0.2, 0.3, (5_000, 2))
    truth = outcome_probabilities(score_grid(np.exp(logs), -0.06, 12))
    view = market_views(logs, laws()["prices"], -0.06, 12, np.random.default_rng(11))["early"]
    slope = np.polyfit(view[:, 0], truth[:, 0], 1)[0]
    assert slope == pytest.approx(1.0, abs=0.03)
