"""Forecasts of past matches as they could have been made: fitted on the past, asked about the next year.

Test matches fall into years that end on 30 June, so that winter and summer calendars share one clock;
refitting more often gains nothing that can be measured. For each year every family is fitted on all matches
that kicked off on days before its first match, and is asked about rows whose labels are blank. Nothing here
scores a forecast.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.errors import ModelError
from pipeline.domain.outcomes import SIDES
from pipeline.models.base import Forecaster, Numbers
from pipeline.models.catalogue import FAMILIES

_log = logging.getLogger(__name__)

Fit = Callable[[str, Mapping[str, Any], pd.DataFrame], Forecaster]
"""What fits a family with parameters on the past; raises ModelError where it cannot, KeyError for another."""


def fit_family(family: str, params: Mapping[str, Any], past: pd.DataFrame) -> Forecaster:
    """Return a family of the catalogue fitted on the past. Raises ModelError, KeyError."""
    return FAMILIES[family].build(params).fit(past)


def walk_forward(
    features: pd.DataFrame,
    params_by_family: Mapping[str, Mapping[str, Any]],
    *,
    first_test_season: int | Mapping[str, int],
    progress: Callable[[str], None] | None = None,
    fit: Fit = fit_family,
) -> pd.DataFrame:
    """Return the table `forecasts`: every family's forecast of every match since `first_test_season`.

    features: rows of `build_features`; rows without an outcome are left out. first_test_season: starting
    year, one for all or one a division (see `first_test_seasons`); a division without one is not tested.
    A family that cannot be fitted on a block's past has no answer in that block (NaN), said through
    `progress`. fit: what fits, for whoever keeps fits. Raises KeyError for an unknown family.
    """
    say = progress or _log.info
    played = features[features["is_played"]]
    parts = [_blank(played.iloc[:0], "")]
    for year in tested_years(played, first_test_season):
        past = played[played["kick_off_at"] < year.begins_at]
        say(f"walk-forward {year.name}: {len(past)} matches to learn from, {len(year.rows)} to forecast")
        for family, params in params_by_family.items():
            forecasts, fault = forecast_block(family, params, past, year.rows, fit=fit)
            if fault:
                say(f"walk-forward {year.name}: {fault}")
            parts.append(forecasts)
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["match_id", "family"], kind="stable", ignore_index=True)


def first_test_seasons(features: pd.DataFrame, seasons_count: int) -> dict[str, int]:
    """Return for each division the starting year of the first of its last `seasons_count` seasons.

    Each division counts its own: where summer leagues have begun a year that winter leagues have not, neither
    loses a season. One that is no longer played has no test, and none begins before the third season of all,
    so that two are left to learn from.
    """
    present = features[["division", "season"]].drop_duplicates()
    years = sorted(present["season"].unique())
    earliest = max(years[min(2, len(years) - 1)], years[-1] - seasons_count) if years else 0
    seasons = present.sort_values("season", kind="stable").groupby("division", sort=True)["season"]
    return {str(code): int(max(own.iloc[-seasons_count:].iloc[0], earliest)) for code, own in seasons}


@dataclass(frozen=True)
class TestedYear:
    """The matches tested in a year that ends on 30 June, and the instant before which their past lies."""

    name: str
    begins_at: pd.Timestamp
    rows: pd.DataFrame


def tested_years(played: pd.DataFrame, first_test_season: int | Mapping[str, int]) -> Iterator[TestedYear]:
    """Yield the years of the matches to test, oldest first; see `walk_forward` for the arguments."""
    first = first_test_season
    tested = played[played["season"] >= (first if isinstance(first, int) else played["division"].map(first))]
    kick_off_at = tested["kick_off_at"]
    years = kick_off_at.dt.year - (kick_off_at.dt.month < 7).astype("int64")
    for year, rows in tested.groupby(years, sort=True):
        name = f"July {year} to June {int(str(year)) + 1}"
        yield TestedYear(name, rows["kick_off_at"].min().floor("D"), rows)


def forecast_block(
    family: str,
    params: Mapping[str, Any],
    past: pd.DataFrame,
    block: pd.DataFrame,
    *,
    fit: Fit = fit_family,
) -> tuple[pd.DataFrame, str]:
    """Fit a family on the past and return its forecasts of a block, and why it has none (empty where it has).

    The block is handed over without its labels. Raises KeyError for an unknown family.
    """
    try:
        forecaster = fit(family, params, past)
    except ModelError as fault:
        return _blank(block, family), str(fault)
    return _table(block, family, forecaster.forecast(unlabelled(block))), ""


def unlabelled(features: pd.DataFrame) -> pd.DataFrame:
    """Return feature rows as they stood before kick-off: every number that is no feature is blank."""
    numbers = features.select_dtypes("float").columns
    labels = [name for name in numbers if name not in _feature_names()]
    return features.assign(**dict.fromkeys(labels, np.nan), is_played=False)


@cache
def _feature_names() -> frozenset[str]:
    with files("pipeline.features").joinpath("catalogue.csv").open(encoding="utf-8") as lines:
        return frozenset(row["column"] for row in csv.DictReader(lines))


def _blank(block: pd.DataFrame, family: str) -> pd.DataFrame:
    return _table(block, family, np.full((len(block), 3), np.nan))


def _table(block: pd.DataFrame, family: str, shares: Numbers) -> pd.DataFrame:
    keys = pd.DataFrame({"match_id": block["match_id"].to_numpy(), "family": family}).astype("str")
    return keys.assign(**{f"p_{side}": shares[:, column] for column, side in enumerate(SIDES)})
