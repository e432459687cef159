"""What the blends share: a weighted sum of other families' log ratios, the weights learnt on the past only.

A component is judged where it had not looked: for each of the last years it is fitted on everything before
and asked about that year. The weights then maximise the likelihood of those outcomes, drawn to usual weights
that stand where nothing could be held out. Last, every component is fitted on the whole past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import pandas as pd

from pipeline.domain.errors import ModelError, NotConverged
from pipeline.models.base import DAYS_A_YEAR, Flags, Forecaster, Numbers, complete, known_params, unfitted
from pipeline.models.explain import Contributions
from pipeline.models.logit import ratios_of, shares_of

_STEPS, _TOLERANCE = 50, 1e-10


class Component(Forecaster, Protocol):
    """A forecaster that tells its log ratios apart by feature group."""

    def explained(self, features: pd.DataFrame) -> Contributions:
        """Return the split of the log ratios of rows that it answers."""
        ...


Makers = tuple[Callable[[Mapping[str, Any]], Component], Callable[[Mapping[str, Any]], Component]]
"""What builds a component from parameters, and what restores it from a state."""


class Stack:
    """A blend; a family says of what, from where, and which weights are usual."""

    family: str
    components: ClassVar[Mapping[str, Makers]]
    usual_weights: ClassVar[tuple[float, ...]]
    defaults: ClassVar[Mapping[str, float]] = {"years_held_out": 2.0, "weight_ridge": 30.0}

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        given = known_params(self.family, params, self.defaults)
        self.params = {name: float(value) for name, value in given.items()}
        self.fitted: dict[str, Component] = {}
        self.weights: Numbers = np.array(self.usual_weights, dtype=np.float64)

    def start(self, features: pd.DataFrame) -> Contributions:
        """Return the log ratios that components are told apart from: none by default."""
        del features
        return Contributions(np.zeros(2), {})

    def fit(self, features: pd.DataFrame) -> Self:
        """Learn the weights where the components had not looked, then fit the components on everything."""
        held = [part for part in self._held_out(features) if len(part[1])]
        if held:
            gains, outcomes, starts = (np.concatenate(parts) for parts in zip(*held, strict=True))
            self.weights = fit_weights(
                gains, outcomes, starts, np.array(self.usual_weights), self.params["weight_ridge"]
            )
        self.fitted = {name: build({}).fit(features) for name, (build, _) in self.components.items()}
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the blend; NaN where a component has no answer."""
        if not self.fitted:
            raise unfitted(self.family)
        gains, start, asked = self._gains(self.fitted, features)
        answers = np.full((len(features), 3), np.nan)
        answers[asked] = shares_of(start + np.einsum("nmj,m->nj", gains, self.weights))
        return answers

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the split of the forecast of every row that has one: `explain.Contributions.frame`."""
        answered = features[complete(self.forecast(features))]
        return self.explained(answered).frame(answered)

    def explained(self, features: pd.DataFrame) -> Contributions:
        """Return the split of the log ratios of rows that every component answers."""
        if not self.fitted:
            raise unfitted(self.family)
        total = self.start(features).times(1 - float(self.weights.sum()))
        for weight, component in zip(self.weights, self.fitted.values(), strict=True):
            total = total.plus(component.explained(features).times(float(weight)))
        return total

    def state(self) -> dict[str, Any]:
        """Return weights and the components' states."""
        if not self.fitted:
            raise unfitted(self.family)
        return {
            "family": self.family,
            "params": self.params,
            "weights": self.weights.tolist(),
            "components": {name: component.state() for name, component in self.fitted.items()},
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        forecaster = cls(state["params"])
        forecaster.weights = np.array(state["weights"], dtype=np.float64)
        forecaster.fitted = {
            name: restore(state["components"][name]) for name, (_, restore) in cls.components.items()
        }
        return forecaster

    def _held_out(self, features: pd.DataFrame) -> Iterator[tuple[Numbers, Numbers, Numbers]]:
        """Yield (n, m, 2) gains, (n,) outcomes and (n, 2) starts of each year held out."""
        for past, year in _years(features, int(self.params["years_held_out"])):
            try:
                fitted = {name: build({}).fit(past) for name, (build, _) in self.components.items()}
            except ModelError:
                continue
            gains, start, asked = self._gains(fitted, year)
            yield gains, year["outcome"].to_numpy(dtype="float64")[asked], start

    def _gains(
        self, fitted: Mapping[str, Component], features: pd.DataFrame
    ) -> tuple[Numbers, Numbers, Flags]:
        """Return (n, m, 2) what each component says beyond the start, the (n, 2) start, and which rows."""
        answers = {name: component.forecast(features) for name, component in fitted.items()}
        asked: Flags = np.logical_and.reduce([complete(each) for each in answers.values()])
        start = np.broadcast_to(self.start(features[asked]).ratios(), (int(asked.sum()), 2))
        gains = np.stack([ratios_of(each[asked]) - start for each in answers.values()], axis=1)
        return gains, start, asked


def fit_weights(gains: Numbers, outcomes: Numbers, start: Numbers, usual: Numbers, ridge: float) -> Numbers:
    """Return the (m,) weights of (n, m, 2) gains over (n, 2) starting log ratios, by Newton's method.

    outcomes: (n,) 0 home, 1 draw, 2 away. `ridge` draws each weight to its usual one, in units of the
    likelihood's own curvature. Raises NotConverged where no answer is found.
    """
    hits = np.stack([outcomes == 0, outcomes == 2], axis=1).astype(np.float64)
    weights = usual.astype(np.float64)
    for _ in range(_STEPS):
        shares = shares_of(start + np.einsum("nmj,m->nj", gains, weights))[:, [0, 2]]
        slope = np.einsum("nmj,nj->m", gains, hits - shares) - ridge * (weights - usual)
        mean = np.einsum("nmj,nj->nm", gains, shares)
        curve = np.einsum("nmj,nkj,nj->mk", gains, gains, shares) - mean.T @ mean
        step = np.linalg.solve(curve + ridge * np.eye(len(weights)), slope)
        weights = weights + step
        if np.abs(step).max() < _TOLERANCE:
            return weights
    raise NotConverged("weights of a blend", f"the last of {_STEPS} steps still moved")


def _years(features: pd.DataFrame, count: int) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield what was played before each of the last years, and that year."""
    played = features[features["outcome"].notna()]
    end = played["kick_off_at"].max().floor("D") + pd.Timedelta(days=1)
    for years_ago in range(count, 0, -1):
        first = end - pd.Timedelta(days=round(DAYS_A_YEAR * years_ago))
        last = end - pd.Timedelta(days=round(DAYS_A_YEAR * (years_ago - 1)))
        at = played["kick_off_at"]
        past, year = played[at < first], played[(at >= first) & (at < last)]
        if len(past) and len(year):
            yield past, year
