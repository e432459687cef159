"""The prices of second feeds beside the market average: the published table `other_prices`.

They are shown under their own name and time. Nothing is computed from them: implied probabilities, edges and
value marks are those of the market average.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.domain.markets import LINE, MARKETS
from pipeline.domain.tables import columns_of

_SIDES = [side for sides in MARKETS.values() for side in sides]


def other_prices(fixtures: pd.DataFrame, quotes: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a fixture and feed that prices it, in the order of kick-off and feed.

    titles: what pages call each feed, by the name its columns in the quotes begin with.
    """
    listed = fixtures[["match_id", "division", "kick_off_at", "home", "away"]]
    parts = [_prices_of(listed, quotes, feed, title) for feed, title in titles.items()]
    columns = [column.name for column in columns_of("other_prices", __package__)]
    filled = [part for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
    types = {column.name: _DTYPES[column.type] for column in columns_of("other_prices", __package__)}
    typed = rows.astype(types)
    return typed.sort_values(["kick_off_at", "match_id", "price_source"], kind="stable", ignore_index=True)


_DTYPES = {"text": "str", "number": "float64", "instant": "datetime64[us, UTC]"}


def listed_by(fixtures: pd.DataFrame, titles: Mapping[str, str]) -> pd.Series:
    """Return for each fixture the title of the second feed that alone lists it, by the folder of its file."""
    folders = fixtures["source_file"].str.partition("/")[0]
    return folders.map(dict(titles)).astype("str")


def _prices_of(listed: pd.DataFrame, quotes: pd.DataFrame, feed: str, title: str) -> pd.DataFrame:
    columns = {f"{feed}_early_{side}": f"price_{side}" for side in _SIDES}
    columns[f"{feed}_early_{LINE}"] = LINE
    own = quotes.reindex(columns=["match_id", f"{feed}_early_at", *columns])
    own = own.rename(columns={**columns, f"{feed}_early_at": "price_at"})
    table = listed.merge(own, on="match_id", how="inner", validate="1:1")
    is_priced = table[[f"price_{side}" for side in _SIDES]].notna().any(axis="columns")
    return table[is_priced].assign(price_source=title)
