"""What the outcome logits share: standardised inputs, intercepts per division, an offset where there is one.

A division is pooled partially: its intercepts are drawn to zero by a ridge, so a division's first season, or
one never seen, starts from what all divisions have in common. With `slope_ridge` each division may also bend
the offset, drawn to no bend. A missing number counts as the average of the rows learnt from and contributes
nothing; a row without what the family lives on (`can_answer`) has no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from pipeline.models.base import Flags, Numbers, decay_weights, known_params, played_rows, unfitted
from pipeline.models.explain import Contributions, by_group
from pipeline.models.inputs import Inputs, Scale, division_flags
from pipeline.models.logit import fit_logit, shares_of

DIVISION = "division"
SCARCE_MATCHES = 10_000
SCARCE_RIDGE = 1000.0
"""Of a logit on all columns, on one division of the real feed as on eight: see `scarcity`."""


class OutcomeLogit:
    """A multinomial logit of outcomes; a family says which inputs, which offset and how hard to pool."""

    family: str
    defaults: ClassVar[Mapping[str, float]]
    """`ridge` of inputs, `division_ridge` of intercepts, `half_life_years` of a row's weight, `seasons`
    learnt from, and `slope_ridge` of division slopes where the family has an offset."""

    scarce_ridge: ClassVar[float] = 0.0
    """What the default ridge grows to where there is little to learn from, see `scarcity`; 0: it does not."""

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        given = known_params(self.family, params, self.defaults)
        self.params = {name: float(value) for name, value in given.items()}
        self.scale: Scale | None = None
        self.divisions: tuple[str, ...] = ()
        self.coefficients: Numbers = np.zeros((0, 2))
        self.usual_offset: Numbers = np.zeros(2)

    def inputs(self, features: pd.DataFrame) -> Inputs:
        """Return what the family learns from."""
        raise NotImplementedError

    def offset(self, features: pd.DataFrame) -> Numbers:
        """Return the (n, 2) log ratios that are there before anything is learnt: none by default."""
        return np.zeros((len(features), 2))

    def can_answer(self, features: pd.DataFrame) -> Flags:
        """Tell which rows hold what the family cannot do without."""
        raise NotImplementedError

    def fit(self, features: pd.DataFrame) -> Self:
        """Fit on the rows of the last seasons that have an outcome and an answer."""
        seasons = features["season"] > features["season"].max() - self.params["seasons"]
        played = played_rows(self.family, features[self.can_answer(features) & seasons.to_numpy()])
        inputs, offset = self.inputs(played), self.offset(played)
        self.scale = Scale.of(self.family, inputs)
        self.divisions = tuple(sorted(played["division"].unique().tolist()))
        self.usual_offset = offset.mean(axis=0)
        self.coefficients = fit_logit(
            self._design(self.scale.applied(inputs), played["division"], offset),
            played["outcome"].to_numpy(dtype="float64"),
            decay_weights(played["kick_off_at"], self.params["half_life_years"]),
            self._ridge(len(played)),
            offset,
        )
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return probabilities; NaN where a row lacks what the family lives on."""
        answers = np.full((len(features), 3), np.nan)
        if self.scale is None:
            raise unfitted(self.family)
        asked = self.can_answer(features)
        if asked.any():
            answers[asked] = shares_of(self.explained(features[asked]).ratios())
        return answers

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the split of the forecast of every row that has one: `explain.Contributions.frame`."""
        answered = features[self.can_answer(features)]
        return self.explained(answered).frame(answered)

    def explained(self, features: pd.DataFrame) -> Contributions:
        """Return the split of the log ratios of rows that can be answered."""
        if self.scale is None:
            raise unfitted(self.family)
        inputs, offset = self.scale.applied(self.inputs(features)), self.offset(features)
        size = len(inputs.names)
        rest = self._division_terms(features["division"], offset) @ self.coefficients[1 + size :]
        parts = {**by_group(inputs, self.coefficients[1 : 1 + size]), DIVISION: rest}
        own = Contributions(self.coefficients[0], parts)
        return own if not self._has_offset else own.plus(self._offset_split(offset))

    def state(self) -> dict[str, Any]:
        """Return parameters, scale, divisions and coefficients."""
        if self.scale is None:
            raise unfitted(self.family)
        return {
            "family": self.family,
            "params": self.params,
            "scale": self.scale.state(),
            "divisions": list(self.divisions),
            "usual_offset": self.usual_offset.tolist(),
            "coefficients": self.coefficients.tolist(),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        forecaster = cls(state["params"])
        forecaster.scale = Scale.restored(state["scale"])
        forecaster.divisions = tuple(state["divisions"])
        forecaster.usual_offset = np.array(state["usual_offset"], dtype=np.float64)
        forecaster.coefficients = np.array(state["coefficients"], dtype=np.float64)
        return forecaster

    @property
    def _has_offset(self) -> bool:
        return "slope_ridge" in self.defaults

    def _offset_split(self, offset: Numbers) -> Contributions:
        return Contributions(self.usual_offset, {"market": offset - self.usual_offset})

    def _design(self, inputs: Inputs, codes: pd.Series, offset: Numbers) -> Numbers:
        ones = np.ones((len(codes), 1))
        return np.column_stack([ones, inputs.values, self._division_terms(codes, offset)])

    def _division_terms(self, codes: pd.Series, offset: Numbers) -> Numbers:
        flags = division_flags(codes, self.divisions)
        if not self._has_offset:
            return flags
        bends = [flags * (offset - self.usual_offset)[:, [side]] for side in (0, 1)]
        return np.column_stack([flags, *bends])

    def _ridge(self, matches_count: int) -> Numbers:
        assert self.scale is not None
        harder = scarcity(matches_count, self.scarce_ridge / self.defaults["ridge"])
        count = len(self.divisions)
        slopes = [self.params["slope_ridge"]] * (2 * count) if self._has_offset else []
        inputs = [self.params["ridge"] * harder] * len(self.scale.names)
        return np.array([0.0, *inputs, *[self.params["division_ridge"]] * count, *slopes])


def scarcity(matches_count: int, most: float) -> float:
    """Return how many times harder a ridge pulls on few matches, 1 or more.

    `most` times up to 10,000 matches, then less with the third power of their number. On the seasons 2017/18
    to 2022/23 of the real feed a logit on all columns did best with a ridge near 1000 on 300 to 10,000
    matches (log loss 0.03 to 0.7 better than with 1), near 20 on 30,000, and with 1 to 300 alike, within
    0.0002, on 76,000.

    >>> scarcity(400, 1000.0), round(scarcity(30_000, 1000.0)), scarcity(120_000, 1000.0), scarcity(400, 0.0)
    (1000.0, 37, 1.0, 1.0)
    """
    return max(1.0, most * min(1.0, (SCARCE_MATCHES / matches_count) ** 3))
