"""A world whose perfect forecast is known, and contenders that err from it by as much as a test asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.scores import FloatArray
from pipeline.selection.contenders import Contender
from pipeline.selection.gate import decide
from pipeline.selection.policy import GatePolicy, declared_policy

POLICY = replace(declared_policy().gate, draws=600)
SOURCE = "football_data"
SHARED = 0.9
"""What forecasters know wrongly together: it makes the spread of their differences that of real siblings."""


class GateWorld:
    """Matches of 20 divisions, twenty a day, with outcomes drawn from known probabilities."""

    def __init__(self, count: int, seed: int = 1, *, divisions: int = 20) -> None:
        self.random, self.count = np.random.default_rng(seed), count
        strength = self.random.normal(0.0, 0.45, count)
        self.logs = np.stack([0.45 + strength, np.zeros(count), 0.12 - strength], axis=1)
        self.truth = shares(self.logs)
        drawn = self.random.random(count)
        reached = self.truth.cumsum(axis=1)
        outcomes = (drawn >= reached[:, 0]).astype(int) + (drawn >= reached[:, 1])
        days = pd.Timestamp("2024-08-01T15:00", tz="UTC") + pd.to_timedelta(np.arange(count) // 20, "D")
        self.matches = pd.DataFrame(
            {
                "match_id": [f"m{place:06d}" for place in range(count)],
                "division": [f"D{place % divisions:02d}" for place in range(count)],
                "kick_off_at": days,
                "outcome": outcomes,
            }
        )
        base = np.tile(self.truth.mean(axis=0), (count, 1))
        self.errors = self.random.normal(size=self.logs.shape)
        self.yardsticks = {"market": self.erring(0.05), "base_rates": base}

    def erring(self, noise: float) -> FloatArray:
        """Return forecasts that err from the truth by so much in each log weight, mostly as all others do."""
        own = self.random.normal(size=self.logs.shape)
        return shares(self.logs + noise * (SHARED**0.5 * self.errors + (1 - SHARED) ** 0.5 * own))

    def true_difference(self, one: FloatArray, other: FloatArray) -> float:
        """Return how much more one loses than the other in expectation, in nats a match."""
        return float((self.truth * (np.log(other) - np.log(one))).sum(axis=1).mean())

    def decide(self, champion: Contender | None, *challengers: Contender, **options: Any) -> dict[str, Any]:
        """Put challengers to the gate of this world."""
        given: dict[str, Any] = {"policy": POLICY, "source": SOURCE, "tried_before": 0, "seed": 7}
        return decide("independent", champion, challengers, self.matches, self.yardsticks, **given | options)


def shares(logs: FloatArray) -> FloatArray:
    """Return probabilities (n, 3) of log weights (n, 3)."""
    weights = np.exp(logs)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def contender(name: str, forecasts: FloatArray, **more: Any) -> Contender:
    """Return a contender tuned as the real feed asks for, of 100 fitted numbers."""
    given: dict[str, Any] = {
        "name": name,
        "family": name,
        "recipe_id": f"recipe of {name}",
        "params": {"ridge": 20},
        "profile": "production",
        "complexity": 100,
        "forecasts": forecasts,
    }
    return Contender(**given | more)


def row_of(decision: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one contender's row of a decision."""
    return next(row for row in decision["contenders"] if row["name"] == name)


def failed(row: dict[str, Any]) -> list[str]:
    """Return the guards that stand against a contender."""
    return [each["guard"] for each in row["guards"] if not each["passed"]]


def lenient(**changes: Any) -> GatePolicy:
    """Return the policy of the tests with other numbers."""
    return replace(POLICY, **changes)
