"""Intervals by block bootstrap: whole match-days are drawn with replacement, not single matches.

Matches of one day share the weather and the market's errors, so that resampling them one by one promises too
much (Efron and Tibshirani 1993, chapter 8). Several columns over the same rows share their draws, which pairs
them and costs one set of weights. Nothing here knows what a column means.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.domain.scores import FloatArray, IntArray, ShapeError

DRAWS = 1000
LEVEL = 0.95
_FEWEST_BLOCKS = 2


def mean_interval(
    values: npt.ArrayLike, blocks: npt.ArrayLike, *, seed: int, draws: int = DRAWS, level: float = LEVEL
) -> tuple[float, float]:
    """Return the interval (low, high) of the mean of values (n,) whose rows belong to blocks (n,).

    NaN, NaN for fewer than two blocks: one day tells nothing about days. An infinite value is kept: a bound
    is infinite where enough draws hold it. Raises ShapeError.
    """
    column = np.asarray(values, dtype=np.float64)
    return ratio_interval(column, np.ones_like(column), blocks, seed=seed, draws=draws, level=level)


def ratio_interval(
    numerators: npt.ArrayLike,
    denominators: npt.ArrayLike,
    blocks: npt.ArrayLike,
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> tuple[float, float]:
    """Return the interval (low, high) of sum(numerators) / sum(denominators), such as profit by turnover.

    All three are (n,). Draws whose denominator is zero say nothing and are left out; NaN, NaN where none is
    left or where there are fewer than two blocks. Raises ShapeError.
    """
    upper, lower = (np.asarray(each, dtype=np.float64) for each in (numerators, denominators))
    if upper.ndim != 1 or lower.ndim != 1:
        raise ShapeError(f"one column each is needed, not {upper.shape} by {lower.shape}")
    low, high = ratio_intervals(upper[:, None], lower[:, None], blocks, seed=seed, draws=draws, level=level)
    return float(low[0]), float(high[0])


def ratio_intervals(
    numerators: FloatArray,
    denominators: FloatArray,
    blocks: npt.ArrayLike,
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> tuple[FloatArray, FloatArray]:
    """Return lows (k,) and highs (k,) of k ratios over the same rows: numerators and denominators are (n, k).

    The same seed, rows and block names give the same bounds. Raises ShapeError.
    """
    if numerators.ndim != 2 or numerators.shape != denominators.shape:
        raise ShapeError(f"numerators {numerators.shape} and denominators {denominators.shape} differ")
    block_of = _block_numbers(blocks, len(numerators))
    blocks_count = int(block_of.max(initial=-1)) + 1
    if blocks_count < _FEWEST_BLOCKS:
        nothing = np.full(numerators.shape[1], np.nan)
        return nothing, nothing.copy()
    weights = (
        np.random.default_rng(seed)
        .multinomial(blocks_count, np.full(blocks_count, 1 / blocks_count), size=draws)
        .astype(np.float64)
    )
    totals = _drawn_sums(weights, numerators, block_of)
    shares = weights @ _block_sums(denominators, block_of, blocks_count)
    bounds = [_bounds(totals[:, each], shares[:, each], level) for each in range(numerators.shape[1])]
    return np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])


def _block_numbers(blocks: npt.ArrayLike, rows_count: int) -> IntArray:
    names = np.asarray(blocks)
    if names.shape != (rows_count,):
        raise ShapeError(f"blocks have the shape {names.shape}, not ({rows_count},)")
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _block_sums(values: FloatArray, block_of: IntArray, blocks_count: int) -> FloatArray:
    columns = [np.bincount(block_of, weights=column, minlength=blocks_count) for column in values.T]
    return np.array(columns, dtype=np.float64).reshape(-1, blocks_count).T


def _drawn_sums(weights: FloatArray, values: FloatArray, block_of: IntArray) -> FloatArray:
    """Sum per draw; infinities apart, because a block drawn zero times would turn them into NaN."""
    blocks_count = weights.shape[1]
    is_infinite = np.isinf(values)
    sums = np.asarray(weights @ _block_sums(np.where(is_infinite, 0.0, values), block_of, blocks_count))
    if not is_infinite.any():
        return sums
    signs = np.where(is_infinite, np.sign(values), 0.0)
    above = weights @ _block_sums((signs > 0).astype(np.float64), block_of, blocks_count)
    below = weights @ _block_sums((signs < 0).astype(np.float64), block_of, blocks_count)
    sums = np.where(above > 0, np.inf, sums)
    return np.where(below > 0, np.where(above > 0, np.nan, -np.inf), sums)


def _bounds(totals: FloatArray, shares: FloatArray, level: float) -> tuple[float, float]:
    drawn = totals[shares != 0] / shares[shares != 0]
    if not len(drawn) or np.isnan(drawn).any():
        return np.nan, np.nan
    tail = (1 - level) / 2
    # a drawn value, never one between two of them: infinity minus infinity is no number
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)
