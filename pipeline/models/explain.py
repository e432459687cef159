"""Why a forecast is what it is: signed contributions per feature group that add up to its log ratios.

A forecast is told by two numbers, log(p_home / p_draw) and log(p_away / p_draw). `Contributions` splits both
into a base, the same for every match, and one part per group of the feature catalogue. Adding is exact: it is
how the linear families and the trees make their forecast, not an approximation of it. For a family whose
answer is no sum, `shares_by_order` averages over all orders in which groups may be told (Shapley's value).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from pipeline.models.base import Numbers
from pipeline.models.inputs import Inputs

BASE = "base"


@dataclass(frozen=True)
class Contributions:
    """base: (2,) log ratios before anything is known of the match; parts: (n, 2) by group."""

    base: Numbers
    parts: Mapping[str, Numbers]

    def ratios(self) -> Numbers:
        """Return the (n, 2) log ratios that base and parts add up to."""
        total: Numbers = self.base + sum(self.parts.values())
        return total

    def times(self, weight: float) -> Contributions:
        """Return the same split of `weight` times the log ratios."""
        return Contributions(weight * self.base, {group: weight * part for group, part in self.parts.items()})

    def plus(self, other: Contributions) -> Contributions:
        """Return the split of the sum of two sets of log ratios of the same matches."""
        parts = dict(self.parts)
        for group, part in other.parts.items():
            parts[group] = parts[group] + part if group in parts else part
        return Contributions(self.base + other.base, parts)

    def frame(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return one row a match and group, the base first: match_id, group, log_home, log_away.

        The two numbers of a match's rows add up to log(p_home / p_draw) and log(p_away / p_draw).
        """
        blocks = {BASE: np.broadcast_to(self.base, (len(features), 2)), **self.parts}
        stacked = np.stack(list(blocks.values()), axis=1).reshape(-1, 2)
        return pd.DataFrame(
            {
                "match_id": np.repeat(features["match_id"].to_numpy(), len(blocks)),
                "group": np.tile(list(blocks), len(features)),
                "log_home": stacked[:, 0],
                "log_away": stacked[:, 1],
            }
        ).astype({"match_id": "str", "group": "str"})


def by_group(inputs: Inputs, coefficients: Numbers) -> dict[str, Numbers]:
    """Return (n, 2) sums of (n, k) inputs times (k, 2) coefficients, group by group."""
    groups = np.array(inputs.groups)
    return {
        str(group): inputs.values[:, groups == group] @ coefficients[groups == group]
        for group in dict.fromkeys(inputs.groups)
    }


def shares_by_order(
    ratios: Callable[[pd.DataFrame], Numbers],
    features: pd.DataFrame,
    groups: Mapping[str, list[str]],
    usual: Mapping[str, float],
) -> Contributions:
    """Return the Shapley split of any function of few groups: 2 to the number of groups calls.

    ratios: (n, 2) log ratios of rows; groups: columns of each group; usual: the value each column has before
    it is told. Source: Shapley, A value for n-person games, 1953.
    """
    names = list(groups)
    told = {
        frozenset(chosen): ratios(features.assign(**_untold(groups, usual, chosen)))
        for size in range(len(names) + 1)
        for chosen in combinations(names, size)
    }
    parts = {name: _average_gain(name, names, told) for name in names}
    nothing = told[frozenset()]
    base = nothing[0] if len(nothing) else np.zeros(2)
    return Contributions(base, parts)


def _untold(
    groups: Mapping[str, list[str]], usual: Mapping[str, float], chosen: tuple[str, ...]
) -> dict[str, float]:
    hidden = [column for name, columns in groups.items() if name not in chosen for column in columns]
    return {column: usual[column] for column in hidden}


def _average_gain(name: str, names: list[str], told: Mapping[frozenset[str], Numbers]) -> Numbers:
    others = [each for each in names if each != name]
    gain: Numbers = np.zeros_like(told[frozenset()])
    for size in range(len(others) + 1):
        share = factorial(size) * factorial(len(others) - size) / factorial(len(names))
        for chosen in map(frozenset, combinations(others, size)):
            gain += share * (told[chosen | {name}] - told[chosen])
    return gain
