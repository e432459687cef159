"""From two expected goals to scores and outcomes.

Goals are independent Poisson counts but for the four lowest scores, which the correction of Dixon and Coles
(JRSS C 46, 1997) shifts: with expectations l and u, 0-0 counts 1 - l u rho, 0-1 counts 1 + l rho, 1-0
counts 1 + u rho, 1-1 counts 1 - rho. A negative rho makes draws likelier. Grids hold 0 to 11 goals a side
and sum to 1.
"""

from __future__ import annotations

import math

import numpy as np

from pipeline.models.base import Numbers

GOALS = 12
LEAST_EXPECTED, MOST_EXPECTED = 0.05, 6.0
_LEAST_FACTOR = 1e-6


def score_grid(home: Numbers, away: Numbers, rho: float | Numbers) -> Numbers:
    """Return (n, GOALS, GOALS) probabilities of each score, home goals first.

    home, away: (n,) expected goals, kept within 0.05 and 6; rho: one for all rows or (n,).
    """
    home, away = _bounded(home), _bounded(away)
    grid: Numbers = _poisson(home)[:, :, None] * _poisson(away)[:, None, :]
    for (i, j), factor in _low_score_factors(home, away, rho).items():
        grid[:, i, j] *= factor
    grid /= grid.sum(axis=(1, 2), keepdims=True)
    return grid


def outcome_shares(home: Numbers, away: Numbers, rho: float | Numbers) -> Numbers:
    """Return (n, 3) probabilities of HOME, DRAW, AWAY: those of `score_grid`, without building the grid."""
    home, away = _bounded(home), _bounded(away)
    of_home, of_away = _poisson(home), _poisson(away)
    below_home, below_away = _below(of_home), _below(of_away)
    shares: Numbers = np.stack(
        [
            (of_home * below_away).sum(axis=1),
            (of_home * of_away).sum(axis=1),
            (of_away * below_home).sum(axis=1),
        ],
        axis=1,
    )
    for (i, j), factor in _low_score_factors(home, away, rho).items():
        shares[:, 1 + int(np.sign(j - i))] += (factor - 1) * of_home[:, i] * of_away[:, j]
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _bounded(expected: Numbers) -> Numbers:
    return np.clip(np.asarray(expected, dtype=np.float64), LEAST_EXPECTED, MOST_EXPECTED)


def _poisson(expected: Numbers) -> Numbers:
    goals = np.arange(GOALS)
    log_factorials = np.array([math.lgamma(count + 1) for count in goals])
    shares: Numbers = np.exp(goals * np.log(expected)[:, None] - expected[:, None] - log_factorials)
    return shares


def _below(shares: Numbers) -> Numbers:
    sums: Numbers = np.cumsum(shares, axis=1) - shares
    return sums


def _low_score_factors(home: Numbers, away: Numbers, rho: float | Numbers) -> dict[tuple[int, int], Numbers]:
    factors = {
        (0, 0): 1 - home * away * rho,
        (0, 1): 1 + home * rho,
        (1, 0): 1 + away * rho,
        (1, 1): np.ones(len(home)) - rho,
    }
    return {score: np.maximum(factor, _LEAST_FACTOR) for score, factor in factors.items()}
