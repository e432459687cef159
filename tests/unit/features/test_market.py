"""The market's columns."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.features.market import market_features, shares_of

_QUOTES = pd.DataFrame(
    {
        "match_id": ["priced", "partly", "broken"],
        "avg_early_home": [2.7, 2.0, 2.0],
        "avg_early_draw": [2.3, np.nan, 3.0],
        "avg_early_away": [4.4, 4.0, 1.0],
        "avg_close_home": [9.9, 9.9, 9.9],
        "avg_early_over25": [1.9, 1.9, 0.0],
        "avg_early_under25": [1.9, np.nan, 1.9],
        "avg_early_handicap_home": [1.95, 1.95, 1.95],
        "avg_early_handicap_away": [1.95, 1.95, 1.95],
        "avg_early_handicap_line": [-0.5, -6.0, np.nan],
        "b365_early_home": [2.7, 2.0, 2.0],
        "b365_early_draw": [2.3, 3.4, 3.0],
        "b365_early_away": [4.4, 4.0, 4.0],
        "bfe_early_home": [2.7, 2.0, 2.0],
        "bfe_early_draw": [1.5, 3.4, 3.0],
        "bfe_early_away": [4.4, 4.0, 4.0],
    }
)


def _market(*match_ids: str, season: int = 2020, quotes: pd.DataFrame = _QUOTES) -> pd.DataFrame:
    return market_features(pd.DataFrame({"match_id": list(match_ids), "season": season}), quotes)


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
    assert row[["market_home", "market_draw", "market_away", "market_log_home_goals"]].isna().all()
    assert row["has_price"] == 0.0


def test_rows_follow_the_order_asked_for() -> None:
    assert _market("partly", "priced", "broken")["has_price"].tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("quotes", [_QUOTES[["match_id"]], _QUOTES.head(0)])
def test_quotes_without_any_average_price_leave_every_row_unpriced(quotes: pd.DataFrame) -> None:
    rows = _market("priced", quotes=quotes)
    assert rows["has_price"].tolist() == [0.0]
    assert rows.drop(columns="has_price").isna().all(axis=None)


def test_even_prices_of_three_goals_are_an_even_chance() -> None:
    assert _market("priced", "partly", "broken")["market_over25"].tolist() == pytest.approx(
        [0.5, math.nan, math.nan], nan_ok=True
    )


def test_a_handicap_of_absurd_or_unknown_size_is_left_out() -> None:
    rows = _market("priced", "partly", "broken")
    assert rows["market_handicap_line"].tolist() == pytest.approx([-0.5, math.nan, math.nan], nan_ok=True)
    assert rows["market_handicap_home"].tolist() == pytest.approx([0.5, math.nan, math.nan], nan_ok=True)


def test_handicaps_before_2014_are_left_out() -> None:
    assert _market("priced", season=2013)["market_handicap_home"].isna().all()


def test_a_book_with_the_average_prices_says_nothing_beyond_them() -> None:
    rows = _market("priced", "partly")
    assert rows["book_b365_log_home"].tolist() == pytest.approx([0.0, math.nan], nan_ok=True)


def test_a_book_that_left_the_feed_is_missing() -> None:
    assert _market("priced")["book_ps_log_home"].isna().all()


def test_placeholders_of_the_exchange_are_not_believed() -> None:
    assert _market("priced")["book_bfe_log_home"].isna().all()


def test_a_margin_no_book_has_makes_a_price_missing() -> None:
    prices = pd.DataFrame(
        {"ps_early_home": [2.0, 4.0], "ps_early_draw": [3.4, 4.0], "ps_early_away": [4.0, 4.0]}
    )
    assert np.isnan(shares_of(prices, "ps_early")).all(axis=1).tolist() == [False, True]
