"""Columns that make every check a check of one table: counts, sums and differences, derived with pandas.

Judges nothing: what is right stands in `suites.toml`, and Great Expectations compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.markets import (
    LINE,
    MARKET_AVERAGE,
    MARKETS,
    MOMENTS,
    columns_of_stem,
    is_price,
    stem_of,
)
from pipeline.validation.frames import ArchiveFrames, are_among
from pipeline.validation.price_sanity import book_sums, list_exchanges, listed, sides_of, sums_of
from pipeline.validation.season_counts import missing_matches

LEAST_MATCHES_FOR_SHARES = 60
"""Below this many matches of a season its means say nothing and stay missing."""


def suite_frames(
    frames: ArchiveFrames,
    divisions: Mapping[str, Division],
    *,
    cut_off_at: datetime,
    exchanges: tuple[str, ...] = (),
    fresh: ArchiveFrames | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the frame to check for every suite but `coverage`; rows as in `frames`, or one a season.

    exchanges: the books whose prices are other customers' offers. fresh: the rows to check, where the others
    were checked before; every season is summed up all the same.
    """
    seasons = summarise_seasons(frames.matches, frames.quotes, divisions, cut_off_at=cut_off_at)
    rows = row_frames(
        frames if fresh is None else fresh, divisions, cut_off_at=cut_off_at, exchanges=exchanges
    )
    return {**rows, "seasons": seasons}


def row_frames(
    frames: ArchiveFrames,
    divisions: Mapping[str, Division],
    *,
    cut_off_at: datetime,
    exchanges: tuple[str, ...] = (),
) -> dict[str, pd.DataFrame]:
    """Return the frames to check for the suites on single rows, with the index of `frames`.

    Those of single prices have an index of their own; `quote_row` is that of the quotes.
    """
    matches, fixtures, quotes = frames.matches, frames.fixtures, frames.quotes
    return {
        "matches": prepare_matches(matches, divisions, cut_off_at=cut_off_at),
        "fixtures": prepare_fixtures(fixtures, matches, divisions),
        "quotes": prepare_quotes(quotes, matches, fixtures, cut_off_at=cut_off_at),
        "prices": list_prices(quotes, exchanges),
        "exchanges": list_exchanges(quotes, exchanges),
    }


def prepare_matches(
    matches: pd.DataFrame, divisions: Mapping[str, Division], *, cut_off_at: datetime
) -> pd.DataFrame:
    """Return the matches with the derived columns of the suite `matches`."""
    same_result = ["division", "day", "home_id", "away_id", "home_goals", "away_goals"]
    prepared = _with_calendar(matches, divisions)
    prepared["repeat_number"] = prepared.groupby(same_result, dropna=False).cumcount()
    firsts = prepared["repeat_number"].eq(0).astype("int64")
    groups = [prepared[name] for name in ("division", "day", "home_id")]
    prepared["home_results_of_day"] = firsts.groupby(groups, dropna=False).transform("sum")
    difference = np.sign(prepared["home_goals"] - prepared["away_goals"])
    prepared["outcome_of_goals"] = (1 - difference).astype("int64")
    prepared["hours_before_cut_off"] = _hours(pd.Timestamp(cut_off_at) - prepared["kick_off_at"])
    return prepared


def prepare_fixtures(
    fixtures: pd.DataFrame, matches: pd.DataFrame, divisions: Mapping[str, Division]
) -> pd.DataFrame:
    """Return the fixtures with the derived columns of the suite `fixtures`."""
    prepared = _with_calendar(fixtures, divisions)
    prepared["is_played"] = are_among(prepared["match_id"], matches["match_id"])
    return prepared


def prepare_quotes(
    quotes: pd.DataFrame, matches: pd.DataFrame, fixtures: pd.DataFrame, *, cut_off_at: datetime
) -> pd.DataFrame:
    """Return the prices with the columns of the suite `quotes`: extremes and sums a book and timing."""
    prepared = quotes[["match_id"]].copy()
    is_played = are_among(prepared["match_id"], matches["match_id"])
    is_listed = are_among(prepared["match_id"], fixtures["match_id"])
    prepared["is_of_match"] = is_played | is_listed
    prepared["early_hours_before_cut_off"] = _hours(pd.Timestamp(cut_off_at) - quotes["early_at"])
    averages = ["_".join(filter(None, ("avg", moment, market))) for market in MARKETS for moment in MOMENTS]
    for stem in averages:
        prices = prices_of(quotes, stem)
        prepared[f"{stem}_book_sum"] = book_sums(prices)
        prepared[f"{stem}_prices_count"] = prices.notna().sum(axis=1)
    lines = [f"avg_{moment}_{LINE}" for moment in MOMENTS]
    prepared[lines] = quotes.reindex(columns=lines).astype("float64")
    prepared["lowest_best_to_average_early"] = _lowest_ratio(quotes, "max_early", "avg_early")
    closing = quotes[[name for name in quotes.columns if "_close_" in name]]
    counts = closing.notna().sum(axis=1)
    prepared["fixture_closing_prices_count"] = counts.where(is_listed & ~is_played, 0)
    return prepared


def list_prices(quotes: pd.DataFrame, exchanges: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return one row a match and stem that has a price: quote_row, stem, extremes, the reciprocals' sum."""
    parts = []
    for stem in price_stems(quotes) or ["avg_early"]:
        prices = sides_of(quotes, stem)
        lowest, highest = np.fmin.reduce(prices), np.fmax.reduce(prices)
        is_judged = stem.partition("_")[0] not in (MARKET_AVERAGE, *exchanges)
        sums = sums_of(np.where(prices > 1, prices, np.nan)) if is_judged else np.full(len(quotes), np.nan)
        facts = {"lowest_price": lowest, "highest_price": highest, "book_sum": sums}
        parts.append(listed(quotes, stem, facts, ~np.isnan(lowest)))
    return pd.concat(parts, ignore_index=True)


def price_stems(quotes: pd.DataFrame) -> list[str]:
    """Return the books, timings and markets that have prices, such as `avg_early`, in the columns' order."""
    return list(dict.fromkeys(stem_of(name) for name in quotes.columns if is_price(name)))


def prices_of(quotes: pd.DataFrame, stem: str) -> pd.DataFrame:
    """Return the prices of a book, timing and market, one column a side; missing ones as NaN."""
    return quotes.reindex(columns=list(columns_of_stem(stem))).astype("float64")


def summarise_seasons(
    matches: pd.DataFrame, quotes: pd.DataFrame, divisions: Mapping[str, Division], *, cut_off_at: datetime
) -> pd.DataFrame:
    """Return one row a division and season: counts, mean goals, shares of home wins, draws, prices, pairings.

    Means and shares of the play are missing below 60 matches, the share of pairings in the running season.
    """
    keys = ["division", "season"]
    priced = quotes.loc[prices_of(quotes, "avg_early").notna().all(axis=1), "match_id"]
    facts = matches[[*keys, "home_id", "away_id"]].assign(
        goals=matches["home_goals"] + matches["away_goals"],
        is_home_win=matches["outcome"].eq(0),
        is_draw=matches["outcome"].eq(1),
        is_priced=are_among(matches["match_id"], priced),
        pair=matches["home_id"] + " " + matches["away_id"],
    )
    grouped = facts.groupby(keys, sort=True)
    seasons = grouped.agg(
        matches_count=("goals", "size"),
        clubs_count=("home_id", "nunique"),
        mean_goals=("goals", "mean"),
        home_win_share=("is_home_win", "mean"),
        draw_share=("is_draw", "mean"),
        early_price_share=("is_priced", "mean"),
        pairs_count=("pair", "nunique"),
    ).reset_index()
    seasons["clubs_count"] = _clubs_counts(facts, seasons)
    seasons["missing_matches_count"] = missing_matches(seasons, divisions)
    return _only_where_telling(seasons, divisions, cut_off_at)


def _clubs_counts(facts: pd.DataFrame, seasons: pd.DataFrame) -> pd.Series:
    keys = ["division", "season"]
    clubs = pd.concat(
        [facts[[*keys, side]].set_axis([*keys, "club"], axis=1) for side in ("home_id", "away_id")]
    )
    counts = clubs.groupby(keys)["club"].nunique()
    return pd.Series(counts.reindex(pd.MultiIndex.from_frame(seasons[keys])).to_numpy(), index=seasons.index)


def _only_where_telling(
    seasons: pd.DataFrame, divisions: Mapping[str, Division], cut_off_at: datetime
) -> pd.DataFrame:
    is_long = seasons["matches_count"] >= LEAST_MATCHES_FOR_SHARES
    for name in ("mean_goals", "home_win_share", "draw_share"):
        seasons[name] = seasons[name].where(is_long)
    running = {code: division.season_at(cut_off_at.date()).start_year for code, division in divisions.items()}
    is_over = seasons["season"] < seasons["division"].map(running).astype("float64")
    pairings = seasons["clubs_count"] * (seasons["clubs_count"] - 1)
    seasons["pairing_share"] = (seasons["pairs_count"] / pairings.where(pairings > 0)).where(is_over)
    seasons["missing_matches_count"] = seasons["missing_matches_count"].where(is_over)
    return seasons


def _with_calendar(rows: pd.DataFrame, divisions: Mapping[str, Division]) -> pd.DataFrame:
    prepared = rows.copy()
    prepared["day"] = prepared["kick_off_at"].dt.floor("D")
    prepared["is_known_division"] = prepared["division"].isin(set(divisions))
    prepared["is_own_opponent"] = prepared["home_id"].eq(prepared["away_id"])
    home, away = prepared["home"].str.strip(), prepared["away"].str.strip()
    prepared["shorter_club"] = home.where(home.str.len() <= away.str.len(), away)
    calendars = _calendars(prepared, divisions)
    for calendar in ("winter", "summer", "double"):
        days = season_day(prepared["kick_off_at"], prepared["season"], calendar)
        prepared[f"{calendar}_season_day"] = days.where(calendars.eq(calendar))
    return prepared


def _calendars(rows: pd.DataFrame, divisions: Mapping[str, Division]) -> pd.Series:
    """Return the calendar of each row's season; none where the division is unknown."""
    pairs = list(zip(rows["division"], rows["season"], strict=True))
    named = {
        (code, season): divisions[code].calendar_of(int(season)) if code in divisions else ""
        for code, season in set(pairs)
    }
    return pd.Series([named[pair] for pair in pairs], index=rows.index, dtype="str")


def season_day(kick_off_at: pd.Series, season: pd.Series, calendar: str) -> pd.Series:
    """Return the days since the nominal start of the season: 1 July in a winter calendar, else 1 January."""
    month = "07" if calendar == "winter" else "01"
    starts = pd.to_datetime(season.astype("str") + f"-{month}-01", utc=True, format="%Y-%m-%d")
    return (kick_off_at - starts).dt.total_seconds() / 86_400


def _hours(difference: pd.Series) -> pd.Series:
    hours: pd.Series = difference.dt.total_seconds() / 3_600
    return hours


def _lowest_ratio(quotes: pd.DataFrame, upper: str, lower: str) -> pd.Series:
    below = prices_of(quotes, lower).to_numpy()
    ratios = prices_of(quotes, upper).to_numpy() / np.where(below > 0, below, np.nan)
    return pd.DataFrame(ratios, index=quotes.index).min(axis=1)
