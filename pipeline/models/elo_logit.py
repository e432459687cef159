"""The textbook baseline: an ordered logit of the outcome on the Elo difference alone (statsmodels).

Away win, draw and home win are three stretches of one line, cut at two thresholds; the difference of the two
ratings moves the match along it (Hvattum and Arntzen 2010, International Journal of Forecasting 26). Home
advantage lies in the thresholds and is the same everywhere. It reads no price and no goals but those in the
ratings; a club without a match carries the rating of a newcomer, so every row with ratings has an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.domain.errors import NotConverged
from pipeline.models.base import DAYS_A_YEAR, Numbers, known_params, played_rows, unfitted

FAMILY = "elo_logit"
DEFAULTS = {"memory_years": 6.0}
_SCALE = 400.0
_USUAL_SLOPE = 1.5  # where the search starts; it halves its time
_INPUT = "elo_difference"


class EloLogit:
    """One slope and two thresholds."""

    family = FAMILY

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.params = known_params(self.family, params, DEFAULTS)
        self.slope = np.nan
        self.thresholds: tuple[float, float] | None = None

    def fit(self, features: pd.DataFrame) -> Self:
        """Fit on the rows of the last years that have an outcome and ratings."""
        rated = features[features[_INPUT].notna()]
        last = rated.loc[rated["outcome"].notna(), "kick_off_at"].max()
        since = last - pd.Timedelta(days=float(self.params["memory_years"]) * DAYS_A_YEAR)
        played = played_rows(self.family, rated[rated["kick_off_at"] >= since])
        self.slope, self.thresholds = _fitted(_scaled(played), played["outcome"].to_numpy("float64"))
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the outcomes; NaN where a row has no ratings."""
        if self.thresholds is None:
            raise unfitted(self.family)
        place = self.slope * _scaled(features)
        away, not_home = (1 / (1 + np.exp(place - threshold)) for threshold in self.thresholds)
        return np.stack([1 - not_home, not_home - away, away], axis=1)

    def state(self) -> dict[str, Any]:
        """Return slope and thresholds."""
        if self.thresholds is None:
            raise unfitted(self.family)
        return {
            "family": self.family,
            "params": self.params,
            "slope": self.slope,
            "thresholds": list(self.thresholds),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        forecaster = cls(state["params"])
        forecaster.slope = float(state["slope"])
        low, high = state["thresholds"]
        forecaster.thresholds = (float(low), float(high))
        return forecaster


def _scaled(features: pd.DataFrame) -> Numbers:
    scaled: Numbers = features[_INPUT].to_numpy(dtype="float64") / _SCALE
    return scaled


def _fitted(differences: Numbers, outcomes: Numbers) -> tuple[float, tuple[float, float]]:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    model = OrderedModel((2 - outcomes).astype(np.int64), differences[:, None], distr="logit")
    start = np.append(_USUAL_SLOPE, model.start_params[1:])
    result = model.fit(start, method="bfgs", disp=False, skip_hessian=True)
    slope, low, log_step = (float(value) for value in result.params)
    if not np.isfinite([slope, low, log_step]).all():
        raise NotConverged(FAMILY, "the ordered logit found no answer")
    return slope, (low, low + float(np.exp(log_step)))
