"""Prices of matches and fixtures as one table, every market complete: home, draw, away; over, under; ..."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.markets import MOMENTS, columns_of_stem, is_line, is_price, moment_of, stem_of

_ALWAYS = ("avg", "max")

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


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


def quotes_of(
    matches: pd.DataFrame, quoted: pd.DataFrame, fixtures: pd.DataFrame, prices: dict[str, list[str]]
) -> pd.DataFrame:
    """Return one row a match or fixture that has at least one price; a fixture has no closing prices.

    Both frames hold `match_id`, `kick_off_at` and `early_at`, the fixtures their price columns as well.
    quoted: all price columns by the index of the matches. The size of a handicap alone is no price.
    """
    closing = [*prices["early"], *prices["close"]]
    prices_alone = [name for name in closing if is_price(name)]
    has_price = np.zeros(len(quoted), dtype=bool)
    for name in prices_alone:  # column by column: the whole table once more would be hundreds of megabytes
        has_price |= quoted[name].notna().to_numpy()
    matches = matches[pd.Series(has_price, index=quoted.index).loc[matches.index]]
    fixtures = fixtures[fixtures[[*filter(is_price, prices["early"])]].notna().any(axis="columns")]
    kept = ["match_id", "kick_off_at", "early_at"]
    rows = pd.concat([matches[kept], fixtures[kept]], ignore_index=True)
    order = rows.sort_values(["kick_off_at", "match_id"], kind="stable").index
    coming = fixtures[prices["early"]].reindex(columns=closing).to_numpy("float64")
    played = quoted if list(quoted.columns) == closing else quoted[closing]
    values = _taken(played.to_numpy(), matches.index.to_numpy(), coming, order.to_numpy())
    places = rows.loc[order, ["match_id", "early_at"]].reset_index(drop=True)
    return pd.concat([places, pd.DataFrame(values.T, columns=closing, copy=False)], axis="columns")


def _taken(quoted: Numbers, played: Places, coming: Numbers, order: Places) -> Numbers:
    """Return one line a column: the prices of the matches and the fixtures in their common order.

    quoted: a line a row of the archive. played: the matches' rows of it. coming: a line a fixture.
    """
    values = np.empty((quoted.shape[1], len(order)))
    is_played = order < len(played)
    of_match, of_fixture = played[order[is_played]], order[~is_played] - len(played)
    for at, line in enumerate(values):
        line[is_played] = quoted[of_match, at]
        line[~is_played] = coming[of_fixture, at]
    return values
