"""Take a feed's prices, and everything they can be read back from, out of the published tables.

The forecasts, the value mark and figures over many matches stay: no single price can be read back from them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

FEWEST = 30
"""A mean over fewer matches or bets than this could give single prices away and is left out."""

_TELLING = ("price_", "implied_", "edge_", "market_log_loss")
_SUITES_WITH_PRICES = ("quotes", "prices", "exchanges", "features", "upcoming", "recent", "returns")
_MARKET = "market"


def without_prices(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the published tables without prices.

    Prices, the shares implied by them, edges and their source become empty in the lists of matches; the
    market's own backtested forecasts go, and so do means over fewer than FEWEST matches; a correction tells
    its counts alone, and a failed check no value of a price.
    """
    told = dict(tables)
    for name in ("upcoming", "recent"):
        told[name] = _emptied(tables[name])
    backtest, scores, returns = tables["backtest"], tables["scores"], tables["returns"]
    told["backtest"] = backtest[backtest["family"] != _MARKET].reset_index(drop=True)
    told["scores"] = scores[scores["n"] >= FEWEST].reset_index(drop=True)
    told["returns"] = returns[returns["n"] >= FEWEST].assign(mean_price=float("nan")).reset_index(drop=True)
    told["calibration"] = _without_small_bins(tables["calibration"])
    told["notices"] = _without_cells(tables["notices"])
    if "quality_examples" in tables:
        told["quality_examples"] = _without_values(tables["quality_examples"])
    return told


def _emptied(table: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in table.columns if name.startswith(_TELLING)]
    nothing = table[names].reindex(range(len(table), 2 * len(table))).set_axis(table.index)
    return table.assign(**{name: nothing[name].astype(table[name].dtype) for name in names})


def _without_small_bins(calibration: pd.DataFrame) -> pd.DataFrame:
    is_small = (calibration["family"] == _MARKET) & (calibration["n"] < FEWEST)
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
