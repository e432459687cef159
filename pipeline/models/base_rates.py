"""The yardstick that knows no clubs: how often each outcome happened in the division over the last five
seasons.

A division without matches of its own gets the shares of its tier, and a tier without matches those of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.models.base import Numbers, known_params, played_rows, unfitted

FAMILY = "base_rates"
DEFAULTS = {"seasons": 5}
LEAST_MATCHES = 30


class BaseRates:
    """Shares of the three outcomes by division, tier and overall."""

    family = FAMILY

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.params = known_params(self.family, params, DEFAULTS)
        self.shares: dict[str, dict[str, list[float]]] = {}

    def fit(self, features: pd.DataFrame) -> Self:
        """Count outcomes over each division's last seasons."""
        played = played_rows(self.family, features)
        last = played.groupby("division")["season"].transform("max")
        recent = played[played["season"] > last - self.params["seasons"]]
        self.shares = {
            "division": _shares_by(recent, recent["division"]),
            "tier": _shares_by(recent, recent["tier"].astype("int64").astype("str")),
            "all": _shares_by(recent, pd.Series("all", index=recent.index, dtype="str"), least=1),
        }
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the shares of each row's division, else tier, else of all matches."""
        if not self.shares:
            raise unfitted(self.family)
        rows = [self._shares_of(*keys) for keys in zip(features["division"], features["tier"], strict=True)]
        return np.array(rows, dtype=np.float64).reshape(-1, 3)

    def state(self) -> dict[str, Any]:
        """Return the shares."""
        return {"family": self.family, "params": self.params, "shares": self.shares}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        forecaster = cls(state["params"])
        forecaster.shares = {level: dict(shares) for level, shares in state["shares"].items()}
        return forecaster

    def _shares_of(self, division: str, tier: float) -> list[float]:
        of_division = self.shares["division"].get(division)
        of_tier = self.shares["tier"].get(str(int(tier))) if tier == tier else None
        return of_division or of_tier or self.shares["all"]["all"]


def _shares_by(played: pd.DataFrame, keys: pd.Series, least: int = LEAST_MATCHES) -> dict[str, list[float]]:
    counts = pd.crosstab(keys, played["outcome"].astype("int64")).reindex(columns=[0, 1, 2], fill_value=0)
    enough = counts[counts.sum(axis=1) >= least]
    shares = enough.div(enough.sum(axis=1), axis=0)
    return {
        str(key): [float(each) for each in row]
        for key, row in zip(shares.index, shares.to_numpy(), strict=True)
    }
