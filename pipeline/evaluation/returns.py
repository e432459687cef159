"""What betting on the forecasts would have returned at early average prices, beside the favourite's return.

Two rules at unit stakes: `all_picks` backs the most probable outcome of every match with a price,
`value_bets` the one outcome a match whose edge is the largest and above the threshold. Returns do not measure
how good a forecast is (that is the scores' part), and no rule or price is chosen afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.margin import implied
from pipeline.domain.outcomes import SIDES
from pipeline.domain.scores import BoolArray, FloatArray, IntArray
from pipeline.domain.value import NO_SIDE, VALUE_THRESHOLD, edges, value_sides
from pipeline.evaluation.bootstrap import ratio_intervals
from pipeline.evaluation.comparison import Comparison, compare, is_complete, published_table, scopes

PRICE_SOURCE = "market average (early)"
_PRICE_COLUMNS = [f"avg_early_{side}" for side in SIDES]


@dataclass(frozen=True)
class _Bets:
    """One family's bets by one rule on the priced matches of a scope; every array is (n,)."""

    family: str
    rule: str
    could_bet: BoolArray
    stakes: FloatArray
    prices: FloatArray
    profits: FloatArray
    market_profits: FloatArray


def return_table(
    forecasts: pd.DataFrame,
    matches: pd.DataFrame,
    quotes: pd.DataFrame,
    *,
    threshold: float = VALUE_THRESHOLD,
    seed: int,
) -> pd.DataFrame:
    """Return the published table `returns`; the frames are the tables of these names.

    threshold: the edge, as a share, that a value bet must exceed. Intervals are 95 % by block bootstrap over
    match-days. A rule without a bet has profit 0 and NaN for the rest. `market_roi` backs the favourite
    (lowest price) on the very matches bet on. Rows are ordered by scope, key, family and rule.
    Raises ContractError, PriceError.
    """
    comparison = compare(forecasts, matches)
    prices = quotes.set_index("match_id").reindex(
        index=comparison.matches["match_id"], columns=_PRICE_COLUMNS
    )
    priced = comparison.matches.assign(**dict(zip(_PRICE_COLUMNS, prices.to_numpy(float).T, strict=True)))
    comparison = Comparison(comparison.families, priced, comparison.probabilities)
    rows: list[dict[str, Any]] = []
    for scope, key, part in scopes(comparison, ["division"]):
        labels = {"scope": scope, "key": key}
        rows += [{**labels, **row} for row in _returned(part, threshold, seed)]
    return published_table("returns", rows)


def _returned(part: Comparison, threshold: float, seed: int) -> Iterator[dict[str, Any]]:
    every = [bets for family in part.families for bets in _bets_of(family, part, threshold)]
    if not every:
        return
    stakes = np.stack([bets.stakes for bets in every], axis=1)
    profits = np.stack([bets.profits for bets in every], axis=1)
    market = np.stack([bets.market_profits for bets in every], axis=1)
    has_price = part.matches[_PRICE_COLUMNS].notna().all(axis=1).to_numpy()
    low, high = ratio_intervals(
        np.concatenate([profits, market], axis=1)[has_price],
        np.concatenate([stakes, stakes], axis=1)[has_price],
        part.match_days[has_price],
        seed=seed,
    )
    for place, bets in enumerate(every):
        beside = place + len(every)
        yield {
            **_summary(bets),
            "roi_low": low[place],
            "roi_high": high[place],
            "market_roi_low": low[beside],
            "market_roi_high": high[beside],
        }


def _bets_of(family: str, part: Comparison, threshold: float) -> Iterator[_Bets]:
    forecast = part.of(family)
    prices = part.matches[_PRICE_COLUMNS].to_numpy(dtype=np.float64)
    market = implied(prices)
    could_bet = is_complete(forecast) & is_complete(market)
    favourites = _most_probable(market, could_bet)
    picks = {
        "all_picks": _most_probable(forecast, could_bet),
        "value_bets": value_sides(edges(forecast, market), threshold),
    }
    for rule, sides in picks.items():
        is_bet = sides != NO_SIDE
        taken, profits = _settled(sides, prices, part.outcomes)
        beside = _settled(np.where(is_bet, favourites, NO_SIDE), prices, part.outcomes)[1]
        yield _Bets(family, rule, could_bet, is_bet.astype(np.float64), taken, profits, beside)


def _most_probable(probabilities: FloatArray, could_bet: BoolArray) -> IntArray:
    known = np.where(could_bet[:, None], probabilities, 0.0)
    return np.where(could_bet, known.argmax(axis=1), NO_SIDE).astype(np.int64)


def _settled(sides: IntArray, prices: FloatArray, outcomes: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return price taken and profit per match of one unit on `sides`; both 0 where there is no bet."""
    is_bet = sides != NO_SIDE
    taken = np.where(is_bet, prices[np.arange(len(sides)), sides], 0.0)
    return taken, np.where(sides == outcomes, taken, 0.0) - is_bet


def _summary(bets: _Bets) -> dict[str, Any]:
    n = int(bets.stakes.sum())
    return {
        "family": bets.family,
        "rule": bets.rule,
        "price_source": PRICE_SOURCE,
        "n": n,
        "matches_count": int(bets.could_bet.sum()),
        "mean_price": bets.prices.sum() / n if n else np.nan,
        "profit": bets.profits.sum(),
        "roi": bets.profits.sum() / n if n else np.nan,
        "market_roi": bets.market_profits.sum() / n if n else np.nan,
    }
