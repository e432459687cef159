"""What one match tells about scoring: goals blended with shots and corners, on the scale of goals.

Each statistic is rescaled by the running means of its division, so a division that begins to count corners
does not jump. A statistic that was not counted is left out and the rest carries its weight; with goals
alone the observation counts as much noisier.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pipeline.features.history import History

WEIGHTS = {"goals": 0.40, "on_target": 0.22, "off_target": 0.21, "corners": 0.18}
TYPICAL = {"goals": 1.35, "on_target": 4.4, "off_target": 7.0, "corners": 5.0}
TYPICAL_COUNT = 20
MEMORY = 500
"""Club-matches a running mean remembers: 250 matches."""

NOISE_BLENDED = 0.15
NOISE_GOALS = 0.73
RED_CARD_NOISE = 0.87
FULL_GOALS = 3
GOAL_BEYOND = 0.92

_BLENDED_GOAL_SHARE = WEIGHTS["goals"] / sum(WEIGHTS.values())


@dataclass
class RunningMeans:
    """Means per club and match of one division; they start at typical values and remember 250 matches."""

    means: dict[str, float] = field(default_factory=lambda: dict(TYPICAL))
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TYPICAL, TYPICAL_COUNT))

    def add(self, name: str, value: float) -> None:
        """Move the mean of one statistic by one club's number."""
        self.counts[name] = min(self.counts[name] + 1, MEMORY)
        self.means[name] += (value - self.means[name]) / self.counts[name]


def counted(history: History, row: int, is_home: bool) -> dict[str, float]:
    """Return the statistics of one club in one row that were counted, goals beyond the third at a
    discount.
    """
    side = history.home if is_home else history.away
    goals, shots = side["goals"][row], side["shots"][row]
    on_target, corners = side["shots_on_target"][row], side["corners"][row]
    numbers = {
        "goals": min(goals, FULL_GOALS) + GOAL_BEYOND * max(goals - FULL_GOALS, 0.0),
        "on_target": on_target,
        "off_target": max(shots - on_target, 0.0) if shots == shots else math.nan,
        "corners": corners,
    }
    return {name: value for name, value in numbers.items() if value == value}


def blended(numbers: dict[str, float], means: RunningMeans) -> tuple[float, float]:
    """Return the observation in goals and its noise (variance over the mean; 1 would be Poisson)."""
    goal_mean = means.means["goals"]
    total = sum(WEIGHTS[name] for name in numbers)
    value = (
        sum(WEIGHTS[name] * number * goal_mean / means.means[name] for name, number in numbers.items())
        / total
    )
    spare = (WEIGHTS["goals"] / total - _BLENDED_GOAL_SHARE) / (1 - _BLENDED_GOAL_SHARE)
    return value, NOISE_BLENDED + (NOISE_GOALS - NOISE_BLENDED) * spare


def red_card_factor(history: History, row: int) -> float:
    """Return by how much red cards blow up the noise of a row."""
    cards = (history.home["red_cards"][row], history.away["red_cards"][row])
    return 1 + RED_CARD_NOISE * sum(count for count in cards if count == count)
