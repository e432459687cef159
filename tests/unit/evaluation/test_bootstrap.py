"""Block bootstrap: right width, right blocks, repeatable, fast."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.domain.scores import ShapeError
from pipeline.evaluation.bootstrap import mean_interval, ratio_interval, ratio_intervals


def _random(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_single_row_blocks_give_the_textbook_width() -> None:
    # normal theory: 1.96 * sd / sqrt(n) either side
    values = _random().normal(0.0, 1.0, 2500)
    low, high = mean_interval(values, np.arange(2500), seed=1)
    assert (high - low) / 2 == pytest.approx(1.96 / 50, rel=0.1)
    assert low < values.mean() < high


def test_rows_that_move_together_widen_the_interval() -> None:
    # 100 days of 25 equal values are worth 100 observations: five times as wide
    days = np.repeat(np.arange(100), 25)
    values = np.repeat(_random().normal(size=100), 25)
    by_day, by_row = (mean_interval(values, blocks, seed=1) for blocks in (days, np.arange(2500)))
    assert (by_day[1] - by_day[0]) / (by_row[1] - by_row[0]) == pytest.approx(5, rel=0.15)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random, hits = _random(), 0
    for trial in range(200):
        values = np.repeat(random.normal(size=80), 5) + random.normal(size=400)
        low, high = mean_interval(values, np.repeat(np.arange(80), 5), seed=trial, draws=300)
        hits += low <= 0 <= high
    assert 0.90 <= hits / 200 <= 0.985


def test_the_same_seed_gives_the_same_bounds_and_another_gives_others() -> None:
    values, days = _random().normal(size=300), np.arange(300) // 10
    first, again, other = (mean_interval(values, days, seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_the_order_of_the_rows_does_not_matter() -> None:
    values, days = _random().normal(size=300), np.arange(300) // 10
    shuffled = _random().permutation(300)
    straight, mixed = (
        mean_interval(values, days, seed=3),
        mean_interval(values[shuffled], days[shuffled], seed=3),
    )
    assert mixed == pytest.approx(straight, abs=1e-12)


def test_blocks_may_be_named_by_days() -> None:
    values, days = np.arange(12.0), np.arange(12) // 3
    named = np.datetime64("2026-01-01") + days
    assert mean_interval(values, named, seed=1) == mean_interval(values, days, seed=1)


def test_a_higher_level_gives_a_wider_interval() -> None:
    values, days = _random().normal(size=400), np.arange(400) // 4
    narrow, wide = (mean_interval(values, days, seed=2, level=level) for level in (0.5, 0.99))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize("rows_count", [0, 1, 5])
def test_fewer_than_two_blocks_give_no_interval(rows_count: int) -> None:
    assert np.isnan(mean_interval(np.ones(rows_count), np.zeros(rows_count), seed=1)).all()


def test_equal_values_give_a_point() -> None:
    assert mean_interval(np.full(20, 0.25), np.arange(20), seed=1) == pytest.approx((0.25, 0.25))


def test_one_infinite_value_makes_the_upper_bound_infinite_and_leaves_the_lower() -> None:
    values = np.append(np.ones(50), np.inf)
    assert mean_interval(values, np.arange(51), seed=1) == (1.0, np.inf)


def test_infinities_of_both_signs_and_missing_values_give_no_interval() -> None:
    both = mean_interval(np.array([np.inf, -np.inf, 1.0]), np.arange(3), seed=1)
    missing = mean_interval(np.array([np.nan, 2.0, 1.0]), np.arange(3), seed=1)
    assert np.isnan([*both, *missing]).all()


def test_a_ratio_weighs_blocks_by_their_denominator() -> None:
    # profit is a tenth of turnover everywhere, however unequal the days: no spread at all
    turnover = np.arange(1.0, 41.0)
    assert ratio_interval(turnover / 10, turnover, np.arange(40), seed=1) == pytest.approx((0.1, 0.1))


def test_draws_without_turnover_are_left_out() -> None:
    # one day in four has a bet, and every bet wins half a stake
    stakes = np.tile([1.0, 0.0, 0.0, 0.0], 2)
    assert ratio_interval(stakes / 2, stakes, np.arange(8), seed=1) == (0.5, 0.5)


def test_no_turnover_at_all_gives_no_interval() -> None:
    assert np.isnan(ratio_interval(np.zeros(5), np.zeros(5), np.arange(5), seed=1)).all()


def test_columns_get_the_bounds_they_would_get_alone() -> None:
    columns, days = _random().normal(size=(200, 3)), np.arange(200) // 5
    low, high = ratio_intervals(columns, np.ones_like(columns), days, seed=5)
    alone = np.array([mean_interval(column, days, seed=5) for column in columns.T])
    assert np.stack([low, high], axis=1) == pytest.approx(alone)


@pytest.mark.parametrize(
    ("values", "blocks"),
    [(np.ones((4, 1)), np.arange(4)), (np.ones(4), np.arange(3)), (np.ones(4), np.ones((4, 1)))],
)
def test_arrays_that_do_not_fit_are_refused(values: np.ndarray, blocks: np.ndarray) -> None:
    with pytest.raises(ShapeError):
        mean_interval(values, blocks, seed=1)
