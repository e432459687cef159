"""The state-space filter alone: its grid recalibrated by a logit, with an intercept for every division."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from pipeline.models.base import Flags
from pipeline.models.inputs import Inputs
from pipeline.models.linear import OutcomeLogit
from pipeline.models.rating_inputs import has_rating, pair_inputs

FAMILY = "filter"
_RATING = "blend"


class FilterLogit(OutcomeLogit):
    """Reads the blended filter's expected goals and the division."""

    family = FAMILY
    defaults: ClassVar[Mapping[str, float]] = {
        "ridge": 1.0,
        "division_ridge": 60.0,
        "half_life_years": 6.0,
        "seasons": 20.0,
    }

    def inputs(self, features: pd.DataFrame) -> Inputs:
        """Return supremacy, total and grid ratios of the blended filter."""
        return pair_inputs(features, _RATING)

    def can_answer(self, features: pd.DataFrame) -> Flags:
        """Tell which rows have the filter's expected goals."""
        return has_rating(features, _RATING)
