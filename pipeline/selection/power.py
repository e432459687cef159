"""What the gate can see: the smallest true difference that it finds in four nights of five.

By the normal approximation: a mean of n paired differences has the standard error spread * sqrt(design / n)
and the gate promotes when the upper end of the interval lies below zero. The spreads of `power.csv` were
measured between our families on 29,146 matches of 2022/23 to 2025/26: the standard deviation of a match's
difference of log losses, and the design effect of drawing whole match-days (1 where days add nothing).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.resources import files
from statistics import NormalDist
from typing import Any

import pandas as pd

from pipeline.selection.policy import GatePolicy

POWER = 0.8
CHALLENGERS = (1, 4)
_ARCHIVE_COUNT = 29_146


def smallest_difference(
    spread: float,
    matches_count: int,
    *,
    level: float = 0.95,
    power: float = POWER,
    challengers_count: int = 1,
    day_design: float = 1.0,
) -> float:
    """Return the true difference in nats that is found with this power, above zero.

    Siblings (spread 0.05) on 15,000 matches: 0.0011 nats is found in 80 of 100 nights.

    >>> round(smallest_difference(0.05, 15_000), 4)
    0.0011
    >>> round(smallest_difference(0.124, 13_400), 3)  # 0.003 needs 13,400 matches: textbook sample size
    0.003
    """
    reach = _quantile(level, challengers_count) + NormalDist().inv_cdf(power)
    return reach * spread * math.sqrt(day_design / matches_count)


def chance_of_promotion(
    difference: float,
    spread: float,
    matches_count: int,
    *,
    level: float = 0.95,
    challengers_count: int = 1,
    day_design: float = 1.0,
) -> float:
    """Return the chance that a challenger with this true difference (below zero is better) is promoted.

    >>> round(chance_of_promotion(0.0, 0.05, 15_000), 4)  # an equal one, by luck alone
    0.025
    >>> round(chance_of_promotion(-smallest_difference(0.05, 15_000), 0.05, 15_000), 4)
    0.8
    """
    error = spread * math.sqrt(day_design / matches_count)
    return NormalDist().cdf(-difference / error - _quantile(level, challengers_count))


def power_rows(policy: GatePolicy) -> Iterator[dict[str, Any]]:
    """Yield the rows of the published table `gate_power`: kind of pair by matches and challengers."""
    with files("pipeline.selection").joinpath("power.csv").open(encoding="utf-8") as file:
        pairs = pd.read_csv(file)
    for pair, spread, design in pairs.itertuples(index=False, name=None):
        for matches_count in sorted({policy.least_matches_count, _ARCHIVE_COUNT}):
            for challengers_count in CHALLENGERS:
                found = smallest_difference(
                    spread,
                    matches_count,
                    level=policy.level,
                    challengers_count=challengers_count,
                    day_design=design,
                )
                yield {
                    "pair": pair,
                    "spread": spread,
                    "day_design": design,
                    "matches_count": matches_count,
                    "challengers_count": challengers_count,
                    "level": policy.level,
                    "power": POWER,
                    "difference": found,
                }


def _quantile(level: float, challengers_count: int) -> float:
    return NormalDist().inv_cdf(1 - (1 - level) / challengers_count / 2)
