"""Take a feed's prices, and everything they can be read back from, out of the published tables.

The value mark and figures over many matches stay: no single price can be read back from them. So do
forecasts, but a family that starts from the market may repeat its chances: its own are told in whole percent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from pipeline.publishing.tables import PRICE_SOURCES

FEWEST = 30
"""A mean over fewer matches or bets than this could give single prices away and is left out."""

_TELLING = ("price_", "implied_", "edge_", "close_", "value_price", "market_log_loss")
_SUITES_WITH_PRICES = ("quotes", "prices", "exchanges", "features", "upcoming", "recent", "returns")
_MARKET = "market"


def without_prices(
    tables: Mapping[str, pd.DataFrame], anchored: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """Return the published tables without prices.

    anchored: the families that start from the market's chances.

    Prices, the shares implied by them, edges and their source become empty in the lists of matches; the
    market's own backtested forecasts go, and so do the parts of forecasts that start from the market, and
    means over fewer than FEWEST matches; a correction tells its counts alone, and a failed check no value of
    a price.
    """
    told = dict(tables)
    for name in ("upcoming", "recent"):
        told[name] = _in_whole_percent(_emptied(tables[name]), "forecast_family", anchored)
    if "ledger_results" in tables:
        told["ledger_results"] = _emptied(tables["ledger_results"])
    backtest, scores, returns = tables["backtest"], tables["scores"], tables["returns"]
    own = backtest[backtest["family"] != _MARKET].reset_index(drop=True)
    told["backtest"] = _in_whole_percent(own, "family", anchored)
    told["scores"] = scores[scores["n"] >= FEWEST].reset_index(drop=True)
    told["returns"] = returns[returns["n"] >= FEWEST].assign(mean_price=float("nan")).reset_index(drop=True)
    if "value_buckets" in tables:
        buckets = tables["value_buckets"]
        kept = buckets[buckets["n"] >= FEWEST].assign(mean_price=float("nan"))
        told["value_buckets"] = kept.reset_index(drop=True)
    told["calibration"] = _without_small_bins(tables["calibration"], anchored)
    contributions = tables["contributions"]
    is_telling = contributions["family"].isin([_MARKET, *anchored])
    told["contributions"] = contributions[~is_telling].reset_index(drop=True)
    told["notices"] = _without_cells(tables["notices"])
    if "quality_examples" in tables:
        told["quality_examples"] = _without_values(tables["quality_examples"])
    return told


def without_prices_of(tables: Mapping[str, pd.DataFrame], feeds: Collection[str]) -> dict[str, pd.DataFrame]:
    """Return the published tables without the prices of these second feeds; `other_prices` has none.

    A value mark stays, but names no price of theirs; figures over fewer than FEWEST of their prices go, and
    so does every mean price; a failed check tells no value of theirs.
    """
    if not feeds:
        return dict(tables)
    told = dict(tables)
    told["upcoming"] = _with_silent_marks(tables["upcoming"], [PRICE_SOURCES.get(feed) for feed in feeds])
    buckets = tables["value_buckets"]
    is_theirs = buckets["price_source"].isin(list(feeds))
    buckets = buckets.assign(mean_price=buckets["mean_price"].where(~is_theirs))
    told["value_buckets"] = buckets[~is_theirs | (buckets["n"] >= FEWEST)].reset_index(drop=True)
    examples = tables["quality_examples"]
    stems = examples["subject"].str.extract(r" ([^ _]+)_[^ ]*$", expand=False)
    is_priced = examples["suite"].isin(_SUITES_WITH_PRICES) & stems.isin(list(feeds))
    is_priced |= examples["suite"].eq("upcoming")
    told["quality_examples"] = examples.assign(value=examples["value"].where(~is_priced))
    return told


def _with_silent_marks(upcoming: pd.DataFrame, titles: list[str | None]) -> pd.DataFrame:
    is_theirs = upcoming["value_price_source"].isin(titles)
    names = ["value_price", "value_price_source"]
    return upcoming.assign(**{name: upcoming[name].where(~is_theirs) for name in names})


def _emptied(table: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in table.columns if name.startswith(_TELLING)]
    nothing = table[names].reindex(range(len(table), 2 * len(table))).set_axis(table.index)
    return table.assign(**{name: nothing[name].astype(table[name].dtype) for name in names})


def _in_whole_percent(table: pd.DataFrame, family: str, anchored: Collection[str]) -> pd.DataFrame:
    is_anchored = table[family].isin(list(anchored))
    home, draw = (table[f"p_{side}"].round(2).clip(lower=0.01) for side in ("home", "draw"))
    coarse = {"p_home": home, "p_draw": draw, "p_away": (1 - home - draw).round(2).clip(lower=0.01)}
    if "log_loss" in table:
        coarse["log_loss"] = table["log_loss"].round(2)
    return table.assign(**{name: table[name].where(~is_anchored, values) for name, values in coarse.items()})


def _without_small_bins(calibration: pd.DataFrame, anchored: Collection[str]) -> pd.DataFrame:
    is_small = calibration["family"].isin([_MARKET, *anchored]) & (calibration["n"] < FEWEST)
    return calibration[~is_small].reset_index(drop=True)


def _without_cells(notices: pd.DataFrame) -> pd.DataFrame:
    told = [
        reason.partition(":")[0] if kind == "correction" else reason
        for kind, reason in zip(notices["kind"], notices["reason"], strict=True)
    ]
    return notices.assign(reason=pd.Series(told, index=notices.index, dtype="str"))


def _without_values(examples: pd.DataFrame) -> pd.DataFrame:
    is_priced = examples["suite"].isin(_SUITES_WITH_PRICES)
    return examples.assign(value=examples["value"].where(~is_priced))
