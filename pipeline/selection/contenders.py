"""Who meets at the gate, and how they compare: losses on the same matches, paired, with intervals.

Measures only; what the measures mean for a promotion is the business of `gate` and `guards`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.errors import ContractError
from pipeline.domain.outcomes import SIDES
from pipeline.domain.scores import BoolArray, FloatArray, IntArray, ProbabilityError, ShapeError, log_loss
from pipeline.evaluation.bootstrap import ratio_intervals
from pipeline.evaluation.comparison import is_complete
from pipeline.selection.policy import GatePolicy

_DIGITS = 6


@dataclass(frozen=True)
class Contender:
    """A recipe with its forecasts of the walk-forward.

    complexity: how many numbers the recipe fits. forecasts: (n, 3) aligned with the matches of the gate, rows
    of NaN where it has no answer.
    """

    name: str
    family: str
    recipe_id: str
    params: Mapping[str, Any]
    profile: str
    complexity: int
    forecasts: FloatArray


@dataclass(frozen=True)
class Night:
    """What every comparison of one night and role shares. level: of each interval, after the correction."""

    outcomes: IntArray
    match_days: IntArray
    divisions: pd.Series
    yardsticks: Mapping[str, FloatArray]
    policy: GatePolicy
    source: str
    seed: int
    level: float

    def losses(self, forecasts: FloatArray) -> FloatArray:
        """Return the log loss (n,) of each match, NaN without an answer; raises the errors of `losses_of`."""
        return losses_of(forecasts, self.outcomes)

    def intervals(self, columns: FloatArray, weights: FloatArray, rows: BoolArray) -> tuple[Any, Any]:
        """Return lows and highs of the weighted means of columns (n, k) over some rows, drawn by day."""
        return ratio_intervals(
            columns[rows],
            weights[rows],
            self.match_days[rows],
            seed=self.seed,
            draws=self.policy.draws,
            level=self.level,
        )


def night_of(
    matches: pd.DataFrame,
    yardsticks: Mapping[str, FloatArray],
    *,
    policy: GatePolicy,
    source: str,
    seed: int,
    challengers_count: int,
) -> Night:
    """Return the night; raises ContractError where a match is listed twice, ShapeError for odd yardsticks."""
    if matches["match_id"].duplicated().any():
        raise ContractError("matches", "a match of the walk-forward is listed twice")
    outcomes = matches["outcome"].to_numpy(dtype=np.int64)
    instants = matches["kick_off_at"].dt.tz_convert(None).to_numpy()
    return Night(
        outcomes=outcomes,
        match_days=np.asarray(instants.astype("datetime64[D]").astype(np.int64)),
        divisions=matches["division"].reset_index(drop=True),
        yardsticks={name: losses_of(values, outcomes) for name, values in yardsticks.items()},
        policy=policy,
        source=source,
        seed=seed,
        level=1 - (1 - policy.level) / max(1, challengers_count),
    )


def losses_of(forecasts: FloatArray, outcomes: IntArray) -> FloatArray:
    """Return the log loss (n,) of each match, NaN where a row of forecasts (n, 3) is no answer.

    Raises ShapeError for other shapes, ProbabilityError for a row that is no distribution.
    """
    values = np.asarray(forecasts, dtype=np.float64)
    if values.shape != (len(outcomes), len(SIDES)):
        raise ShapeError(f"forecasts have the shape {values.shape}, not ({len(outcomes)}, {len(SIDES)})")
    is_answered = ~np.isnan(values).all(axis=1)
    losses = np.full(len(outcomes), np.nan)
    losses[is_answered] = log_loss(values[is_answered], outcomes[is_answered])
    return losses


def is_answered(contender: Contender) -> BoolArray:
    """Tell for each match (n,) whether the contender has an answer."""
    return is_complete(np.asarray(contender.forecasts, dtype=np.float64))


def fault_of(contender: Contender, night: Night) -> str:
    """Return what is wrong with the forecasts, empty where nothing is; raises ShapeError."""
    try:
        night.losses(contender.forecasts)
    except ProbabilityError as error:
        return str(error)
    return ""


def figures_of(
    contender: Contender, night: Night, rows: BoolArray, champion: Contender | None = None
) -> dict[str, Any]:
    """Return n, log loss, gap to the market and, beside a champion, the paired difference, with intervals.

    rows: the matches to judge on, which contender and champion both answered. The gap counts those of them
    that the market answered too (`gap_n`). A difference below zero is better than the champion.
    """
    own = night.losses(contender.forecasts)
    pairs = [own, own - night.yardsticks["market"]]
    if champion is not None:
        with np.errstate(invalid="ignore"):  # both sure and wrong: nobody knows the difference
            pairs.append(own - night.losses(champion.forecasts))
    columns = np.stack(pairs, axis=1)
    weights = (~np.isnan(columns)).astype(np.float64)
    low, high = night.intervals(np.nan_to_num(columns, posinf=np.inf, neginf=-np.inf), weights, rows)
    means = [_mean(column[rows]) for column in pairs]
    named: dict[str, Any] = {"n": int(rows.sum()), "gap_n": int(weights[rows, 1].sum())}
    for place, name in enumerate(("log_loss", "gap", "difference")[: len(pairs)]):
        prefix = "" if name == "log_loss" else f"{name}_"
        named |= {
            name: number(means[place]),
            f"{prefix}low": number(low[place]),
            f"{prefix}high": number(high[place]),
        }
    return named


def division_differences(
    challenger: Contender, champion: Contender, night: Night, rows: BoolArray, divisions: Sequence[str]
) -> pd.DataFrame:
    """Return per division: `difference`, `low` and `high` of its mean, at a level shared by the divisions."""
    with np.errstate(invalid="ignore"):
        difference = night.losses(challenger.forecasts) - night.losses(champion.forecasts)
    within = np.stack([(night.divisions == each).to_numpy() & rows for each in divisions], axis=1)
    columns = np.where(within, difference[:, None], 0.0)
    low, high = ratio_intervals(
        columns[rows],
        within[rows].astype(np.float64),
        night.match_days[rows],
        seed=night.seed,
        draws=night.policy.draws,
        level=1 - (1 - night.level) / len(divisions),
    )
    means = columns[rows].sum(axis=0) / within[rows].sum(axis=0)
    return pd.DataFrame({"division": list(divisions), "difference": means, "low": low, "high": high})


def number(value: float) -> float | None:
    """Return a float as JSON takes it, rounded to a millionth: None where it is not finite."""
    return round(float(value), _DIGITS) if np.isfinite(value) else None


def _mean(values: FloatArray) -> float:
    told = values[~np.isnan(values)]
    return float(told.mean()) if len(told) else float("nan")
