"""From strengths to results: expected goals, the score distribution, scores and match statistics.

Goals follow Dixon and Coles (1997), "Modelling association football scores and inefficiencies in the football
betting market", Applied Statistics 46: two Poisson variables with a correction of the four lowest scores, on
a grid that is scaled to sum to one. Shots, corners and red cards are drawn from the expected goals, not from
the goals scored, so they tell of strength what the score does not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

_TYPICAL_GOALS = 1.35


def log_rates(attack: Numbers, defence: Numbers, log_goals: float, home_advantage: float) -> Numbers:
    """Return the log of the expected goals of both sides, shape (n, 2).

    attack, defence: shape (n, 2), columns home and away. home_advantage: difference of the two log rates
    between equal clubs, half of it given and half taken.
    """
    tilt = np.array([home_advantage / 2, -home_advantage / 2])
    return np.asarray(log_goals + tilt + attack - defence[:, ::-1])


def score_grid(rates: Numbers, rho: float, most_goals: int) -> Numbers:
    """Return the probability of each score, shape (n, most_goals + 1, most_goals + 1), home goals first.

    rates: expected goals, shape (n, 2). rho: Dixon and Coles, equations 4.2 and 4.3; negative makes 0-0 and
    1-1 likelier.

    >>> bool(np.isclose(score_grid(np.array([[1.4, 1.1]]), -0.06, 12).sum(), 1.0))
    True
    """
    goals = np.arange(most_goals + 1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(goals[1:]))])
    marginals = np.exp(goals * np.log(rates)[:, :, None] - rates[:, :, None] - log_factorial)
    grid = marginals[:, 0, :, None] * marginals[:, 1, None, :]
    home, away = rates[:, 0], rates[:, 1]
    grid[:, 0, 0] *= 1 - home * away * rho
    grid[:, 0, 1] *= 1 + home * rho
    grid[:, 1, 0] *= 1 + away * rho
    grid[:, 1, 1] *= 1 - rho
    return np.asarray(grid / grid.sum(axis=(1, 2), keepdims=True))


def outcome_probabilities(grid: Numbers) -> Numbers:
    """Return HOME, DRAW, AWAY from score grids, shape (n, 3).

    >>> outcome_probabilities(score_grid(np.array([[1.5, 1.0]]), 0.0, 12)).round(3).tolist()
    [[0.488, 0.26, 0.252]]
    """
    lower = np.tril(np.ones(grid.shape[1:]), -1)
    home, away = (grid * lower).sum(axis=(1, 2)), (grid * lower.T).sum(axis=(1, 2))
    return np.column_stack([home, 1 - home - away, away])


def draw_scores(grid: Numbers, random: np.random.Generator) -> Integers:
    """Return full-time goals, shape (n, 2), one draw from each grid."""
    flat = np.cumsum(grid.reshape(len(grid), -1), axis=1)
    cell = (random.random(len(grid))[:, None] * flat[:, -1:] >= flat[:, :-1]).sum(axis=1)
    return np.column_stack(np.divmod(cell, grid.shape[2]))


def draw_half_time(goals: Integers, first_half_share: float, random: np.random.Generator) -> Integers:
    """Return half-time goals, shape (n, 2): each goal falls in the first half with the given probability."""
    return np.asarray(random.binomial(goals, first_half_share))


def draw_statistics(rates: Numbers, goals: Integers, random: np.random.Generator) -> dict[str, Integers]:
    """Return shots, shots on target, corners and red cards, shape (n, 2) each, columns home and away.

    Shots that are saved, shots off target and corners are Poisson with means that grow less than in
    proportion to the expected goals; a goal is a shot on target. Red cards fall more often to the side under
    pressure.
    """
    pressure = rates / _TYPICAL_GOALS
    on_target = goals + random.poisson(3.1 * pressure**0.60)
    return {
        "shots": on_target + random.poisson(7.6 * pressure**0.40),
        "shots_on_target": on_target,
        "corners": random.poisson(5.0 * pressure**0.35),
        "red_cards": random.poisson(0.085 * pressure[:, ::-1] ** 0.5),
    }
