"""Named, grouped numbers that a family learns from, and their standardising.

`inputs_of` takes every plain column of the catalogue that a setting may see, and turns each pair of log
expected goals into supremacy and total, for the main ratings also into the log ratios of their score grid.
`Scale` centres and scales: an infinite number is an error, a missing one counts as the average of the rows
learnt from, and a column that never varied there is left out by name. Nothing here fits an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.domain.errors import ModelError
from pipeline.models.base import Numbers
from pipeline.models.grid import outcome_shares
from pipeline.models.logit import ratios_of

GRID_RHO = -0.08
"""Correction of low scores before any calibration; the fits that read these ratios correct the rest."""
FARTHEST = 6.0
"""Spreads from the average beyond which a number counts as this far."""


@dataclass(frozen=True)
class Inputs:
    """(n, k) numbers, the name of each column and the catalogue group it belongs to."""

    values: Numbers
    names: tuple[str, ...]
    groups: tuple[str, ...]


def side_by_side(parts: Sequence[Inputs]) -> Inputs:
    """Return the columns of all parts."""
    names = tuple(name for part in parts for name in part.names)
    groups = tuple(group for part in parts for group in part.groups)
    return Inputs(np.column_stack([part.values for part in parts]), names, groups)


def named(columns: Mapping[str, Numbers | pd.Series], group: str) -> Inputs:
    """Return columns of one group as inputs."""
    values = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns.values()])
    return Inputs(values, tuple(columns), (group,) * len(columns))


def grid_ratios(features: pd.DataFrame, variant: str) -> Numbers:
    """Return (n, 2) log ratios to the draw of the score grid of a pair `<variant>_log_home/_log_away`.

    NaN where the pair is missing.
    """
    logs = features[[f"{variant}_log_home", f"{variant}_log_away"]].to_numpy(dtype="float64")
    ratios: Numbers = np.full(logs.shape, np.nan)
    known = np.isfinite(logs).all(axis=1)
    means = np.exp(logs[known])
    ratios[known] = ratios_of(outcome_shares(means[:, 0], means[:, 1], GRID_RHO))
    return ratios


@dataclass(frozen=True)
class Scale:
    """Averages and spreads of the columns learnt from; `left_out` never varied there."""

    family: str
    names: tuple[str, ...]
    centres: Numbers
    spreads: Numbers
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, family: str, inputs: Inputs) -> Self:
        """Return the scale of the rows learnt from.

        Raises ModelError where a column holds an infinite number or no column varies.
        """
        for name, column in zip(inputs.names, inputs.values.T, strict=True):
            if np.isinf(column).any():
                raise ModelError(family, f"the column {name} holds an infinite number")
        varies = np.array([_varies(column) for column in inputs.values.T], dtype=np.bool_)
        if not varies.any():
            raise ModelError(family, "no column varies in the rows to learn from")
        kept = inputs.values[:, varies]
        return cls(
            family,
            tuple(np.array(inputs.names)[varies].tolist()),
            np.nanmean(kept, axis=0),
            np.nanstd(kept, axis=0),
            tuple(np.array(inputs.names)[~varies].tolist()),
        )

    def applied(self, inputs: Inputs) -> Inputs:
        """Return the columns of this scale, centred and scaled, 0 where missing, within six spreads."""
        places = [inputs.names.index(name) for name in self.names]
        values = (inputs.values[:, places] - self.centres) / self.spreads
        filled = np.clip(np.where(np.isnan(values), 0.0, values), -FARTHEST, FARTHEST)
        return Inputs(filled, self.names, tuple(inputs.groups[place] for place in places))

    def state(self) -> dict[str, Any]:
        """Return the scale as JSON-able values."""
        return {
            "family": self.family,
            "names": list(self.names),
            "centres": self.centres.tolist(),
            "spreads": self.spreads.tolist(),
            "left_out": list(self.left_out),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the scale of a state."""
        return cls(
            state["family"],
            tuple(state["names"]),
            np.array(state["centres"], dtype=np.float64),
            np.array(state["spreads"], dtype=np.float64),
            tuple(state["left_out"]),
        )


def division_flags(codes: pd.Series, divisions: Sequence[str]) -> Numbers:
    """Return (n, d) flags of membership; a division that was never seen belongs to none."""
    flags: Numbers = (codes.to_numpy(dtype=object)[:, None] == np.array(divisions, dtype=object)).astype(
        np.float64
    )
    return flags


def _varies(column: Numbers) -> bool:
    known = column[np.isfinite(column)]
    return bool(len(known) and np.ptp(known) > 1e-9 * max(1.0, float(np.abs(known).max())))
