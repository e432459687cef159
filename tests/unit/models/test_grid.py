"""The score grid against the Poisson formula and the published shape of the low-score correction."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.models.grid import GOALS, outcome_shares, score_grid

_HOME, _AWAY = np.array([1.5, 0.4, 3.9]), np.array([1.1, 2.2, 0.3])


@pytest.mark.parametrize("rho", [-0.2, -0.08, 0.0, 0.1])
def test_every_grid_sums_to_one(rho: float) -> None:
    assert score_grid(_HOME, _AWAY, rho).sum(axis=(1, 2)) == pytest.approx(np.ones(3))


@pytest.mark.parametrize("rho", [-0.2, -0.08, 0.0, 0.1])
def test_outcomes_without_the_grid_equal_the_sums_of_the_grid(rho: float) -> None:
    grid = score_grid(_HOME, _AWAY, rho)
    over = np.tril(np.ones((GOALS, GOALS)), -1)
    sums = np.stack(
        [(grid * over).sum((1, 2)), np.trace(grid, axis1=1, axis2=2), (grid * over.T).sum((1, 2))], 1
    )
    assert outcome_shares(_HOME, _AWAY, rho) == pytest.approx(sums)


def test_a_cell_without_correction_is_the_product_of_two_poissons() -> None:
    cell = score_grid(_HOME, _AWAY, 0.0)[0, 2, 1]
    assert cell == pytest.approx(math.exp(-2.6) * 1.5**2 / 2 * 1.1, rel=1e-6)


def test_the_correction_multiplies_the_four_lowest_scores_as_dixon_and_coles_say() -> None:
    rho, plain, corrected = -0.1, score_grid(_HOME, _AWAY, 0.0)[0], score_grid(_HOME, _AWAY, -0.1)[0]
    ratios = corrected / plain
    assert ratios[0, 0] == pytest.approx(1 - 1.5 * 1.1 * rho, rel=1e-6)
    assert ratios[0, 1] == pytest.approx(1 + 1.5 * rho, rel=1e-6)
    assert ratios[1, 0] == pytest.approx(1 + 1.1 * rho, rel=1e-6)
    assert ratios[1, 1] == pytest.approx(1 - rho, rel=1e-6)
    assert ratios[2, 2] == pytest.approx(1, rel=1e-6)


def test_a_negative_rho_makes_draws_likelier() -> None:
    assert (outcome_shares(_HOME, _AWAY, -0.1)[:, 1] > outcome_shares(_HOME, _AWAY, 0.0)[:, 1]).all()


def test_swapping_the_sides_swaps_the_outcomes() -> None:
    assert outcome_shares(_HOME, _AWAY, -0.1) == pytest.approx(outcome_shares(_AWAY, _HOME, -0.1)[:, ::-1])


def test_absurd_expectations_still_give_probabilities() -> None:
    shares = outcome_shares(np.array([0.0, 60.0]), np.array([60.0, 0.0]), -0.25)
    assert (shares > 0).all()
    assert shares.sum(axis=1) == pytest.approx([1, 1])
