"""The published scores: every family beside the market on identical matches, with intervals and n.

Scopes are all matches, each division and each season. Within a scope every family is scored on the matches
that all of them answered; a family without any answer there is left out, and without the market there is no
gap. Divisions whose history has no early price stay out of every comparison across divisions, where others
have one. An infinite log loss (a probability of zero for what happened) stays infinite: clipping would
hide it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.scores import BoolArray, FloatArray, brier, is_hit, log_loss, rps
from pipeline.evaluation.bootstrap import ratio_intervals
from pipeline.evaluation.calibration import ece, ece_floor
from pipeline.evaluation.comparison import MARKET, Comparison, compare, is_complete, published_table, scopes


def score_table(forecasts: pd.DataFrame, matches: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the published table `scores`; forecasts and matches are the tables of these names.

    Intervals are 95 % by block bootstrap over match-days, the gap's paired by match; NaN where there is only
    one match-day. Rows are ordered by scope, key and family. Raises ContractError, ProbabilityError.
    """
    rows: list[dict[str, Any]] = []
    comparison = compare(forecasts, matches)
    is_priced = _has_market(comparison)
    for scope, key, part in scopes(comparison, ["division", "season"]):
        is_across = scope != "division" and is_priced.any()
        common = (part.where(is_priced[part.matches.index]) if is_across else part).on_common_matches()
        if len(common.matches):
            rows += [{"scope": scope, "key": key, **row} for row in _scored(common, seed)]
    return published_table("scores", rows)


def beats_market(scores: pd.DataFrame, family: str) -> bool | None:
    """Tell whether a family is better than the market: None where the 95 % interval of the gap holds zero.

    scores: the published table; its scope `all` counts. None as well where one of the two has no score.
    """
    row = scores[scores["scope"].eq("all") & scores["family"].eq(family)]
    if row.empty or not np.isfinite(row[["gap_low", "gap_high"]].to_numpy(dtype="float64")).all():
        return None
    low, high = float(row["gap_low"].iloc[0]), float(row["gap_high"].iloc[0])
    return True if high < 0 else False if low > 0 else None


def _has_market(comparison: Comparison) -> BoolArray:
    """Tell for each match whether the market has an answer for any match of its division."""
    if MARKET not in comparison.families:
        return np.zeros(len(comparison.matches), dtype=np.bool_)
    division = comparison.matches["division"]
    speaks = division[is_complete(comparison.of(MARKET))].unique()
    return division.isin(speaks).to_numpy(dtype=np.bool_)


def _scored(common: Comparison, seed: int) -> Iterator[dict[str, Any]]:
    losses = np.stack([log_loss(common.of(family), common.outcomes) for family in common.families], axis=1)
    gaps = _gaps(losses, common.families)
    columns = np.concatenate([losses, gaps], axis=1)
    low, high = ratio_intervals(columns, np.ones_like(columns), common.match_days, seed=seed)
    days_count = len(np.unique(common.match_days))
    for place, family in enumerate(common.families):
        paired = place + len(common.families)
        yield {
            "family": family,
            "n": len(losses),
            "match_days_count": days_count,
            "log_loss": losses[:, place].mean(),
            "log_loss_low": low[place],
            "log_loss_high": high[place],
            **_means(common.of(family), common, seed),
            "gap": gaps[:, place].mean(),
            "gap_low": low[paired],
            "gap_high": high[paired],
        }


def _gaps(losses: FloatArray, families: tuple[str, ...]) -> FloatArray:
    if MARKET not in families:
        return np.full_like(losses, np.nan)
    market = losses[:, [families.index(MARKET)]]
    with np.errstate(invalid="ignore"):  # where both are infinite nobody knows the gap: NaN
        return np.asarray(losses - market, dtype=np.float64)


def _means(probabilities: FloatArray, common: Comparison, seed: int) -> dict[str, float]:
    return {
        "rps": float(rps(probabilities, common.outcomes).mean()),
        "brier": float(brier(probabilities, common.outcomes).mean()),
        "accuracy": float(is_hit(probabilities, common.outcomes).mean()),
        "ece": ece(probabilities, common.outcomes),
        "ece_floor": ece_floor(probabilities, seed),
    }
