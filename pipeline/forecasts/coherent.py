"""One score distribution per match that agrees with the published outcomes, and with the totals where priced.

Two steps, both exact in their own way:

1. The expected goals of a Dixon-Coles grid are moved: their sum to the one at which three goals or more have
   the given probability (in that model it depends on the sum alone), their share to the one at which the
   home win leads the away win by as much as the forecast says. The shape of football scores stays.
2. What is left, mostly the draw, is tilted away: of all grids with the wanted shares the one of least
   relative entropy to the first, found by iterative proportional fitting (Deming and Stephan 1940; Csiszar
   1975) of the six classes of outcome and total.

Every other market is a sum over this grid (see `markets`), so that no two published numbers contradict each
other. Which forecast and which price go in is the caller's choice.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.models.base import Flags, Numbers, complete
from pipeline.models.grid import GOALS, outcome_shares, score_grid

RHO = -0.02
"""The low-score correction of the first step: the best of seven on the scores of 2017/18 to 2021/22 with
early prices. It is small because the second step sets the draws anyway."""
LINE = 2.5
_TOTALS = (0.2, 9.0)
_SHARES = (0.02, 0.98)
_STEPS = 40
_MOST_ROUNDS = 500
_CLOSE = 1e-12

_HOME, _AWAY = np.indices((GOALS, GOALS))
OUTCOME_OF_SCORE = 1 - np.sign(_HOME - _AWAY)
"""(GOALS, GOALS): 0 home, 1 draw, 2 away of every score."""
TOTAL_OF_SCORE = _HOME + _AWAY
_CLASS = OUTCOME_OF_SCORE * 2 + (TOTAL_OF_SCORE > LINE)  # six classes: outcome by total
_MEMBERS = np.stack([_CLASS.reshape(-1) == each for each in range(6)], axis=1).astype(np.float64)


def coherent_grids(outcomes: Numbers, home: Numbers, away: Numbers, over: Numbers) -> Numbers:
    """Return (n, GOALS, GOALS) probabilities of scores whose outcomes are exactly the given ones.

    outcomes: (n, 3); home, away: (n,) expected goals of a model; over: (n,) probability of three goals or
    more, NaN where there is none: the model's sum of goals holds there. A row without outcomes, or without
    both expected goals and over, is NaN.
    """
    grids: Numbers = np.full((len(outcomes), GOALS, GOALS), np.nan)
    is_priced = np.isfinite(over)
    known = complete(outcomes) & (is_priced | np.isfinite(home + away))
    if known.any():
        sums = np.where(is_priced, total_of_over(np.where(is_priced, over, 0.5)), home + away)[known]
        shares = _home_shares(outcomes[known], sums)
        start = score_grid(sums * shares, sums * (1 - shares), RHO)
        grids[known] = _tilted(start, outcomes[known], over[known])
    return grids


def total_of_over(over: Numbers) -> Numbers:
    """Return (n,) the mean of the Poisson count that exceeds 2.5 with the given probability.

    >>> total_of_over(np.array([0.5])).round(3)
    array([2.674])
    """

    def excess(total: Numbers) -> Numbers:
        return np.asarray(1 - np.exp(-total) * (1 + total + total**2 / 2) - over, dtype=np.float64)

    return _root(excess, *_TOTALS, count=len(over))


def _home_shares(outcomes: Numbers, sums: Numbers) -> Numbers:
    lead = outcomes[:, 0] - outcomes[:, 2]

    def excess(share: Numbers) -> Numbers:
        shares = outcome_shares(sums * share, sums * (1 - share), RHO)
        return np.asarray(shares[:, 0] - shares[:, 2] - lead, dtype=np.float64)

    return _root(excess, *_SHARES, count=len(sums))


def _root(rising: Callable[[Numbers], Numbers], low: float, high: float, *, count: int) -> Numbers:
    """Return (count,) where a rising function is zero, or the end where it comes closest.

    The Illinois form of false position (Dowell and Jarratt 1971, BIT 11): an end that stays twice counts
    half. A row settles on its own: no other row moves its last bit.
    """
    lows, highs = np.full(count, low), np.full(count, high)
    below, above = rising(lows), rising(highs)
    middle, last, is_open = lows, np.zeros(count), np.ones(count, dtype=np.bool_)
    for _ in range(_STEPS):
        share = np.divide(above, above - below, out=np.full(count, 0.5), where=above > below)
        middle = np.where(is_open, np.clip(highs - (highs - lows) * share, lows, highs), middle)
        value = rising(middle)
        is_open &= np.abs(value) > _CLOSE
        if not is_open.any():
            break
        is_above = value > 0
        below = np.where(is_above, np.where(last > 0, below / 2, below), value)
        above = np.where(is_above, value, np.where(last < 0, above / 2, above))
        lows, highs = np.where(is_above, lows, middle), np.where(is_above, middle, highs)
        last = np.where(is_above, 1.0, -1.0)
    return np.asarray(middle, dtype=np.float64)


def _tilted(grids: Numbers, outcomes: Numbers, over: Numbers) -> Numbers:
    """Scale the six classes of each grid until outcomes and, where given, totals are the wanted ones."""
    flat = grids.reshape(-1, GOALS * GOALS)
    cells = (flat @ _MEMBERS).reshape(-1, 3, 2)
    wanted = cells.copy()
    has_total, is_open = np.isfinite(over), np.ones(len(over), dtype=np.bool_)
    for _ in range(_MOST_ROUNDS):
        before = wanted
        wanted = _scaled(wanted, np.stack([1 - over, over], axis=1), axis=1, where=is_open & has_total)
        wanted = _scaled(wanted, outcomes, axis=2, where=is_open)
        is_open &= np.abs(wanted - before).max(axis=(1, 2)) > _CLOSE
        if not is_open.any():
            break
    factors = np.divide(wanted, cells, out=np.zeros_like(cells), where=cells > 0).reshape(-1, 6)
    return np.asarray(grids * factors[:, _CLASS], dtype=np.float64)


def _scaled(cells: Numbers, target: Numbers, *, axis: int, where: Flags) -> Numbers:
    sums = cells.sum(axis=axis)
    factors = np.divide(target, sums, out=np.zeros_like(sums), where=sums > 0)
    factors[~where] = 1.0
    return np.asarray(cells * np.expand_dims(factors, axis), dtype=np.float64)
