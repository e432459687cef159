"""The closing market as a label: what families may be taught by, never told of the match itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.domain.outcomes import SIDES
from pipeline.models.base import Numbers, complete, market_of
from pipeline.models.logit import ratios_of


def closing_ratios(features: pd.DataFrame) -> Numbers:
    """Return (n, 2) log ratios to the draw of the closing market, NaN without a closing price."""
    return _ratios(features[[f"past_close_{side}" for side in SIDES]].to_numpy(dtype="float64"))


def early_ratios(features: pd.DataFrame) -> Numbers:
    """Return (n, 2) log ratios to the draw of the early market, NaN without an early price."""
    return _ratios(market_of(features))


def _ratios(shares: Numbers) -> Numbers:
    ratios: Numbers = np.full((len(shares), 2), np.nan)
    known = complete(shares)
    ratios[known] = ratios_of(shares[known])
    return ratios
