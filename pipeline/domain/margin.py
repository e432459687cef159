"""Take the bookmaker's margin out of decimal prices: implied probabilities by a named method.

Prices are (n, k) decimal odds above 1, one row a market; a row with a missing price stays a row of NaN. The
power method is the house's default, Shin's the cross-check; the additive, the odds-ratio and the
multiplicative method stand beside them for comparison. A negative margin (best prices over many bookmakers)
works too. Choosing whose prices to use is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pipeline.domain.errors import PipelineError
from pipeline.domain.scores import FloatArray, ShapeError

_MOST_STEPS = 200
_NEWTON_TOLERANCE = 1e-10  # relative; the error after such a step is about its square


class PriceError(PipelineError, ValueError):
    """A price is not a finite number above 1, or no method has that name."""


def implied(prices: npt.ArrayLike, method: str = "power") -> FloatArray:
    """Return the implied probabilities (n, k) of prices (n, k); each complete row sums to one.

    method: power, shin, odds_ratio, additive or multiplicative. The additive method alone has no answer (a
    row of NaN) where its even share of the margin leaves an outsider nothing. Raises ShapeError, PriceError.

    >>> implied([[2.7, 2.3, 4.4]]).round(4)
    array([[0.3592, 0.4237, 0.2171]])
    """
    if method not in METHODS:
        raise PriceError(f"no method {method!r} to remove a margin; there are {', '.join(METHODS)}")
    return METHODS[method](prices)


def overround(prices: npt.ArrayLike) -> FloatArray:
    """Return the bookmaker's margin per row: the sum of 1/price minus one; NaN where a price is missing.

    Raises ShapeError, PriceError.

    >>> overround([[2.7, 2.3, 4.4]]).round(4)
    array([0.0324])
    """
    return np.asarray((1 / _checked(prices)).sum(axis=1) - 1, dtype=np.float64)


def multiplicative(prices: npt.ArrayLike) -> FloatArray:
    """Return 1/price divided by the row's sum of 1/price. Raises ShapeError, PriceError.

    Simple and biased: it leaves the favourite-longshot bias in.
    """
    inverse = 1 / _checked(prices)
    return np.asarray(inverse / inverse.sum(axis=1, keepdims=True), dtype=np.float64)


def power(prices: npt.ArrayLike) -> FloatArray:
    """Return (1/price)**k with the one exponent k per row that makes the row sum to one.

    Source: Clarke, Kovalchik and Ingram 2017, "Adjusting bookmaker's odds to allow for overround". Solved by
    Newton's method on the logarithm of the sum, which is convex and falls in k: it converges from anywhere. A
    row settles on its own: no other row moves its last bit. Raises ShapeError, PriceError.
    """
    logs = -np.log(_checked(prices))
    exponent, is_open = np.ones((len(logs), 1)), np.ones((len(logs), 1), dtype=bool)
    for _ in range(_MOST_STEPS):
        powers = exponent * logs
        peak = powers.max(axis=1, keepdims=True, initial=-np.inf)
        weights = np.exp(powers - peak)
        total = weights.sum(axis=1, keepdims=True)
        slope = (weights * logs).sum(axis=1, keepdims=True) / total
        step = (np.log(total) + peak) / slope
        exponent = np.where(is_open, exponent - step, exponent)
        is_open &= np.abs(step) > _NEWTON_TOLERANCE * np.abs(exponent)
        if not is_open.any():
            break
    powers = np.exp(exponent * logs)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def shin(prices: npt.ArrayLike) -> FloatArray:
    """Return Shin's probabilities, which explain the margin by a share z of bettors who know the outcome.

    Source: Shin 1993, in the form of Strumbelj 2014: p = (sqrt(z^2 + 4 (1 - z) q^2 / B) - z) / (2 (1 - z))
    with q = 1/price and B = sum of q. Their sum falls in z; a negative margin gives a negative z. Raises
    ShapeError, PriceError.
    """
    inverse = 1 / _checked(prices)
    scaled = inverse**2 / inverse.sum(axis=1, keepdims=True)

    def shares_at(insider_share: FloatArray) -> tuple[FloatArray, FloatArray]:
        shares, root = _shin_at(insider_share, scaled)
        return shares, -(shares**2) * (1 + (insider_share - 2 * scaled) / root) / (2 * scaled)

    return _shares_that_sum_to_one(shares_at, *_shin_bracket(scaled))


def odds_ratio(prices: npt.ArrayLike) -> FloatArray:
    """Return the probabilities whose odds are those of 1/price divided by one number per row.

    Source: Cheung 2015, "Fixed-odds betting and traditional odds": with q = 1/price the ratio
    q (1 - p) / (p (1 - q)) is the same for every outcome. A shift of all log-odds, solved for the logarithm
    of that ratio. Raises ShapeError, PriceError.
    """
    known = _checked(prices)
    log_odds = -np.log(known - 1)

    def shares_at(shift: FloatArray) -> tuple[FloatArray, FloatArray]:
        shares = 1 / (1 + np.exp(shift - log_odds))
        return shares, -shares * (1 - shares)

    # where the shift moves the smallest (the largest) share to 1/k, all are at least (at most) that
    even = np.log(known.shape[1] - 1)
    ends = (end(axis=1, keepdims=True) + even for end in (log_odds.min, log_odds.max))
    return _shares_that_sum_to_one(shares_at, *ends)


def additive(prices: npt.ArrayLike) -> FloatArray:
    """Return 1/price less an even share of the row's margin, NaN where that leaves an outcome nothing.

    Source: Clarke, Kovalchik and Ingram 2017, who name that defect; of two outcomes it is Shin's method, and
    of any number Buchdahl's "margin proportional to the odds". Raises ShapeError, PriceError.
    """
    inverse = 1 / _checked(prices)
    shares = inverse - (inverse.sum(axis=1, keepdims=True) - 1) / inverse.shape[1]
    return np.where((shares > 0).all(axis=1, keepdims=True), shares, np.nan)


def _shares_that_sum_to_one(
    shares_at: Callable[[FloatArray], tuple[FloatArray, FloatArray]], low: FloatArray, high: FloatArray
) -> FloatArray:
    """Solve for the one number per row, between low and high (n, 1), at which its shares sum to one.

    shares_at: shares (n, k) that fall in the number, and their slopes. Newton's step where it stays between
    the ends, which close in with every step, and the middle of them where it does not. A row settles on its
    own.
    """
    number, is_open = np.clip(np.zeros_like(low), low, high), np.ones(low.shape, dtype=bool)
    for _ in range(_MOST_STEPS):
        shares, slopes = shares_at(number)
        excess = shares.sum(axis=1, keepdims=True) - 1
        low, high = np.where(excess > 0, number, low), np.where(excess > 0, high, number)
        newton = number - excess / slopes.sum(axis=1, keepdims=True)
        following = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
        following = np.where(is_open, following, number)
        step, number = np.abs(following - number), following
        is_open &= step > _NEWTON_TOLERANCE * (1 + np.abs(number))
        if not is_open.any():
            break
    shares, _ = shares_at(number)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float64)


def _shin_bracket(scaled: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Widen the lower end below zero for rows with a negative margin; the upper end 1 always lies above z."""
    low = np.zeros((len(scaled), 1))
    for _ in range(_MOST_STEPS):
        is_short = _shin_at(low, scaled)[0].sum(axis=1, keepdims=True) < 1
        if not is_short.any():
            break
        low = np.where(is_short, 2 * low - 1, low)
    return low, np.ones_like(low)


def _shin_at(insider_share: FloatArray, scaled: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Shin's shares and the square root in them."""
    # one fraction in two forms, each where nothing cancels; the first needs no limit at z = 1 either
    root = np.sqrt(insider_share**2 + 4 * (1 - insider_share) * scaled)
    above_zero, below_zero = np.maximum(insider_share, 0), np.minimum(insider_share, 0)
    shares = np.where(
        insider_share >= 0,
        2 * scaled / (root + above_zero),
        (root - below_zero) / (2 * (1 - below_zero)),
    )
    return shares, root


def _checked(prices: npt.ArrayLike) -> FloatArray:
    """Return prices as floats; NaN passes, and every method spreads it over its row through the row's sum."""
    known = np.asarray(prices, dtype=np.float64)
    if known.ndim != 2 or known.shape[1] < 2:
        raise ShapeError(f"prices have the shape {known.shape}, not (n, k) with two outcomes or more")
    is_missing = np.isnan(known)
    if not (is_missing | ((known > 1) & np.isfinite(known))).all():
        raise PriceError("every price must be a finite number above 1")
    return known


METHODS: dict[str, Callable[[npt.ArrayLike], FloatArray]] = {
    "power": power,
    "shin": shin,
    "odds_ratio": odds_ratio,
    "additive": additive,
    "multiplicative": multiplicative,
}
"""Every method by its name; the first is the default."""
