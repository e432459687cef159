"""Why a forecast is what it is: signed contributions per feature group that add up to its log ratios.

A forecast is told by two numbers, log(p_home / p_draw) and log(p_away / p_draw). `Contributions` splits both
into a base, the same for every match, and one part per group of the feature catalogue. Adding is exact: it is
how the linear families make their forecast, and LightGBM's own split of its trees (`pred_contrib`) adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.models.base import Forecaster, Numbers, complete
from pipeline.models.inputs import Inputs
from pipeline.models.logit import ratios_of

BASE = "base"
WHOLE = "whole forecast"


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


def split_of(moves: Numbers, inputs: Inputs) -> Contributions:
    """Return LightGBM's own split of trees, summed over each group.

    moves: (n, k + 1, 2), one number an input and last the base, which is the same in every row.
    """
    groups = np.array(inputs.groups)
    parts = {
        str(group): moves[:, :-1][:, groups == group].sum(axis=1) for group in dict.fromkeys(inputs.groups)
    }
    return Contributions(moves[0, -1] if len(moves) else np.zeros(2), parts)


def contributions_of(forecaster: Forecaster, features: pd.DataFrame) -> pd.DataFrame:
    """Return the split of every forecast, `Contributions.frame`, whatever the family.

    A family that tells no groups apart has one part, `whole forecast`, over a base of equal chances.
    """
    own = getattr(forecaster, "contributions", None)
    if own is not None:
        table: pd.DataFrame = own(features)
        return table
    shares = forecaster.forecast(features)
    known = complete(shares)
    return Contributions(np.zeros(2), {WHOLE: ratios_of(shares[known])}).frame(features[known])
