"""Prices as a market: the sum of their reciprocals, and how far an exchange is from the market average.

Judges nothing: the bounds stand in `suites.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.markets import MARKET_AVERAGE, MARKETS, MOMENTS, columns_of_stem

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def book_sums(prices: pd.DataFrame) -> pd.Series:
    """Return the sum of the reciprocal prices, one column a side; missing where one of them is."""
    sums: pd.Series = (1.0 / prices.where(prices > 0)).sum(axis=1, min_count=prices.shape[1])
    return sums


def sides_of(quotes: pd.DataFrame, stem: str) -> Numbers:
    """Return the prices of a book, timing and market, one line a side; missing ones as NaN."""
    missing = np.full(len(quotes), np.nan)
    sides = [quotes.get(name, missing) for name in columns_of_stem(stem)]
    return np.stack([np.asarray(side, dtype="float64") for side in sides])


def sums_of(sides: Numbers) -> Numbers:
    """Return the sum of the reciprocal prices, one line a side; missing where one of them is."""
    return np.asarray(np.add.reduce(1.0 / np.where(sides > 0, sides, np.nan)))


def exchange_stems(exchanges: tuple[str, ...]) -> list[str]:
    """Return the stems that exchanges can have, whether the quotes hold them or not."""
    names = [(book, moment, market) for book in exchanges for moment in MOMENTS for market in MARKETS]
    return ["_".join(filter(None, name)) for name in names]


def list_exchanges(quotes: pd.DataFrame, exchanges: tuple[str, ...]) -> pd.DataFrame:
    """Return one row a match and stem of an exchange: quote_row, stem, exchange_sum, exchange_distance."""
    nothing: dict[str, list[float]] = {
        "quote_row": [],
        "stem": [],
        "exchange_sum": [],
        "exchange_distance": [],
    }
    parts = []
    for stem in exchange_stems(exchanges):
        sums = sums_of(sides_of(quotes, stem))
        facts = {"exchange_sum": sums, "exchange_distance": _distance(stem, quotes).to_numpy()}
        parts.append(listed(quotes, stem, facts, ~np.isnan(sums)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(nothing)


def listed(quotes: pd.DataFrame, stem: str, facts: Mapping[str, Numbers], is_there: Flags) -> pd.DataFrame:
    """Return `quote_row`, `stem` and the facts of a stem, one row a quote that has it."""
    own = {name: values[is_there] for name, values in facts.items()}
    return pd.DataFrame({"quote_row": quotes.index.to_numpy()[is_there], "stem": stem, **own})


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
