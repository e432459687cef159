"""A weighted multinomial logit with ridge and offset, by Newton's method: what every outcome family fits.

The draw is the base: column 0 of the coefficients makes log(p_home / p_draw), column 1 log(p_away /
p_draw). The second derivatives are taken anew only where the last ones no longer shorten the steps, and in
single precision: that changes how fast the answer is found, not which. The statsmodels logit knows no weights
of rows; a test holds the two together where all weights are 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.domain.errors import NotConverged
from pipeline.models.base import Numbers, softmax

_STEPS = 80
_TOLERANCE = 1e-9
_SHORTER = 0.3
"""A step must be this much shorter than the one before, or the second derivatives are taken anew."""


def fit_logit(
    design: Numbers, outcomes: Numbers, weights: Numbers, ridge: Numbers, offset: Numbers | None = None
) -> Numbers:
    """Return (k, 2) coefficients.

    design: (n, k); outcomes: (n,) 0 home, 1 draw, 2 away; weights: (n,); ridge: (k,) penalty on half of each
    square; offset: (n, 2) log ratios that are there before any column, none by default.
    Raises NotConverged where no answer is found in 80 steps.
    """
    coefficients: Numbers = np.zeros((design.shape[1], 2))
    hits = np.stack([outcomes == 0, outcomes == 2], axis=1).astype(np.float64)
    rough = design.astype(np.float32)
    inverse, longest = np.zeros((0, 0)), np.inf
    for _ in range(_STEPS):
        shares = logit_shares(design, coefficients, offset)[:, [0, 2]]
        slope = design.T @ (weights[:, None] * (hits - shares)) - ridge[:, None] * coefficients
        step = _step(inverse, slope)
        if not np.abs(step).max(initial=0.0) < _SHORTER * longest or not len(inverse):
            inverse = _inverse_curve(rough, weights, ridge, shares)
            step = _step(inverse, slope)
        coefficients += step
        longest = float(np.abs(step).max())
        if longest < _TOLERANCE:
            return coefficients
    raise NotConverged("multinomial logit", f"the last of {_STEPS} steps still moved by {longest:.2g}")


def logit_ratios(design: Numbers, coefficients: Numbers, offset: Numbers | None = None) -> Numbers:
    """Return (n, 2) log(p_home / p_draw) and log(p_away / p_draw)."""
    ratios: Numbers = design @ coefficients
    return ratios if offset is None else ratios + offset


def logit_shares(design: Numbers, coefficients: Numbers, offset: Numbers | None = None) -> Numbers:
    """Return (n, 3) probabilities of HOME, DRAW, AWAY."""
    return shares_of(logit_ratios(design, coefficients, offset))


def shares_of(ratios: Numbers) -> Numbers:
    """Return (n, 3) probabilities from (n, 2) log ratios to the draw."""
    return softmax(np.stack([ratios[:, 0], np.zeros(len(ratios)), ratios[:, 1]], axis=1))


def ratios_of(shares: Numbers) -> Numbers:
    """Return (n, 2) log ratios to the draw of (n, 3) probabilities."""
    logs = np.log(shares)
    ratios: Numbers = logs[:, [0, 2]] - logs[:, [1]]
    return ratios


def _step(inverse: Numbers, slope: Numbers) -> Numbers:
    if not len(inverse):
        return np.zeros((0, 2))
    step: Numbers = (inverse @ slope.T.reshape(-1)).reshape(2, -1).T
    return step


def _inverse_curve(
    rough: npt.NDArray[np.float32], weights: Numbers, ridge: Numbers, shares: Numbers
) -> Numbers:
    size = rough.shape[1]
    curve = np.diag(np.concatenate([ridge, ridge]))
    for i, j in ((0, 0), (0, 1), (1, 1)):
        spread = weights * shares[:, i] * (1 - shares[:, j] if i == j else shares[:, j])
        spread_rows = np.sqrt(spread).astype(np.float32)[:, None] * rough
        # a matrix times its own transpose is half the work of any other product
        block = (1 if i == j else -1) * (spread_rows.T @ spread_rows).astype(np.float64)
        curve[i * size : (i + 1) * size, j * size : (j + 1) * size] += block
        if i != j:
            curve[j * size : (j + 1) * size, i * size : (i + 1) * size] += block
    try:
        inverse: Numbers = np.linalg.inv(curve)
    except np.linalg.LinAlgError as fault:
        raise NotConverged("multinomial logit", "the columns leave the answer open") from fault
    return inverse
