"""Outcomes beyond the early market: a logit with the early log ratios as its offset.

Each division may have intercepts and bend the market's ratios, both pooled hard; ratings enter as distances
from the market. The ridge is strong on purpose: on outcomes the market is hard to improve. Without an early
price there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from pipeline.models.anchored_inputs import anchored_inputs
from pipeline.models.base import Flags, Numbers, complete, market_of
from pipeline.models.inputs import Inputs
from pipeline.models.labels import early_ratios
from pipeline.models.linear import OutcomeLogit

FAMILY = "anchored_logit"


class AnchoredLogit(OutcomeLogit):
    """Corrects the early market by outcomes, division by division."""

    family = FAMILY
    defaults: ClassVar[Mapping[str, float]] = {
        "ridge": 1500.0,
        "division_ridge": 300.0,
        "slope_ridge": 300.0,
        "half_life_years": 6.0,
        "seasons": 16.0,
    }

    def inputs(self, features: pd.DataFrame) -> Inputs:
        """Return the market, the distances from it, and the context."""
        return anchored_inputs(features)

    def offset(self, features: pd.DataFrame) -> Numbers:
        """Return the log ratios of the early market."""
        return early_ratios(features)

    def can_answer(self, features: pd.DataFrame) -> Flags:
        """Tell which rows have an early price."""
        return complete(market_of(features))
