"""What one match tells about scoring: goals blended with shots and corners, on the scale of goals.

Each statistic is rescaled by the running means of its division, so a division that begins to count corners
does not jump. A statistic that was not counted is left out and the rest carries its weight; with goals
alone the observation counts as much noisier, and stands in for every blend where nothing else was counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.features.compiled import compiled
from pipeline.features.history import Floats, History, Ints

NAMES = ("goals", "on_target", "off_target", "corners")
TYPICAL = (1.35, 4.4, 7.0, 5.0)
TYPICAL_COUNT = 20
MEMORY = 500
"""Club-matches a running mean remembers: 250 matches."""

NOISE_GOALS = 0.73
RED_CARD_NOISE = 0.87
FULL_GOALS = 3
GOAL_BEYOND = 0.92


@dataclass(frozen=True)
class Blend:
    """Weights of NAMES in an observation, and its noise (variance over the mean; 1 would be Poisson) where
    all of them were counted.
    """

    weights: tuple[float, float, float, float]
    noise: float
    noise_goals: float = NOISE_GOALS


def counted(history: History) -> Floats:
    """Return (n, 2, 4) numbers of NAMES for home and away; goals beyond the third at a discount.

    NaN where a statistic was not counted. More shots on target than shots leave none off target.
    """
    goals, shots = history.counts["goals"], history.counts["shots"]
    on_target = history.counts["shots_on_target"]
    full = np.minimum(goals, FULL_GOALS) + GOAL_BEYOND * np.maximum(goals - FULL_GOALS, 0.0)
    off_target = np.maximum(shots - on_target, 0.0)
    return np.stack([full, on_target, off_target, history.counts["corners"]], axis=2)


def rescaled(history: History) -> Floats:
    """Return (n, 2, 4) the numbers of `counted` on the scale of goals, by the means of earlier days."""
    numbers = counted(history)
    scales = _scales(history.events, history.division, len(history.divisions), numbers)
    return np.asarray(numbers * scales[:, None, :])


def blended(numbers: Floats, blend: Blend) -> tuple[Floats, Floats]:
    """Return (n, 2) observations in goals and (n, 2) their noise.

    numbers: (n, 2, 4) from `rescaled`. Where none of the wanted statistics was counted, goals stand in.
    """
    weights = np.array(blend.weights)
    shares = np.where(np.isnan(numbers), 0.0, weights)
    present = shares.sum(axis=2)
    with np.errstate(invalid="ignore"):
        value = np.nansum(shares * numbers, axis=2) / present
    goal_share = weights[0] / weights.sum()
    if goal_share == 1:
        return numbers[:, :, 0], np.full(value.shape, blend.noise)
    spare = (shares[:, :, 0] / np.where(present > 0, present, 1.0) - goal_share) / (1 - goal_share)
    noise = blend.noise + (blend.noise_goals - blend.noise) * np.maximum(spare, 0.0)
    is_bare = present == 0
    return np.where(is_bare, numbers[:, :, 0], value), np.where(is_bare, blend.noise_goals, noise)


def red_card_factors(history: History) -> Floats:
    """Return (n,) by how much red cards blow up the noise of a row; an unknown count does not."""
    return np.asarray(1 + RED_CARD_NOISE * np.nansum(history.counts["red_cards"], axis=1))


@compiled
def _scales(events: Ints, division: Ints, division_count: int, numbers: Floats) -> Floats:
    """Return (n, 4) the mean of goals over the mean of each statistic, before each row was learned."""
    means = np.empty((division_count, 4))
    for place in range(division_count):
        means[place] = np.array(TYPICAL)
    seen = np.full((division_count, 4), TYPICAL_COUNT)
    scales = np.ones((len(numbers), 4))
    for event in events:
        if event >= 0:
            continue
        row, place = ~event, division[~event]
        for name in range(4):
            scales[row, name] = means[place, 0] / means[place, name]
        for side in range(2):
            for name in range(4):
                value = numbers[row, side, name]
                if not np.isnan(value):
                    seen[place, name] = min(seen[place, name] + 1, MEMORY)
                    means[place, name] += (value - means[place, name]) / seen[place, name]
    return scales
