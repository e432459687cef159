"""Prices as a market: the sum of their reciprocals, and how far an exchange is from the market average.

Judges nothing: the bounds stand in `suites.toml`.
"""

from __future__ import annotations

import pandas as pd

from pipeline.domain.markets import MARKET_AVERAGE, MARKETS, MOMENTS, columns_of_stem


def book_sums(prices: pd.DataFrame) -> pd.Series:
    """Return the sum of the reciprocal prices, one column a side; missing where one of them is."""
    sums: pd.Series = (1.0 / prices.where(prices > 0)).sum(axis=1, min_count=prices.shape[1])
    return sums


def list_exchanges(quotes: pd.DataFrame, exchanges: tuple[str, ...]) -> pd.DataFrame:
    """Return one row a match and stem of an exchange: quote_row, stem, exchange_sum, exchange_distance."""
    stems = [
        "_".join(filter(None, (book, moment, market)))
        for book in exchanges
        for moment in MOMENTS
        for market in MARKETS
    ]
    nothing: dict[str, list[float]] = {
        "quote_row": [],
        "stem": [],
        "exchange_sum": [],
        "exchange_distance": [],
    }
    parts = []
    for stem in stems:
        sums = book_sums(_prices(quotes, stem))
        facts = {"exchange_sum": sums, "exchange_distance": _distance(stem, quotes)}
        rows = pd.DataFrame({"quote_row": range(len(quotes)), "stem": stem, **facts})
        parts.append(rows[sums.notna()])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(nothing)


def _distance(stem: str, quotes: pd.DataFrame) -> pd.Series:
    """Return the largest difference between the shares of home, draw, away and the market average's.

    Shares are reciprocal prices scaled to sum to one. Missing for other markets.
    """
    book, moment, *market = stem.split("_")
    if market:
        return pd.Series(float("nan"), index=quotes.index)
    own, average = (_shares(_prices(quotes, f"{each}_{moment}")) for each in (book, MARKET_AVERAGE))
    return (own - average.set_axis(own.columns, axis=1)).abs().max(axis=1, skipna=False)


def _shares(prices: pd.DataFrame) -> pd.DataFrame:
    return (1.0 / prices.where(prices > 0)).div(book_sums(prices), axis=0)


def _prices(quotes: pd.DataFrame, stem: str) -> pd.DataFrame:
    return quotes.reindex(columns=list(columns_of_stem(stem))).astype("float64")
