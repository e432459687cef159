"""The record of the value signal: what edges above each bucket were worth, and whether the line agreed.

A bet is the one outcome a match with the largest edge over the early average market, the margin removed, at
one unit and at the early price of a named source. Closing line value is that price times the closing
probability minus one: it says in hundreds of bets what the return says in thousands. Nothing here chooses a
threshold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.outcomes import SIDES
from pipeline.domain.scores import BoolArray, FloatArray, IntArray
from pipeline.domain.value import NO_SIDE, buckets_with, edges, record_word, usable_prices, value_sides
from pipeline.evaluation.bootstrap import ratio_intervals
from pipeline.evaluation.comparison import Comparison, compare, is_complete, published_table
from pipeline.evaluation.skill import fair_prices

_ALWAYS = ("avg", "max")


@dataclass(frozen=True)
class _Bets:
    """One family's bets above one bucket at one source's prices; arrays are (n,), 0 where there is no bet."""

    labels: dict[str, Any]
    stakes: FloatArray
    prices: FloatArray
    profits: FloatArray
    judged: FloatArray
    line_values: FloatArray


@dataclass(frozen=True)
class _Market:
    """Early average, closing probabilities and the prices of each source, all (n, 3)."""

    early: FloatArray
    close: FloatArray
    prices: dict[str, FloatArray]


def value_bucket_table(
    forecasts: pd.DataFrame,
    matches: pd.DataFrame,
    quotes: pd.DataFrame,
    *,
    threshold: float,
    price_source: str,
    seed: int,
) -> pd.DataFrame:
    """Return the published table `value_buckets`; the frames are the tables of these names.

    threshold: the edge in force, a bucket beside the standing ones. price_source: `avg`, `max` or `fonbet`,
    the one whose record the value mark shows; average and best price always have rows. Intervals are 95 % by
    block bootstrap over match-days. Raises ContractError.
    """
    comparison = compare(forecasts, matches)
    sources = tuple(dict.fromkeys((*_ALWAYS, price_source)))
    market = _market(quotes, comparison.matches["match_id"], sources)
    could_bet = is_complete(market.early)
    every = [
        bets
        for family in comparison.families
        for bets in _bets_of(family, comparison, market, could_bet, buckets_with(threshold))
    ]
    rows = list(_recorded(every, comparison.match_days, seed)) if every else []
    return published_table(
        "value_buckets", [row | {"is_named": row["price_source"] == price_source} for row in rows]
    )


def _market(quotes: pd.DataFrame, match_ids: pd.Series, sources: Sequence[str]) -> _Market:
    prices = {source: _early_prices(quotes, match_ids, source) for source in sources}
    usable = {source: usable_prices(each, prices["avg"], source) for source, each in prices.items()}
    early, close = (fair_prices(quotes, match_ids, moment) for moment in ("early", "close"))
    return _Market(early, close, usable)


def _early_prices(quotes: pd.DataFrame, match_ids: pd.Series, source: str) -> FloatArray:
    names = [f"{source}_early_{side}" for side in SIDES]
    return quotes.set_index("match_id").reindex(index=match_ids, columns=names).to_numpy(dtype=np.float64)


def _bets_of(
    family: str, comparison: Comparison, market: _Market, could_bet: BoolArray, buckets: Sequence[float]
) -> Iterator[_Bets]:
    forecast, outcomes = comparison.of(family), comparison.outcomes
    flagged_from = could_bet & is_complete(forecast)
    found = edges(forecast, market.early)
    for bucket in buckets:
        sides = value_sides(found, bucket)
        for source, prices in market.prices.items():
            labels = {
                "family": family,
                "bucket": bucket,
                "price_source": source,
                "flags_count": int((sides != NO_SIDE).sum()),
                "matches_count": int(flagged_from.sum()),
            }
            yield _settled(labels, sides, prices, market.close, outcomes)


def _settled(
    labels: dict[str, Any], sides: IntArray, prices: FloatArray, close: FloatArray, outcomes: IntArray
) -> _Bets:
    at = np.arange(len(sides)), np.maximum(sides, 0)
    is_bet = (sides != NO_SIDE) & ~np.isnan(prices[at])
    taken = np.where(is_bet, prices[at], 0.0)
    is_judged = is_bet & ~np.isnan(close[at])
    return _Bets(
        labels=labels,
        stakes=is_bet.astype(np.float64),
        prices=taken,
        profits=np.where(is_bet & (sides == outcomes), taken, 0.0) - is_bet,
        judged=is_judged.astype(np.float64),
        line_values=np.where(is_judged, taken * np.where(is_judged, close[at], 0.0) - 1, 0.0),
    )


def _recorded(every: list[_Bets], match_days: IntArray, seed: int) -> Iterator[dict[str, Any]]:
    above = np.stack([each for bets in every for each in (bets.profits, bets.line_values)], axis=1)
    below = np.stack([each for bets in every for each in (bets.stakes, bets.judged)], axis=1)
    is_used = below.any(axis=1)
    low, high = ratio_intervals(above[is_used], below[is_used], match_days[is_used], seed=seed)
    for place, bets in enumerate(every):
        n, judged = int(bets.stakes.sum()), int(bets.judged.sum())
        roi, line = 2 * place, 2 * place + 1
        matches_count = bets.labels["matches_count"]
        yield bets.labels | {
            "flag_share": bets.labels["flags_count"] / matches_count if matches_count else np.nan,
            "n": n,
            "mean_price": bets.prices.sum() / n if n else np.nan,
            "roi": bets.profits.sum() / n if n else np.nan,
            "roi_low": low[roi],
            "roi_high": high[roi],
            "judged_count": judged,
            "closing_line_value": bets.line_values.sum() / judged if judged else np.nan,
            "closing_line_value_low": low[line],
            "closing_line_value_high": high[line],
            "record": record_word(low[line], high[line]),
        }
