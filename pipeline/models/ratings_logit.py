"""Every rating and all context before the match in one outcome logit: no price, not even as a label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from pipeline.models.base import Flags
from pipeline.models.inputs import Inputs
from pipeline.models.linear import SCARCE_RIDGE, OutcomeLogit
from pipeline.models.rating_inputs import has_rating, rating_inputs

FAMILY = "ratings_logit"


class RatingsLogit(OutcomeLogit):
    """Reads all columns of the independent setting."""

    family = FAMILY
    defaults: ClassVar[Mapping[str, float]] = {
        "ridge": 1.0,
        "division_ridge": 60.0,
        "half_life_years": 6.0,
        "seasons": 16.0,
    }

    scarce_ridge = SCARCE_RIDGE

    def inputs(self, features: pd.DataFrame) -> Inputs:
        """Return every column of the independent setting."""
        return rating_inputs(features, "independent")

    def can_answer(self, features: pd.DataFrame) -> Flags:
        """Tell which rows have the filter's expected goals; anything else may be missing."""
        return has_rating(features, "blend")
