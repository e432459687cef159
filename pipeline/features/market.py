"""What the market says early: the margin taken off by the power method, market by market, book by book.

Only early prices of the match itself are read here; they belong to the anchored setting. A market with a
price missing, at or below 1, or with a margin no real book has, is missing as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.domain.margin import implied
from pipeline.domain.markets import MARKET_AVERAGE, columns_of_stem, line_of_stem
from pipeline.domain.outcomes import SIDES
from pipeline.features.history import Floats
from pipeline.features.implied_goals import implied_goals

ANY_SUM = (0.0, np.inf)
SUMS = {"max": (0.90, 1.20), "bfe": (0.99, 1.08)}
"""Least and most sum of 1/price of a book that is believed; the exchange holds placeholders."""
USUAL_SUM = (0.99, 1.25)
BOOKS = ("b365", "bw", "iw", "ps", "wh", "vc", "max", "bfe")
HANDICAPS_FROM = 2014
"""Earlier handicaps of the real feed hold absurd sizes."""
MOST_HANDICAP = 4.5


def market_features(rows: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:
    """Return the market's columns, NaN without a full price, and `has_price`.

    rows: `match_id` and `season` of the rows asked for, in their order. quotes: the table of that name.
    """
    early = quotes_by_row(rows["match_id"], quotes, "early", (MARKET_AVERAGE, *BOOKS))
    outcomes = shares_of(early, f"{MARKET_AVERAGE}_early", ANY_SUM)
    over25 = shares_of(early, f"{MARKET_AVERAGE}_early_total")[:, 0]
    goals = np.log(implied_goals(outcomes, over25))
    columns = {f"market_{side}": outcomes[:, place] for place, side in enumerate(SIDES)}
    columns |= {"has_price": np.isfinite(outcomes).all(axis=1).astype("float64")}
    columns |= {"market_over25": over25, **_handicap(early, rows["season"].to_numpy())}
    columns |= {"market_log_home_goals": goals[:, 0], "market_log_away_goals": goals[:, 1]}
    return pd.DataFrame({**columns, **_books(early, log_ratios(outcomes))}, dtype="float64")


def quotes_by_row(
    match_ids: pd.Series, quotes: pd.DataFrame, moment: str, books: Sequence[str]
) -> pd.DataFrame:
    """Return the prices of some books at one moment, in the order of the rows asked for.

    A row never quoted is empty.
    """
    wanted = tuple(f"{book}_{moment}_" for book in books)
    names = [name for name in quotes.columns if name.startswith(wanted)]
    places = pd.Index(quotes["match_id"]).get_indexer(pd.Index(match_ids))
    known = quotes[names].to_numpy(dtype="float64")[places] if len(quotes) else np.empty((1, len(names)))
    known = np.where((places >= 0)[:, None], known, np.nan)
    return pd.DataFrame(known, columns=names)


def shares_of(quotes: pd.DataFrame, stem: str, sums: tuple[float, float] = USUAL_SUM) -> Floats:
    """Return (n, k) probabilities of one market of one book; NaN where it is not priced or not believed.

    sums: the least and the most sum of 1/price that is believed.
    """
    prices = quotes.reindex(columns=list(columns_of_stem(stem))).to_numpy(dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        total = (1 / prices).sum(axis=1)
        is_full = (np.isfinite(prices) & (prices > 1)).all(axis=1) & (total >= sums[0]) & (total <= sums[1])
    shares = np.full(prices.shape, np.nan)
    if is_full.any():
        shares[is_full] = implied(prices[is_full], method="power")
    return shares


def log_ratios(outcomes: Floats) -> Floats:
    """Return (n, 2): log of home over draw and of away over draw."""
    ratios: Floats = np.log(outcomes[:, [0, 2]] / outcomes[:, [1]])
    return ratios


def _handicap(early: pd.DataFrame, seasons: Floats) -> dict[str, Floats]:
    stem = f"{MARKET_AVERAGE}_early_handicap"
    size = early.reindex(columns=[line_of_stem(stem, early.columns)]).to_numpy(dtype="float64")[:, 0]
    home = shares_of(early, stem)[:, 0]
    is_sound = (np.abs(size) <= MOST_HANDICAP) & (seasons >= HANDICAPS_FROM) & np.isfinite(home)
    return {
        "market_handicap_line": np.where(is_sound, size, np.nan),
        "market_handicap_home": np.where(is_sound, home, np.nan),
    }


def _books(early: pd.DataFrame, average: Floats) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for book in BOOKS:
        beyond = log_ratios(shares_of(early, f"{book}_early", SUMS.get(book, USUAL_SUM))) - average
        columns |= {f"book_{book}_log_home": beyond[:, 0], f"book_{book}_log_away": beyond[:, 1]}
    return columns
