"""The market's columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.features.market import market_features

_QUOTES = pd.DataFrame(
    {
        "match_id": ["priced", "partly", "broken"],
        "avg_early_home": [2.7, 2.0, 2.0],
        "avg_early_draw": [2.3, np.nan, 3.0],
        "avg_early_away": [4.4, 4.0, 1.0],
        "avg_close_home": [9.9, 9.9, 9.9],
    }
)


def _market(*match_ids: str) -> pd.DataFrame:
    return market_features(pd.Series(list(match_ids)), _QUOTES)


def test_the_margin_comes_off_by_the_power_method() -> None:
    # the example market of penaltyblog and its power probabilities
    row = _market("priced").iloc[0]
    assert row[["market_home", "market_draw", "market_away"]].tolist() == pytest.approx(
        [0.359, 0.424, 0.217], abs=5e-4
    )
    assert row["has_price"] == 1.0


@pytest.mark.parametrize("match_id", ["partly", "broken", "never quoted"])
def test_without_three_prices_above_one_there_is_no_market(match_id: str) -> None:
    row = _market(match_id).iloc[0]
    assert row[["market_home", "market_draw", "market_away"]].isna().all()
    assert row["has_price"] == 0.0


def test_rows_follow_the_order_asked_for() -> None:
    assert _market("partly", "priced", "broken")["has_price"].tolist() == [0.0, 1.0, 0.0]


def test_quotes_without_any_average_price_leave_every_row_unpriced() -> None:
    rows = market_features(pd.Series(["priced"]), _QUOTES[["match_id"]])
    assert rows["has_price"].tolist() == [0.0]
