"""The weighted logit, held against statsmodels where both can speak."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from pipeline.domain.errors import NotConverged
from pipeline.models.logit import fit_logit, logit_shares, ratios_of, shares_of

_RANDOM = np.random.default_rng(5)
_DESIGN = np.column_stack([np.ones(3000), _RANDOM.normal(size=(3000, 2))])
_TRUE = np.array([[0.4, -0.1], [0.8, -0.6], [0.2, 0.1]])
_OUTCOMES = np.array([_RANDOM.choice(3, p=row) for row in logit_shares(_DESIGN, _TRUE)], dtype=np.float64)
_NO_RIDGE = np.zeros(3)


def test_with_equal_weights_it_is_the_logit_of_statsmodels() -> None:
    draw_first = np.select([_OUTCOMES == 1, _OUTCOMES == 0], [0, 1], 2)
    oracle = sm.MNLogit(draw_first, _DESIGN).fit(disp=False, method="newton").params
    ours = fit_logit(_DESIGN, _OUTCOMES, np.ones(3000), _NO_RIDGE)
    assert ours == pytest.approx(np.asarray(oracle), abs=1e-6)


def test_a_weight_of_two_is_the_same_row_twice() -> None:
    weights = np.ones(3000)
    weights[:500] = 2
    doubled = fit_logit(
        np.vstack([_DESIGN, _DESIGN[:500]]), np.append(_OUTCOMES, _OUTCOMES[:500]), np.ones(3500), _NO_RIDGE
    )
    assert fit_logit(_DESIGN, _OUTCOMES, weights, _NO_RIDGE) == pytest.approx(doubled, abs=1e-8)


def test_ridge_draws_slopes_to_zero() -> None:
    free = fit_logit(_DESIGN, _OUTCOMES, np.ones(3000), _NO_RIDGE)
    drawn = fit_logit(_DESIGN, _OUTCOMES, np.ones(3000), np.array([0.0, 500.0, 500.0]))
    assert (np.abs(drawn[1]) < np.abs(free[1])).all()


def test_shares_sum_to_one_and_keep_the_order_home_draw_away() -> None:
    shares = logit_shares(np.array([[1.0, 9.0, 0.0], [1.0, -9.0, 0.0]]), _TRUE)
    assert shares.sum(axis=1) == pytest.approx([1, 1])
    assert shares.argmax(axis=1).tolist() == [0, 2]


def test_outcomes_that_a_column_separates_have_no_answer() -> None:
    design = np.column_stack([np.ones(30), np.repeat([-1.0, 0.0, 1.0], 10)])
    with pytest.raises((NotConverged, np.linalg.LinAlgError)):
        fit_logit(design, np.repeat([0.0, 1.0, 2.0], 10), np.ones(30), np.zeros(2))


def test_an_offset_is_a_column_whose_coefficients_are_one() -> None:
    offset = np.outer(_DESIGN[:, 1], [0.8, -0.6])
    free = fit_logit(_DESIGN, _OUTCOMES, np.ones(3000), _NO_RIDGE)
    beyond = fit_logit(_DESIGN, _OUTCOMES, np.ones(3000), _NO_RIDGE, offset)
    assert beyond + np.array([[0, 0], [0.8, -0.6], [0, 0]]) == pytest.approx(free, abs=1e-7)


def test_an_offset_alone_makes_the_shares() -> None:
    shares = logit_shares(np.ones((1, 1)), np.zeros((1, 2)), np.log([[2.0, 1.0]]))
    assert shares[0] == pytest.approx([0.5, 0.25, 0.25])


def test_ratios_and_shares_are_each_other_s_inverse() -> None:
    shares = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    assert shares_of(ratios_of(shares)) == pytest.approx(shares)


def test_with_a_ridge_two_columns_that_say_the_same_share_the_answer() -> None:
    twice = np.column_stack([_DESIGN, _DESIGN[:, 1]])
    answer = fit_logit(twice, _OUTCOMES, np.ones(3000), np.array([0.0, 1.0, 1.0, 1.0]))
    assert answer[1] == pytest.approx(answer[3], abs=1e-6)
