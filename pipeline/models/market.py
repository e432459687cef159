"""The yardstick that every forecast stands beside: the average early price with its margin taken off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import pandas as pd

from pipeline.models.base import Numbers, known_params, market_of

FAMILY = "market"


class Market:
    """Repeats the market columns of the features; it has nothing to learn."""

    family = FAMILY

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.params = known_params(self.family, params, {})

    def fit(self, features: pd.DataFrame) -> Self:
        """Return the forecaster as it is."""
        del features
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the implied probabilities, NaN where a row has no early price."""
        return market_of(features)

    def state(self) -> dict[str, Any]:
        """Return the family's name."""
        return {"family": self.family}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        del state
        return cls()
