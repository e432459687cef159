"""Prices of matches and fixtures as one table, every market complete: home, draw, away; over, under; ..."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.domain.markets import MOMENTS, columns_of_stem, is_line, is_price, moment_of, stem_of

_ALWAYS = ("avg", "max")


def is_quoted(column: str) -> bool:
    """Tell whether a column holds prices or the size of a handicap, as in `avg_early_home`."""
    return is_price(column) or is_line(column)


def price_columns(columns: Iterable[str]) -> dict[str, list[str]]:
    """Return the price columns by moment, every side of each market there, then the sizes of the handicaps.

    The market average and maximum of home, draw and away are always among them.

    >>> price_columns(["home", "wh_close_away"])["close"][-1], len(price_columns([])["early"])
    ('wh_close_away', 6)
    """
    names = list(columns)
    stems = {f"{book}_{moment}" for book in _ALWAYS for moment in MOMENTS}
    stems |= {stem_of(name) for name in names if is_price(name)}
    in_order = sorted(stems, key=lambda stem: (stem.split("_")[2:], stem))
    prices = [name for stem in in_order for name in columns_of_stem(stem)]
    quoted = [*prices, *sorted({name for name in names if is_line(name)})]
    return {moment: [name for name in quoted if moment_of(name) == moment] for moment in MOMENTS}


def quotes_of(matches: pd.DataFrame, fixtures: pd.DataFrame, prices: dict[str, list[str]]) -> pd.DataFrame:
    """Return one row a match or fixture that has at least one price; a fixture has no closing prices.

    Both frames hold `match_id`, `kick_off_at`, `early_at` and their price columns. The size of a handicap
    alone is no price.
    """
    kept = ["match_id", "kick_off_at", "early_at"]
    closing = [*prices["early"], *prices["close"]]
    rows = pd.concat([matches[[*kept, *closing]], fixtures[[*kept, *prices["early"]]]], ignore_index=True)
    prices_alone = [name for name in closing if is_price(name)]
    quoted = rows[rows[prices_alone].notna().any(axis="columns")]
    return quoted.sort_values(["kick_off_at", "match_id"], kind="stable").drop(columns="kick_off_at")
