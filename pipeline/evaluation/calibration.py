"""How often things happen that were given a probability, with the noise a perfect forecaster would show.

A calibration error without its n and its noise floor misleads: 300 matches of a perfect forecaster show
almost 0.05. This measures calibration only; it says nothing about sharpness, and recalibrates nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.outcomes import SIDES
from pipeline.domain.scores import FloatArray, IntArray, checked_probabilities, log_loss
from pipeline.evaluation.comparison import compare, published_table

BINS_COUNT = 10
_BAND_TAIL = 0.025
_FLOOR_DRAWS = 100


def calibration_table(forecasts: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """Return the published table `calibration`: ten bins of equal width per family and side.

    forecasts, matches: the tables of these names. All families are judged on the matches that every one of
    them answered. A bin without a forecast has no row. The band holds 95 % of the shares that a perfect
    forecaster would show at this n (binomial around the bin's mean forecast).
    """
    common = compare(forecasts, matches).on_common_matches()
    rows = [
        {"family": family, **row}
        for family in common.families
        for row in _reliability(common.of(family), common.outcomes)
    ]
    return published_table("calibration", rows)


def ece(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> float:
    """Return the expected calibration error: the gap of ten bins weighted by n, as a mean over the outcomes.

    probabilities (n, 3), outcomes (n,). Bounds: 0 to 2/3, lower is better; NaN for no match. Chance keeps it
    above zero: read it beside `ece_floor`. Source: class-wise ECE of Kull et al. 2019, "Beyond temperature
    scaling". Raises the errors of `domain.scores`.
    """
    log_loss(probabilities, outcomes)  # refuses what is no forecast or no outcome
    forecast = checked_probabilities(probabilities)
    return _ece(
        _bin_sums(forecast), _hits(_bins(forecast), np.asarray(outcomes, dtype=np.int64)), len(forecast)
    )


def ece_floor(probabilities: npt.ArrayLike, seed: int, draws: int = _FLOOR_DRAWS) -> float:
    """Return the mean `ece` of outcomes drawn from the forecasts themselves: what perfection shows at this n.

    NaN for no match. Raises the errors of `domain.scores`.
    """
    forecast = checked_probabilities(probabilities)
    bins, sums, thresholds = _bins(forecast), _bin_sums(forecast), np.cumsum(forecast, axis=1)[:, :2]
    random = np.random.default_rng(seed)
    errors = np.empty(draws)
    for draw in range(draws):
        chance = random.random(len(forecast))
        simulated = (chance >= thresholds[:, 0]).astype(np.int64) + (chance >= thresholds[:, 1])
        errors[draw] = _ece(sums, _hits(bins, simulated), len(forecast))
    return float(errors.mean())


def _bins(probabilities: FloatArray) -> IntArray:
    """Number each probability's bin, 0 to 9, counted on over the sides: 0-9 home, 10-19 draw, 20-29 away."""
    bins = np.minimum((probabilities * BINS_COUNT).astype(np.int64), BINS_COUNT - 1)
    return bins + BINS_COUNT * np.arange(len(SIDES))


def _bin_sums(probabilities: FloatArray) -> FloatArray:
    weights = probabilities.ravel()
    sums = np.bincount(_bins(probabilities).ravel(), weights=weights, minlength=BINS_COUNT * len(SIDES))
    return sums.astype(np.float64)


def _hits(bins: IntArray, outcomes: IntArray) -> IntArray:
    happened = bins[np.arange(len(outcomes)), outcomes]
    return np.bincount(happened, minlength=BINS_COUNT * len(SIDES)).astype(np.int64)


def _ece(sums: FloatArray, hits: IntArray, n: int) -> float:
    # n_bin / n * |sum / n_bin - hits / n_bin| is |sum - hits| / n
    return float(np.abs(sums - hits).sum() / n / len(SIDES)) if n else np.nan


def _reliability(probabilities: FloatArray, outcomes: IntArray) -> Iterator[dict[str, Any]]:
    from scipy.stats import binom  # half a second to import

    bins = _bins(probabilities)
    counts = np.bincount(bins.ravel(), minlength=BINS_COUNT * len(SIDES))
    sums, hits = _bin_sums(probabilities), _hits(bins, outcomes)
    for place in np.flatnonzero(counts):
        side, number = divmod(int(place), BINS_COUNT)
        n, mean = int(counts[place]), min(float(sums[place] / counts[place]), 1.0)
        yield {
            "side": SIDES[side],
            "bin": number,
            "n": n,
            "forecast_mean": mean,
            "observed_share": hits[place] / n,
            "low": binom.ppf(_BAND_TAIL, n, mean) / n,
            "high": binom.ppf(1 - _BAND_TAIL, n, mean) / n,
        }
