"""Prices of matches and fixtures as one table, every triple complete: home, draw, away."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from pipeline.domain.outcomes import SIDES

_PRICE = re.compile(r"(?P<book>[a-z0-9]+)_(?P<moment>early|close)_(?:home|draw|away)", re.ASCII)
_ALWAYS = ("avg", "max")
_MOMENTS = ("early", "close")


def is_price(column: str) -> bool:
    """Tell whether a column holds prices, as in `avg_early_home`."""
    return _PRICE.fullmatch(column) is not None


def price_columns(columns: Iterable[str]) -> dict[str, list[str]]:
    """Return the price columns by moment, all three sides of every book, market average and maximum always.

    >>> price_columns(["home", "wh_close_away"])["close"][-1], len(price_columns([])["early"])
    ('wh_close_away', 6)
    """
    found = [match for name in columns if (match := _PRICE.fullmatch(name))]
    books = {
        moment: sorted({*_ALWAYS, *(match["book"] for match in found if match["moment"] == moment)})
        for moment in _MOMENTS
    }
    return {
        moment: [f"{book}_{moment}_{side}" for book in books[moment] for side in SIDES] for moment in _MOMENTS
    }


def quotes_of(matches: pd.DataFrame, fixtures: pd.DataFrame, prices: dict[str, list[str]]) -> pd.DataFrame:
    """Return one row a match or fixture that has at least one price; a fixture has no closing prices.

    Both frames hold `match_id`, `kick_off_at`, `early_at` and their price columns.
    """
    kept = ["match_id", "kick_off_at", "early_at"]
    closing = [*prices["early"], *prices["close"]]
    rows = pd.concat([matches[[*kept, *closing]], fixtures[[*kept, *prices["early"]]]], ignore_index=True)
    quoted = rows[rows[closing].notna().any(axis="columns")]
    return quoted.sort_values(["kick_off_at", "match_id"], kind="stable").drop(columns="kick_off_at")
