"""A weighted multinomial logit with ridge, by Newton's method: the recalibration of the goal grid.

The draw is the base: column 0 of the coefficients makes log(p_home / p_draw), column 1 log(p_away /
p_draw). The statsmodels logit knows no weights of rows; a test holds the two together where all weights are
1.
"""

from __future__ import annotations

import numpy as np

from pipeline.domain.errors import NotConverged
from pipeline.models.base import Numbers, softmax

_STEPS = 50
_TOLERANCE = 1e-9


def fit_logit(design: Numbers, outcomes: Numbers, weights: Numbers, ridge: Numbers) -> Numbers:
    """Return (k, 2) coefficients.

    design: (n, k); outcomes: (n,) 0 home, 1 draw, 2 away; weights: (n,); ridge: (k,) penalty on each square.
    Raises NotConverged where Newton's method finds no answer in 50 steps.
    """
    coefficients: Numbers = np.zeros((design.shape[1], 2))
    hits = np.stack([outcomes == 0, outcomes == 2], axis=1).astype(np.float64)
    for _ in range(_STEPS):
        step = _newton_step(design, hits, weights, ridge, coefficients)
        coefficients += step
        if np.abs(step).max() < _TOLERANCE:
            return coefficients
    raise NotConverged(
        "multinomial logit", f"the last of {_STEPS} steps still moved by {np.abs(step).max():.2g}"
    )


def logit_shares(design: Numbers, coefficients: Numbers) -> Numbers:
    """Return (n, 3) probabilities of HOME, DRAW, AWAY."""
    scores = design @ coefficients
    return softmax(np.stack([scores[:, 0], np.zeros(len(scores)), scores[:, 1]], axis=1))


def _newton_step(
    design: Numbers, hits: Numbers, weights: Numbers, ridge: Numbers, coefficients: Numbers
) -> Numbers:
    shares = logit_shares(design, coefficients)[:, [0, 2]]
    slope = design.T @ (weights[:, None] * (hits - shares)) - ridge[:, None] * coefficients
    size = design.shape[1]
    curve = np.zeros((2 * size, 2 * size))
    for i in range(2):
        for j in range(2):
            spread = weights * shares[:, i] * ((i == j) - shares[:, j])
            curve[i * size : (i + 1) * size, j * size : (j + 1) * size] = design.T @ (
                spread[:, None] * design
            )
    curve += np.diag(np.concatenate([ridge, ridge]))
    step: Numbers = (
        np.asarray(np.linalg.solve(curve, slope.T.reshape(-1)), dtype=np.float64).reshape(2, size).T
    )
    return step
