"""One row a match and fixture: what was known before kick-off, beside the labels.

Feature columns are listed in `catalogue.csv`; the other columns identify the row or hold its label. Nothing
here reads a result on or before the day it was known, or a price collected after the cut-off.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.errors import LeakageError
from pipeline.features.elo import elo_features
from pipeline.features.filter import filter_features
from pipeline.features.form import form_features
from pipeline.features.history import History, history_of, known_at
from pipeline.features.market import market_features

LABEL_COLUMNS = (
    "match_id",
    "division",
    "country",
    "season",
    "kick_off_at",
    "home_id",
    "away_id",
    "is_played",
    "outcome",
    "home_goals",
    "away_goals",
)


def build_features(
    matches: pd.DataFrame,
    fixtures: pd.DataFrame,
    quotes: pd.DataFrame,
    divisions: Mapping[str, Division],
    *,
    cut_off_at: datetime,
) -> pd.DataFrame:
    """Return the features of every match and fixture, sorted by kick-off and key.

    matches, fixtures, quotes: tables of those names. Labels (`outcome`, goals) are NaN for fixtures.
    Raises LeakageError where a result, or a price of a fixture, was known only after `cut_off_at`.
    """
    refuse_late_results(matches, cut_off_at)
    refuse_late_prices(fixtures, quotes, cut_off_at)
    history = history_of(matches, fixtures, divisions)
    parts = [
        _labels(history),
        pd.DataFrame({"tier": pd.Series(history.tier, dtype="float64")}),
        elo_features(history),
        filter_features(history),
        form_features(history),
        market_features(history.frame["match_id"], quotes),
    ]
    return pd.concat(parts, axis=1)


@cache
def feature_columns() -> tuple[str, ...]:
    """Return the feature columns in the order of the catalogue."""
    text = files("pipeline.features").joinpath("catalogue.csv").read_text(encoding="utf-8")
    return tuple(row["column"] for row in csv.DictReader(text.splitlines()))


def refuse_late_results(matches: pd.DataFrame, cut_off_at: datetime) -> None:
    """Raise LeakageError for the first match whose result was not known by the cut-off."""
    late = matches.assign(known_at=known_at(matches)).loc[lambda rows: rows["known_at"] > cut_off_at]
    for row in late.head(1).to_dict("records"):
        raise LeakageError(f"the result of {row['match_id']}", row["known_at"], cut_off_at)


def refuse_late_prices(fixtures: pd.DataFrame, quotes: pd.DataFrame, cut_off_at: datetime) -> None:
    """Raise LeakageError for a fixture's early price collected after the cut-off, or any closing price."""
    listed = quotes[quotes["match_id"].isin(fixtures["match_id"])]
    early = listed[_has_any(listed, "_early_") & (listed["early_at"] > cut_off_at)]
    for row in early.head(1).to_dict("records"):
        raise LeakageError(f"the early price of {row['match_id']}", row["early_at"], cut_off_at)
    for match_id in listed.loc[_has_any(listed, "_close_"), "match_id"].head(1):
        raise LeakageError(f"the closing price of {match_id}", "kick-off", cut_off_at)


def _has_any(quotes: pd.DataFrame, part: str) -> pd.Series:
    return quotes[[name for name in quotes.columns if part in name]].notna().any(axis=1)


def _labels(history: History) -> pd.DataFrame:
    labels = history.frame.assign(country=pd.Series(history.country, dtype="str"))
    return labels[list(LABEL_COLUMNS)]
