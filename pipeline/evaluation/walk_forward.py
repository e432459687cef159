"""Forecasts of past matches as they could have been made: fitted on the past, asked about the next half-year.

Test matches fall into blocks that end on 30 June and 31 December, so that winter and summer calendars share
one clock. For each block every family is fitted on all matches that kicked off on days before the block's
first match. Nothing here scores a forecast.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.errors import ModelError
from pipeline.domain.outcomes import SIDES
from pipeline.models.base import Numbers
from pipeline.models.catalogue import FAMILIES

_log = logging.getLogger(__name__)


def walk_forward(
    features: pd.DataFrame,
    params_by_family: Mapping[str, Mapping[str, Any]],
    *,
    first_test_season: int,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Return the table `forecasts`: every family's forecast of every match since `first_test_season`.

    features: rows of `build_features`; rows without an outcome are left out. A family that cannot be fitted
    on a block's past has no answer in that block (NaN), said through `progress`. Raises KeyError for an
    unknown family.
    """
    say = progress or _log.info
    played = features[features["is_played"]]
    parts = [_blank(played.iloc[:0], "")]
    for name, past, block in _blocks(played, first_test_season):
        say(f"walk-forward {name}: {len(past)} matches to learn from, {len(block)} to forecast")
        for family, params in params_by_family.items():
            forecasts, fault = _forecast_block(family, params, past, block)
            if fault:
                say(f"walk-forward {name}: {fault}")
            parts.append(forecasts)
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["match_id", "family"], kind="stable", ignore_index=True)


def _blocks(played: pd.DataFrame, first_test_season: int) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    tested = played[played["season"] >= first_test_season]
    kick_off_at = tested["kick_off_at"]
    halves = kick_off_at.dt.year.astype("str") + np.where(kick_off_at.dt.month < 7, "-H1", "-H2")
    for name, block in tested.groupby(halves, sort=True):
        first_day = block["kick_off_at"].min().floor("D")
        yield str(name), played[played["kick_off_at"] < first_day], block


def _forecast_block(
    family: str, params: Mapping[str, Any], past: pd.DataFrame, block: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    try:
        forecaster = FAMILIES[family].build(params).fit(past)
    except ModelError as fault:
        return _blank(block, family), str(fault)
    return _table(block, family, forecaster.forecast(block)), ""


def _blank(block: pd.DataFrame, family: str) -> pd.DataFrame:
    return _table(block, family, np.full((len(block), 3), np.nan))


def _table(block: pd.DataFrame, family: str, shares: Numbers) -> pd.DataFrame:
    keys = pd.DataFrame({"match_id": block["match_id"].to_numpy(), "family": family}).astype("str")
    return keys.assign(**{f"p_{side}": shares[:, column] for column, side in enumerate(SIDES)})
