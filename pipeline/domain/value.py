"""Where a forecast and a price disagree: edges, and the one outcome a match that a value bet would take.

This says what the rule signals, not that it pays: the returns of its bets belong to the evaluation room.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.domain.scores import FloatArray, IntArray, ShapeError

VALUE_THRESHOLD = 0.05
"""An edge must exceed five percentage points to count as value."""

EDGE_BUCKETS = (0.02, 0.03, 0.05, 0.08)
"""The record of edges is kept above each of these, as shares: a bucket holds the bets of those after it."""

BEST_PRICE_LIMIT = 1.25
"""A best price beyond this multiple of the average is a mistake or stale, and no price to be had."""

PRICE_SOURCES = ("avg", "max", "fonbet")
"""Whose early price a bet is counted at: the market average, the best of all, or the book named."""

SUPPORTED, UNPROVEN, REFUTED = "supported", "unproven", "refuted"

NO_SIDE = -1
"""Stands for "no bet" among the outcomes 0, 1 and 2."""

_DIGITS = 12  # 0.55 - 0.50 is a little more than 0.05 in binary; rounding makes ties and the threshold exact


def edges(probabilities: npt.ArrayLike, implied: npt.ArrayLike) -> FloatArray:
    """Return forecast minus implied probability (n, 3) per outcome; NaN where either is missing.

    Bounds: -1 to 1, as a share (times 100 for percentage points). Raises ShapeError where the shapes differ.

    >>> edges([[0.5, 0.25, 0.25]], [[0.375, 0.25, 0.375]])
    array([[ 0.125,  0.   , -0.125]])
    """
    forecast, market = np.asarray(probabilities, dtype=np.float64), np.asarray(implied, dtype=np.float64)
    if forecast.ndim != 2 or forecast.shape != market.shape:
        raise ShapeError(f"probabilities {forecast.shape} and implied {market.shape} must both be (n, 3)")
    return forecast - market


def value_sides(edges: npt.ArrayLike, threshold: float = VALUE_THRESHOLD) -> IntArray:
    """Return per match the outcome with the largest edge above the threshold, or `NO_SIDE` (-1).

    At most one outcome a match; the earlier one where two edges are equal. An edge of exactly the threshold
    is not above it, and a row with a missing value has no side. Raises ShapeError.

    edges: (n, 3), as `edges` returns them.

    >>> value_sides([[0.1, -0.05, -0.05], [0.02, -0.01, -0.01]])
    array([ 0, -1])
    """
    found = np.asarray(edges, dtype=np.float64)
    if found.ndim != 2 or found.shape[1] < 1:
        raise ShapeError(f"edges have the shape {found.shape}, not (n, 3)")
    is_unknown = np.isnan(found).any(axis=1, keepdims=True)
    comparable = np.where(is_unknown, -np.inf, found).round(_DIGITS)
    is_value = comparable.max(axis=1) > round(threshold, _DIGITS)
    return np.where(is_value, comparable.argmax(axis=1), NO_SIDE).astype(np.int64)


def buckets_with(threshold: float) -> tuple[float, ...]:
    """Return the buckets, with the threshold in force among them, so that every value bet has one.

    >>> buckets_with(0.04)
    (0.02, 0.03, 0.04, 0.05, 0.08)
    """
    return tuple(sorted({*EDGE_BUCKETS, threshold}))


def bucket_of(edge: float, buckets: tuple[float, ...]) -> float | None:
    """Return the highest bucket that an edge lies above; None below all, or where the edge is missing.

    >>> bucket_of(0.061, EDGE_BUCKETS), bucket_of(0.02, EDGE_BUCKETS)
    (0.05, None)
    """
    below = [each for each in buckets if round(edge, _DIGITS) > round(each, _DIGITS)]
    return max(below, default=None)


def usable_prices(prices: npt.ArrayLike, average: npt.ArrayLike, source: str) -> FloatArray:
    """Return the prices (n, 3) of a source that a bet can be counted at, NaN elsewhere.

    A best price (`max`) beyond 1.25 times the average is left out. Raises ShapeError where the shapes differ.
    """
    quoted, fair = np.asarray(prices, dtype=np.float64), np.asarray(average, dtype=np.float64)
    if quoted.shape != fair.shape:
        raise ShapeError(f"prices {quoted.shape} and their averages {fair.shape} differ")
    is_usable = quoted > 1
    if source == "max":
        is_usable &= quoted <= BEST_PRICE_LIMIT * fair
    return np.where(is_usable, quoted, np.nan)


def record_word(low: float, high: float) -> str:
    """Name a record by the 95 % interval of its closing line value: what is not shown is unproven.

    >>> [record_word(*ends) for ends in ((0.01, 0.03), (-0.01, 0.02), (-0.05, -0.01), (np.nan, np.nan))]
    ['supported', 'unproven', 'refuted', 'unproven']
    """
    return SUPPORTED if low > 0 else REFUTED if high < 0 else UNPROVEN
