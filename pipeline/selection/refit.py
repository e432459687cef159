"""Whether a refit may replace the fit that speaks: the same recipe on new data must say nearly the same.

A refit changes no recipe, so it faces no gate; these guards catch what goes wrong with data and solvers. Fits
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.domain.errors import PipelineError
from pipeline.domain.scores import BoolArray, FloatArray, ShapeError, checked_probabilities
from pipeline.evaluation.comparison import is_complete
from pipeline.selection.guards import guard
from pipeline.selection.policy import RefitPolicy


def judge_refit(
    old: FloatArray,
    new: FloatArray,
    old_card: Mapping[str, Any],
    new_card: Mapping[str, Any],
    policy: RefitPolicy,
) -> dict[str, Any]:
    """Return `passed`, `guards` and `reasons` (never empty); JSON-able.

    old, new: what both fits say of tonight's fixtures, (n, 3) each, rows of NaN without an answer. old_card,
    new_card: `matches_count`, how many matches each learned from, as a number or text. Raises ShapeError
    where old and new differ in shape.
    """
    before, after = (np.asarray(each, dtype=np.float64) for each in (old, new))
    if before.shape != after.shape:
        raise ShapeError(f"the old fit gives {before.shape}, the refit {after.shape}")
    both = is_complete(before) & is_complete(after)
    shifts = np.abs(after[both] - before[both]).max(axis=1, initial=0.0)
    found = [
        _answers(before, after),
        _validity(after),
        _shift("mean shift", float(shifts.mean()) if len(shifts) else 0.0, policy.highest_mean_shift, both),
        _shift("largest shift", float(shifts.max(initial=0.0)), policy.highest_shift, both),
        _matches(int(old_card["matches_count"]), int(new_card["matches_count"]), policy),
    ]
    failed = [f"{each['guard']}: {each['reason']}" for each in found if not each["passed"]]
    fine = "; ".join(each["reason"] for each in found)
    return {
        "passed": not failed,
        "guards": found,
        "reasons": failed or [f"the refit replaces the fit: {fine}"],
    }


def _answers(before: FloatArray, after: FloatArray) -> dict[str, Any]:
    lost = int((is_complete(before) & ~is_complete(after)).sum())
    answered = int(is_complete(before).sum())
    said = f"{answered - lost:,} of the {answered:,} fixtures that the old fit answers are answered"
    return guard("answers", lost == 0, float(lost), 0.0, said)


def _validity(after: FloatArray) -> dict[str, Any]:
    fault = ""
    try:
        checked_probabilities(after[~np.isnan(after).all(axis=1)])
    except PipelineError as error:
        fault = str(error)
    return guard(
        "valid forecasts", not fault, float(not fault), None, fault or "every answer is a distribution"
    )


def _shift(name: str, shift: float, limit: float, both: BoolArray) -> dict[str, Any]:
    if not both.any():
        return guard(name, True, 0.0, limit, f"there is no fixture to see a {name} on")
    said = f"{name} of {100 * shift:.2f} points over {int(both.sum()):,} fixtures (limit {100 * limit:g})"
    return guard(name, shift <= limit, shift, limit, said)


def _matches(before: int, after: int, policy: RefitPolicy) -> dict[str, Any]:
    least = (1 - policy.highest_loss_of_matches) * before
    said = f"fitted on {after:,} matches after {before:,}"
    return guard("matches", after >= least, float(after), least, said)
