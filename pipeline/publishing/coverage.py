"""The published table of coverage: what became of every row read, and how much of each season is there."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.domain.division import Division
from pipeline.domain.outcomes import SIDES
from pipeline.domain.season import Season

_KEYS = ["division", "season"]
_COUNTED = ("accepted_count", "clubs_count", "early_prices_count", "closing_prices_count")


def coverage_table(
    counts: pd.DataFrame, matches: pd.DataFrame, quotes: pd.DataFrame, divisions: Mapping[str, Division]
) -> pd.DataFrame:
    """Return one row a division and season, by division, the newest season first.

    counts: what became of the rows read, division, season and counts. matches: the accepted ones; a division
    that is withheld may have matches of an earlier run. quotes: with `match_id`.
    """
    table = counts.merge(_accepted(matches, quotes), on=_KEYS, how="outer")
    known = table[table["division"].isin(list(divisions))].copy()
    whole = [name for name in counts.columns if name not in _KEYS]
    known[[*whole, *_COUNTED]] = known[[*whole, *_COUNTED]].fillna(0).astype("int64")
    seasons = [divisions[code].rules_of(int(season)) for code, season in known[_KEYS].itertuples(index=False)]
    labels = [
        Season(int(season)).label(divisions[code].calendar_of(int(season)))
        for code, season in known[_KEYS].itertuples(index=False)
    ]
    known["expected_count"] = pd.array([rules.matches_count for rules in seasons], dtype="Int64")
    known["season_label"] = pd.Series(labels, index=known.index, dtype="str")
    return known.sort_values(_KEYS, ascending=[True, False], kind="stable", ignore_index=True)


def _accepted(matches: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:
    priced = matches[[*_KEYS, "match_id", "home_id", "away_id", "kick_off_at"]].assign(
        early_prices_count=matches["match_id"].isin(_priced(quotes, "early")),
        closing_prices_count=matches["match_id"].isin(_priced(quotes, "close")),
    )
    table = priced.groupby(_KEYS, as_index=False).agg(
        accepted_count=("match_id", "size"),
        early_prices_count=("early_prices_count", "sum"),
        closing_prices_count=("closing_prices_count", "sum"),
        first_kick_off_at=("kick_off_at", "min"),
        last_kick_off_at=("kick_off_at", "max"),
    )
    sides = [matches[[*_KEYS, side]].rename(columns={side: "club_id"}) for side in ("home_id", "away_id")]
    clubs = pd.concat(sides).groupby(_KEYS, as_index=False).agg(clubs_count=("club_id", "nunique"))
    return table.merge(clubs, on=_KEYS, how="left")


def _priced(quotes: pd.DataFrame, moment: str) -> pd.Series:
    columns = [f"avg_{moment}_{side}" for side in SIDES]
    prices = quotes.reindex(columns=["match_id", *columns])
    return prices.loc[prices[columns].notna().all(axis=1), "match_id"]
