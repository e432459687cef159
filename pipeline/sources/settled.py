"""Tables of seasons long over joined with those of the running ones, as if all had been made at once.

`normalise` looks at one season of a division at a time, and a season whose results were all known gives the
same tables at every later cut-off. So the tables of old seasons can be made apart and kept. What is kept, and
for how long it holds, is decided in `tasks.settled`; here is only the joining, and when it is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.collection import result_known_at
from pipeline.sources.quotes import price_columns
from pipeline.sources.tables import types_of

_ORDER = ["kick_off_at", "match_id"]
_PLACED = ["division", "season", "kick_off_at"]

Places = npt.NDArray[np.int64]


def known_from(parsed: Iterable[tuple[FeedFile, ParsedFile]]) -> pd.Timestamp | None:
    """Return when the last result of these files was known; None where they hold no row."""
    known = [
        result_known_at(each.rows["kick_off_at"], each.rows["kick_off_precision"]).max()
        for _, each in parsed
        if not each.rows.empty
    ]
    return max(known, default=None)


def is_apart(settled: pd.DataFrame, parsed: Iterable[tuple[FeedFile, ParsedFile]]) -> bool:
    """Tell whether files hold no row of a settled season, nor one of a day on which its division played.

    settled: matches. The days matter to validation, which compares the matches of a day.
    """
    results = [each.rows[_PLACED] for file, each in parsed if file.kind == "results" and len(each.rows)]
    if not results:
        return True
    ours, others = (_places(rows) for rows in (settled[_PLACED], pd.concat(results, ignore_index=True)))
    return all(ours[name].isdisjoint(others[name]) for name in ours)


def _places(rows: pd.DataFrame) -> dict[str, frozenset[tuple[object, ...]]]:
    days = rows["kick_off_at"].to_numpy("datetime64[D]").astype("int64")
    keyed = pd.DataFrame({"division": rows["division"], "season": rows["season"], "day": days})
    found = {}
    for name in ("season", "day"):
        pairs = keyed[["division", name]].drop_duplicates()
        found[name] = frozenset(pairs.itertuples(index=False, name=None))
    return found


def join_matches(settled: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return both tables as one in the order of kick-off and key."""
    order = _common_order(settled[_ORDER], fresh[_ORDER])
    return pd.concat([settled, fresh], ignore_index=True).take(order).reset_index(drop=True)


def join_quotes(
    settled: pd.DataFrame, settled_matches: pd.DataFrame, fresh: pd.DataFrame, *listed: pd.DataFrame
) -> pd.DataFrame:
    """Return both tables as one in the order of kick-off and key, with the columns of either.

    listed: the matches and fixtures of the fresh prices. Each column is laid out once.
    """
    keys = [_keys(settled, settled_matches), _keys(fresh, *listed)]
    order = _common_order(*keys)
    is_fresh = order >= len(settled)
    prices = price_columns([*settled.columns, *fresh.columns])
    names = list(types_of("quotes", [*prices["early"], *prices["close"]]))  # laid out as the table has them
    values = np.full((len(names), len(is_fresh)), np.nan)
    for line, name in zip(values, names, strict=True):
        for part, is_own in ((settled, ~is_fresh), (fresh, is_fresh)):
            if name in part:
                line[is_own] = part[name].to_numpy()
    named = pd.concat([settled[["match_id", "early_at"]], fresh[["match_id", "early_at"]]], ignore_index=True)
    places = named.take(order).reset_index(drop=True)
    return pd.concat([places, pd.DataFrame(values.T, columns=names, copy=False)], axis="columns")


def _keys(quotes: pd.DataFrame, *listed: pd.DataFrame) -> pd.DataFrame:
    known = pd.concat([rows[_ORDER] for rows in listed]).set_index("match_id")["kick_off_at"]
    return pd.DataFrame(
        {"kick_off_at": known.reindex(quotes["match_id"]).array, "match_id": quotes["match_id"]}
    )


def _common_order(settled: pd.DataFrame, fresh: pd.DataFrame) -> Places:
    """Return the order of two tables set one after the other; sorted only where they overlap."""
    if fresh.empty:
        return np.arange(len(settled))
    begin = int(settled["kick_off_at"].searchsorted(fresh["kick_off_at"].min()))
    overlap = pd.concat([settled.iloc[begin:], fresh], ignore_index=True)
    tail = overlap.sort_values(_ORDER, kind="stable").index.to_numpy()
    return np.concatenate([np.arange(begin), tail + begin])
