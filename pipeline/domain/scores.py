"""Scoring rules for one forecast of one match: log loss, ranked probability score, Brier score, hit.

Every function takes probabilities (n, 3) in the order of `Outcome` and outcomes (n,) of 0, 1 or 2, and
returns one value a match. Means, intervals and comparisons with the market belong to the evaluation room.
Nothing is clipped, filled or renormalised here: a faulty forecast is refused, a sure and wrong one costs
infinity.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.domain.errors import PipelineError
from pipeline.domain.outcomes import SIDES

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SUM_TOLERANCE = 1e-6
"""How far from one the probabilities of a match may sum: room for single precision, not for a mistake."""


class ShapeError(PipelineError, ValueError):
    """The arrays have not the shape the rule needs."""


class ProbabilityError(PipelineError, ValueError):
    """A row is no probability distribution: empty, below zero, or its sum is not one."""


class OutcomeValueError(PipelineError, ValueError):
    """An outcome is not 0, 1 or 2."""


def log_loss(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> FloatArray:
    """Return minus the natural logarithm of the probability given to what happened, per match in nats.

    Bounds: 0 to infinity, lower is better; a probability of 0 for what happened is infinity, never clipped
    (Good 1952, "Rational decisions"; uniform forecasts score log 3).
    Raises ShapeError, ProbabilityError, OutcomeValueError.

    >>> log_loss([[0.5, 0.25, 0.25]], [0]).round(4)
    array([0.6931])
    """
    forecast, happened = _checked(probabilities, outcomes)
    given = forecast[np.arange(len(happened)), happened]
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(given) + 0.0, dtype=np.float64)  # + 0.0: a sure hit is 0, not -0


def rps(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> FloatArray:
    """Return the ranked probability score per match: the mean squared gap of the cumulative distributions.

    Bounds: 0 to 1, lower is better; it needs the order home, draw, away (Epstein 1969; Constantinou and
    Fenton 2012, "Solving the problem of inadequate scoring rules").
    Raises ShapeError, ProbabilityError, OutcomeValueError.

    >>> rps([[0.8, 0.1, 0.1], [0.35, 0.3, 0.35]], [0, 1]).round(4)
    array([0.025 , 0.1225])
    """
    forecast, happened = _checked(probabilities, outcomes)
    gaps = np.cumsum(forecast - _indicators(happened), axis=1)[:, :-1]
    return np.asarray((gaps**2).sum(axis=1) / (len(SIDES) - 1), dtype=np.float64)


def brier(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> FloatArray:
    """Return the Brier score per match: the squared gaps summed over the three outcomes.

    Bounds: 0 to 2, lower is better (Brier 1950, the original sum over categories, not halved).
    Raises ShapeError, ProbabilityError, OutcomeValueError.

    >>> brier([[0.0, 0.0, 1.0], [0.5, 0.25, 0.25]], [0, 0])
    array([2.   , 0.375])
    """
    forecast, happened = _checked(probabilities, outcomes)
    return np.asarray(((forecast - _indicators(happened)) ** 2).sum(axis=1), dtype=np.float64)


def is_hit(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> BoolArray:
    """Tell per match whether the most probable outcome came.

    Where two are equally probable the earlier one counts as the pick: home before draw before away.
    Raises ShapeError, ProbabilityError, OutcomeValueError.

    >>> is_hit([[0.4, 0.2, 0.4], [0.4, 0.2, 0.4]], [0, 2])
    array([ True, False])
    """
    forecast, happened = _checked(probabilities, outcomes)
    return np.asarray(forecast.argmax(axis=1) == happened, dtype=np.bool_)


def checked_probabilities(probabilities: npt.ArrayLike) -> FloatArray:
    """Return the probabilities as floats (n, 3) once every row has proved a distribution.

    Raises ShapeError where the array is not (n, 3), ProbabilityError naming the first faulty row.
    """
    forecast = np.asarray(probabilities, dtype=np.float64)
    if forecast.ndim != 2 or forecast.shape[1] != len(SIDES):
        raise ShapeError(f"probabilities have the shape {forecast.shape}, not (n, {len(SIDES)})")
    # asked the other way round, so that NaN is a fault too
    is_right = (forecast >= 0).all(axis=1) & (np.abs(forecast.sum(axis=1) - 1) <= SUM_TOLERANCE)
    if not is_right.all():
        row = int(np.argmin(is_right))
        raise ProbabilityError(f"row {row} is no distribution over the outcomes: {forecast[row].tolist()}")
    return forecast


def _checked(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> tuple[FloatArray, IntArray]:
    forecast = checked_probabilities(probabilities)
    happened = np.asarray(outcomes)
    if happened.shape != (len(forecast),):
        raise ShapeError(f"outcomes have the shape {happened.shape}, not ({len(forecast)},)")
    if not np.isin(happened, np.arange(len(SIDES))).all():
        raise OutcomeValueError("outcomes must be 0 (home), 1 (draw) or 2 (away)")
    return forecast, happened.astype(np.int64)


def _indicators(outcomes: IntArray) -> FloatArray:
    return np.eye(len(SIDES))[outcomes]
