"""What the market says early: the average early price with the margin taken off by the power method.

Only early prices are read here: a closing price is known after any forecast that could use it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.domain.margin import implied
from pipeline.domain.outcomes import SIDES

REFERENCE_BOOK = "avg"


def market_features(match_ids: pd.Series, quotes: pd.DataFrame) -> pd.DataFrame:
    """Return `market_home`, `market_draw`, `market_away` (NaN without a full early price) and `has_price`."""
    names = [f"{REFERENCE_BOOK}_early_{side}" for side in SIDES]
    prices = quotes.set_index("match_id").reindex(columns=names).reindex(match_ids)
    values = prices.to_numpy(dtype="float64")
    is_full = np.isfinite(values).all(axis=1) & (values > 1).all(axis=1)
    shares = np.full(values.shape, np.nan)
    if is_full.any():
        shares[is_full] = implied(values[is_full], method="power")
    columns = pd.DataFrame(shares, columns=[f"market_{side}" for side in SIDES])
    return columns.assign(has_price=np.isfinite(shares).all(axis=1).astype("float64"))
