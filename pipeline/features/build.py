"""One row a match and fixture: what was known before kick-off, beside the labels.

Feature columns are listed in `catalogue.csv`; the other columns identify the row or hold a label. Nothing
here reads a result on or before the day it was known, or a price collected after the cut-off. The table is
always built from scratch, so a column means the same on every row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.errors import LeakageError
from pipeline.features.catalogue import feature_columns, features_version
from pipeline.features.context import context_features
from pipeline.features.elo import elo_features
from pipeline.features.form import form_features
from pipeline.features.history import History, history_of, known_at
from pipeline.features.market import market_features
from pipeline.features.past_prices import last_shares, past_price_features, price_labels
from pipeline.features.pi import pi_features
from pipeline.features.strength import strengths_of
from pipeline.features.table import table_features

KEY_COLUMNS = (
    "match_id",
    "division",
    "country",
    "season",
    "kick_off_at",
    "home_id",
    "away_id",
    "is_played",
    "features_version",
)
PRICE_LABELS = (
    "close_home",
    "close_draw",
    "close_away",
    "past_close_home",
    "past_close_draw",
    "past_close_away",
)
LABEL_COLUMNS = (*KEY_COLUMNS, "outcome", "home_goals", "away_goals", *PRICE_LABELS)
"""Keys and labels. Labels are NaN for fixtures; an independent forecast learns from none of PRICE_LABELS."""


def build_features(
    matches: pd.DataFrame,
    fixtures: pd.DataFrame,
    quotes: pd.DataFrame,
    divisions: Mapping[str, Division],
    *,
    cut_off_at: datetime,
) -> pd.DataFrame:
    """Return the features of every match and fixture, sorted by kick-off and key.

    matches, fixtures, quotes: tables of those names. Every row carries the version of the table, so that a
    model can tell which columns it learned from.
    Raises LeakageError where a result, or a price of a fixture, was known only after `cut_off_at`.
    """
    refuse_late_results(matches, cut_off_at)
    refuse_late_prices(fixtures, quotes, cut_off_at)
    history = history_of(matches, fixtures, divisions)
    strengths = strengths_of(history)
    supremacy = strengths.columns["blend_log_home"] - strengths.columns["blend_log_away"]
    shares = last_shares(history.frame["match_id"], quotes)
    features = [
        context_features(history),
        elo_features(history),
        pi_features(history),
        strengths.columns,
        form_features(history, strengths.surprises),
        table_features(history, supremacy.to_numpy()),
        past_price_features(history, quotes, shares),
        market_features(history.frame, quotes),
    ]
    labels = _labels(history, price_labels(history, quotes, shares))
    return pd.concat([labels, pd.concat(features, axis=1)[list(feature_columns())]], axis=1)


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


def _labels(history: History, prices: pd.DataFrame) -> pd.DataFrame:
    country = pd.Series([history.countries[code] for code in history.division], dtype="str")
    version = pd.Series([features_version()] * len(history), dtype="str")
    labels = pd.concat([history.frame.assign(country=country, features_version=version), prices], axis=1)
    return labels[list(LABEL_COLUMNS)]
