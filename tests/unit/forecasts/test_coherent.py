"""One score grid that agrees with the published outcomes and totals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.forecasts.coherent import (
    OUTCOME_OF_SCORE,
    RHO,
    TOTAL_OF_SCORE,
    coherent_grids,
    total_of_over,
)
from pipeline.models.base import Numbers
from pipeline.models.grid import GOALS, outcome_shares, score_grid

OUTCOMES = np.array([[0.5, 0.27, 0.23], [0.2, 0.3, 0.5], [0.86, 0.1, 0.04]])
HOME, AWAY, NO_PRICE = np.array([1.5, 1.0, 2.8]), np.array([1.1, 1.6, 0.6]), np.full(3, np.nan)
OVER = np.array([0.55, 0.41, 0.70])


def _outcomes_of(grids: Numbers) -> Numbers:
    return np.stack([(grids * (side == OUTCOME_OF_SCORE)).sum(axis=(1, 2)) for side in range(3)], axis=1)


def _over_of(grids: Numbers) -> Numbers:
    return np.asarray((grids * (TOTAL_OF_SCORE > 2.5)).sum(axis=(1, 2)))


@pytest.mark.parametrize("over", [OVER, NO_PRICE])
def test_the_outcomes_of_the_grid_are_those_of_the_forecast(over: Numbers) -> None:
    grids = coherent_grids(OUTCOMES, HOME, AWAY, over)
    assert _outcomes_of(grids) == pytest.approx(OUTCOMES, abs=1e-14)
    assert grids.sum(axis=(1, 2)) == pytest.approx(np.ones(3), abs=1e-14)


def test_the_total_of_the_grid_is_that_of_the_price() -> None:
    assert _over_of(coherent_grids(OUTCOMES, HOME, AWAY, OVER)) == pytest.approx(OVER, abs=1e-11)


def test_without_a_price_the_goals_stay_close_to_the_model_s() -> None:
    grids = coherent_grids(OUTCOMES, HOME, AWAY, NO_PRICE)
    assert (grids * TOTAL_OF_SCORE).sum(axis=(1, 2)) == pytest.approx(HOME + AWAY, abs=0.12)


def test_a_forecast_that_is_the_model_s_own_leaves_the_model_s_grid() -> None:
    outcomes = outcome_shares(HOME, AWAY, RHO)
    grids = coherent_grids(outcomes, HOME, AWAY, NO_PRICE)
    assert grids == pytest.approx(score_grid(HOME, AWAY, RHO), abs=1e-7)


def test_of_all_grids_with_these_shares_it_is_the_closest_to_where_the_tilt_began() -> None:
    # a tilt by classes is the solution (Csiszar 1975): inside a class every score keeps its ratio
    first = coherent_grids(OUTCOMES[:1], HOME[:1], AWAY[:1], OVER[:1])[0]
    total = total_of_over(OVER[:1])
    lead = OUTCOMES[0, 0] - OUTCOMES[0, 2]
    shares = np.linspace(0.3, 0.9, 60001)
    leads = outcome_shares(total * shares, total * (1 - shares), RHO)
    share = shares[np.abs(leads[:, 0] - leads[:, 2] - lead).argmin()]
    start = score_grid(total * share, total * (1 - share), RHO)[0]
    ratios = first / start
    for side in range(3):
        for is_over in (False, True):
            part = ratios[(side == OUTCOME_OF_SCORE) & ((TOTAL_OF_SCORE > 2.5) == is_over)]
            assert part == pytest.approx(part[0], rel=2e-3)


def test_scores_of_equal_clubs_are_mirrored() -> None:
    grid = coherent_grids(np.array([[0.36, 0.28, 0.36]]), np.array([1.4]), np.array([1.2]), NO_PRICE[:1])[0]
    assert grid == pytest.approx(grid.T, abs=1e-7)


def test_a_row_without_forecast_or_without_goals_is_empty_and_leaves_the_others() -> None:
    outcomes, home = OUTCOMES.copy(), HOME.copy()
    outcomes[0], home[1] = np.nan, np.nan
    grids = coherent_grids(outcomes, home, AWAY, NO_PRICE)
    assert np.isnan(grids[:2]).all()
    alone = coherent_grids(OUTCOMES[2:], HOME[2:], AWAY[2:], NO_PRICE[2:])
    assert grids[2:] == pytest.approx(alone, abs=1e-15)


def test_a_price_of_totals_stands_in_for_missing_ratings() -> None:
    grids = coherent_grids(OUTCOMES, NO_PRICE, NO_PRICE, OVER)
    assert _over_of(grids) == pytest.approx(OVER, abs=1e-11)


def test_an_impossible_outcome_gets_no_score() -> None:
    grid = coherent_grids(np.array([[0.7, 0.3, 0.0]]), np.array([1.5]), np.array([1.0]), np.array([0.4]))[0]
    assert grid[OUTCOME_OF_SCORE == 2].sum() == 0
    assert grid.sum() == pytest.approx(1)


def test_no_rows_give_no_grids() -> None:
    nothing = np.zeros(0)
    assert coherent_grids(np.zeros((0, 3)), nothing, nothing, nothing).shape == (0, GOALS, GOALS)


@pytest.mark.parametrize("total", [0.8, 2.5, 4.2])
def test_the_mean_of_a_poisson_count_is_found_from_its_chance_above_two_and_a_half(total: float) -> None:
    over = 1 - math.exp(-total) * (1 + total + total**2 / 2)
    assert total_of_over(np.array([over]))[0] == pytest.approx(total, abs=1e-6)
