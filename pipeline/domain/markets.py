"""The markets whose prices we keep, and the names of their columns in table `quotes`.

A column is a bookmaker, a moment and a side, as in `b365_early_over25`; the size of a handicap stands beside
its two prices as `b365_early_handicap_line`. A *stem* names one market of one bookmaker at one moment:
`b365_early` is home, draw, away, `b365_early_total` over and under, `b365_early_handicap` the handicap's two.
Which column of a feed is which is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.domain.outcomes import SIDES

MOMENTS = ("early", "close")
MARKET_AVERAGE = "avg"
MARKETS: dict[str, tuple[str, ...]] = {
    "": SIDES,
    "total": ("over25", "under25"),
    "handicap": ("handicap_home", "handicap_away"),
}
"""The sides of each market by its word in a stem; the empty word is the match itself."""
LINE = "handicap_line"
"""Goals added to the home club's before the handicap is settled: negative where the home club gives them."""

_SIDES = "|".join(side for sides in MARKETS.values() for side in sides)
_PRICE = re.compile(rf"([a-z0-9]+)_({'|'.join(MOMENTS)})_({_SIDES})", re.ASCII)
_LINE = re.compile(rf"([a-z0-9]+)_({'|'.join(MOMENTS)})_{LINE}", re.ASCII)
_MARKET_OF = {side: market for market, sides in MARKETS.items() for side in sides}


def is_price(column: str) -> bool:
    """Tell whether a column holds prices.

    >>> is_price("avg_early_home"), is_price("b365_close_over25"), is_price("avg_early_handicap_line")
    (True, True, False)
    """
    return _PRICE.fullmatch(column) is not None


def is_line(column: str) -> bool:
    """Tell whether a column holds the size of a handicap, as in `avg_early_handicap_line`."""
    return _LINE.fullmatch(column) is not None


def moment_of(column: str) -> str:
    """Return `early` or `close` of a price or line column.

    Raises ValueError for another column.
    """
    found = _PRICE.fullmatch(column) or _LINE.fullmatch(column)
    if not found:
        raise ValueError(f"{column!r} is neither a price nor a line")
    return found[2]


def stem_of(column: str) -> str:
    """Return bookmaker, moment and market of a price column; ValueError for another column.

    >>> [stem_of(name) for name in ("avg_early_home", "ps_close_under25", "gb_early_handicap_away")]
    ['avg_early', 'ps_close_total', 'gb_early_handicap']
    """
    found = _PRICE.fullmatch(column)
    if not found:
        raise ValueError(f"{column!r} is no price")
    return "_".join(filter(None, (found[1], found[2], _MARKET_OF[found[3]])))


def columns_of_stem(stem: str) -> tuple[str, ...]:
    """Return the price columns of a stem, one a side.

    >>> columns_of_stem("avg_close_total"), columns_of_stem("wh_early")[0]
    (('avg_close_over25', 'avg_close_under25'), 'wh_early_home')
    """
    book, moment, *market = stem.split("_")
    return tuple(f"{book}_{moment}_{side}" for side in MARKETS["_".join(market)])


def line_of_stem(stem: str, columns: Collection[str]) -> str:
    """Return the column with the size of a bookmaker's handicap: its own where there is one, or the market's.

    >>> line_of_stem("ps_early_handicap", ["avg_early_handicap_line"])
    'avg_early_handicap_line'
    """
    book, moment, _ = stem.split("_")
    own = f"{book}_{moment}_{LINE}"
    return own if own in columns else f"{MARKET_AVERAGE}_{moment}_{LINE}"
