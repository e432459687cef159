"""Goals behind probabilities: made from known means, they must come back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.features.implied_goals import RHO, implied_goals
from pipeline.models.grid import score_grid

_MEANS = np.array([[1.6, 1.1], [0.7, 0.8], [3.1, 0.5], [0.4, 2.4], [1.3, 1.3]])


def _of_grid() -> tuple[np.ndarray, np.ndarray]:
    grid = score_grid(_MEANS[:, 0], _MEANS[:, 1], RHO)
    goals = np.arange(grid.shape[1])
    lead = goals[:, None] - goals[None, :]
    outcomes = np.column_stack(
        [grid[:, lead > 0].sum(1), grid[:, lead == 0].sum(1), grid[:, lead < 0].sum(1)]
    )
    return outcomes, grid[:, goals[:, None] + goals[None, :] > 2].sum(axis=1)


def test_outcomes_and_totals_give_the_means_back() -> None:
    outcomes, over25 = _of_grid()
    assert implied_goals(outcomes, over25) == pytest.approx(_MEANS, abs=2e-3)


def test_without_a_total_the_draw_says_how_many_goals() -> None:
    outcomes, over25 = _of_grid()
    assert implied_goals(outcomes, np.full_like(over25, math.nan)) == pytest.approx(_MEANS, abs=5e-3)


def test_an_unpriced_row_has_no_goals() -> None:
    assert np.isnan(implied_goals(np.full((1, 3), math.nan), np.array([0.5]))).all()


def test_mirrored_probabilities_mirror_the_goals() -> None:
    outcomes, over25 = _of_grid()
    there, back = implied_goals(outcomes, over25), implied_goals(outcomes[:, ::-1], over25)
    assert back[:, ::-1] == pytest.approx(there, abs=1e-6)


def test_prices_beyond_any_match_still_give_finite_goals() -> None:
    extreme = np.array([[0.998, 0.001, 0.001], [1e-4, 1e-4, 0.9998], [0.05, 0.9, 0.05]])
    goals = implied_goals(extreme, np.array([0.999, 0.001, math.nan]))
    assert np.isfinite(goals).all()
    assert (goals > 0).all()
