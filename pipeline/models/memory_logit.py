"""The outcome logit that also remembers where the market closed on both clubs' earlier matches.

The prices of the match itself are never read. A match of clubs that were never priced has no answer here: it
is left to the families without prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from pipeline.models.base import Flags
from pipeline.models.inputs import Inputs
from pipeline.models.linear import SCARCE_RIDGE, OutcomeLogit
from pipeline.models.rating_inputs import has_rating, rating_inputs

FAMILY = "memory_logit"


class MemoryLogit(OutcomeLogit):
    """Reads all columns of the independent and the memory setting."""

    family = FAMILY
    defaults: ClassVar[Mapping[str, float]] = {
        "ridge": 20.0,
        "division_ridge": 60.0,
        "half_life_years": 6.0,
        "seasons": 16.0,
    }

    scarce_ridge = SCARCE_RIDGE

    def inputs(self, features: pd.DataFrame) -> Inputs:
        """Return every column of the independent and the memory setting."""
        return rating_inputs(features, "memory")

    def can_answer(self, features: pd.DataFrame) -> Flags:
        """Tell which rows have the rating from past prices."""
        return has_rating(features, "past_odds")
