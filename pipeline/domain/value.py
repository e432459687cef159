"""Where a forecast and a price disagree: edges, and the one outcome a match that a value bet would take.

This says what the rule signals, not that it pays: the returns of its bets belong to the evaluation room.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.domain.scores import FloatArray, IntArray, ShapeError

VALUE_THRESHOLD = 0.05
"""An edge must exceed five percentage points to count as value."""

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
