"""The filter on what the market thought of earlier matches: setting memory, never this match's own prices.

The goals implied by the last price of a match are one more observation of it, learned when its result is
known. `past_odds` observes them alone; `past_mixed` then observes what happened as well. The same prices,
as probabilities, are labels of past matches for families that learn from them. The constants were tuned on
outcomes of 2014/15 to 2021/22 of the real feed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.domain.markets import MARKET_AVERAGE
from pipeline.domain.outcomes import SIDES
from pipeline.features.filter import Speeds, filtered
from pipeline.features.history import Floats, History
from pipeline.features.implied_goals import implied_goals
from pipeline.features.market import quotes_by_row, shares_of
from pipeline.features.observation import Blend, blended, red_card_factors, rescaled

ORDER = (
    ("avg", "close"),
    ("ps", "close"),
    ("avg", "early"),
    ("b365", "early"),
    ("iw", "early"),
    ("gb", "early"),
)
"""The last price of a match: the first of these that it has. Closing averages begin in 2019/20, Pinnacle's
closing prices in 2012/13, averages in 2005/06."""
NOISE_ALONE, NOISE_MIXED = 0.029, 0.047
"""Variance over the mean of the goals prices imply: where only they are observed, and with the result."""
BLEND = Blend(weights=(0.22, 0.25, 0.29, 0.25), noise=0.41)
SPEEDS = Speeds(
    daily_variance=5.4e-4,
    season_variance=0.0115,
    defence_growth=3.1,
    season_shrink=0.75,
    start_variance=0.187,
    home_variance=0.002,
    promoted_loses=0.25,
    relegated_gains=0.145,
    newcomer_loses=0.023,
    level_gain=0.0002,
    home_gain=0.0155,
)


def last_shares(match_ids: pd.Series, quotes: pd.DataFrame, market: str = "") -> Floats:
    """Return (n, k) probabilities from the last price of each row by ORDER; NaN where it has none of them.

    market: the word of another market than the match itself, as in `total`.
    """
    found: Floats | None = None
    for book, moment in ORDER:
        stem = f"{book}_{moment}_{market}".rstrip("_")
        shares = shares_of(quotes_by_row(match_ids, quotes, moment, (book,)), stem)
        found = shares if found is None else np.where(np.isnan(found), shares, found)
    assert found is not None
    return found


def past_price_features(history: History, quotes: pd.DataFrame, shares: Floats) -> pd.DataFrame:
    """Return the columns `past_odds_*` and `past_mixed_*` before each row; logs of expected goals.

    shares: (n, 3) probabilities of `last_shares`.
    """
    market = implied_goals(shares, last_shares(history.frame["match_id"], quotes, "total")[:, 0])
    observed, noise = blended(rescaled(history), BLEND)
    noise = noise * red_card_factors(history)[:, None]
    alone = filtered(history, SPEEDS, (market,), (np.full(market.shape, NOISE_ALONE),))
    mixed = filtered(history, SPEEDS, (market, observed), (np.full(market.shape, NOISE_MIXED), noise))
    columns: dict[str, Floats] = {}
    for name, numbers in (("past_odds", alone), ("past_mixed", mixed)):
        columns |= {f"{name}_log_home": numbers[:, 0], f"{name}_log_away": numbers[:, 1]}
        columns |= {f"{name}_variance": numbers[:, 6]}
    return pd.DataFrame(columns)


def price_labels(history: History, quotes: pd.DataFrame, shares: Floats) -> pd.DataFrame:
    """Return the labels `close_*` (average closing price) and `past_close_*` (last price by ORDER).

    Probabilities by the power method, NaN where a price is missing or its margin not believed, and for
    fixtures. shares: (n, 3) probabilities of `last_shares`.
    """
    closing_prices = quotes_by_row(history.frame["match_id"], quotes, "close", (MARKET_AVERAGE,))
    closing = shares_of(closing_prices, f"{MARKET_AVERAGE}_close")
    is_played = history.frame["is_played"].to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            f"{name}_{side}": np.where(is_played, labels[:, place], np.nan)
            for name, labels in (("close", closing), ("past_close", shares))
            for place, side in enumerate(SIDES)
        }
    )
