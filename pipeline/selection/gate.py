"""The gate: whether a new recipe replaces the champion of its role, by the policy, with reasons and numbers.

Champion and challengers are compared on the same matches of the walk-forward, paired by match, with a block
bootstrap by match-day. A challenger is promoted when the whole interval of its difference lies below zero, or
when it is simpler and surely not worse than by the margin, and no guard stands against it. Every refusal is a
value with its reason. Fits nothing, stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.errors import ContractError
from pipeline.domain.scores import BoolArray, FloatArray
from pipeline.evaluation.calibration import ece
from pipeline.selection import guards
from pipeline.selection.contenders import (
    Contender,
    Night,
    fault_of,
    figures_of,
    is_answered,
    night_of,
    number,
)
from pipeline.selection.gate_reasons import challenger_reasons, decision_reasons
from pipeline.selection.policy import GatePolicy

__all__ = ["Contender", "decide"]

_FIGURES = ("log_loss", "low", "high", "gap", "gap_low", "gap_high")
_DIFFERENCE = ("difference", "difference_low", "difference_high")


def decide(
    role: str,
    champion: Contender | None,
    challengers: Sequence[Contender],
    matches: pd.DataFrame,
    yardsticks: Mapping[str, FloatArray],
    *,
    policy: GatePolicy,
    source: str,
    tried_before: int,
    seed: int,
) -> dict[str, Any]:
    """Return the decision of a role as a JSON-able document: `verdict`, `promoted`, `reasons`, `contenders`.

    champion: None where the role has none yet. matches: `match_id`, `division`, `kick_off_at`, `outcome` of
    the played matches of the walk-forward. yardsticks: `market` and `base_rates`, each (n, 3). tried_before:
    how many challengers of the role earlier nights have judged. The order of the challengers changes nothing.
    Raises ContractError where two challengers share a name or a match is listed twice, ShapeError for arrays
    of another length, ProbabilityError where the champion's forecasts are no probabilities.
    """
    names = [each.name for each in challengers]
    if len(set(names)) < len(names):
        raise ContractError("contenders", f"two challengers share a name: {sorted(names)}")
    night = night_of(
        matches, yardsticks, policy=policy, source=source, seed=seed, challengers_count=len(challengers)
    )
    ordered = sorted(challengers, key=lambda each: each.name)
    expected = _expected(ordered, champion, night)
    ground = _ground(ordered, champion, expected, night)
    rows = [_judged(each, champion, expected, ground, night) for each in ordered]
    chosen = _choose(rows, champion)
    if chosen is not None:
        chosen["verdict"] = "promoted"
    return {
        "role": role,
        "verdict": _verdict(rows, chosen, champion),
        "promoted": chosen["name"] if chosen else None,
        "champion": champion.name if champion else None,
        "reasons": decision_reasons(role, rows, chosen, champion, night),
        "matches_count": len(matches),
        "match_days_count": len(np.unique(night.match_days)),
        "tried_count": tried_before + len(ordered),
        "level": number(night.level),
        "champion_figures": _champion_figures(champion, night),
        "contenders": rows,
    }


def _expected(challengers: Sequence[Contender], champion: Contender | None, night: Night) -> BoolArray:
    """Tell which matches (n,) a challenger should answer: the champion's, or at first those most agree on."""
    if champion is not None:
        return is_answered(champion)
    answered = [is_answered(each) for each in challengers if not fault_of(each, night)]
    return max(answered, key=lambda each: int(each.sum()), default=np.zeros(len(night.outcomes), np.bool_))


def _ground(
    challengers: Sequence[Contender], champion: Contender | None, expected: BoolArray, night: Night
) -> BoolArray:
    """Tell on which matches (n,) all are compared: the champion's, or at first those of all admitted."""
    if champion is not None:
        return expected
    ground = expected
    for each in challengers:
        if all(found["passed"] for found in _admission(each, None, expected, night)):
            ground = ground & is_answered(each)
    return ground


def _admission(
    challenger: Contender, champion: Contender | None, expected: BoolArray, night: Night
) -> list[dict[str, Any]]:
    rules = night.policy.guards if champion else night.policy.first_champion
    return [
        guards.profile_guard(challenger, night),
        guards.validity_guard(challenger, night),
        guards.answers_guard(challenger, expected, rules.least_answered_share),
    ]


def _judged(
    challenger: Contender,
    champion: Contender | None,
    expected: BoolArray,
    ground: BoolArray,
    night: Night,
) -> dict[str, Any]:
    found = _admission(challenger, champion, expected, night)
    row = _row(challenger, champion) | {"guards": found}
    both = is_answered(challenger) & ground
    if found[1]["passed"] and both.any():
        row |= figures_of(challenger, night, both, champion)
        found += [
            guards.log_loss_guard(challenger, night, both),
            guards.base_rates_guard(challenger, night, both),
        ]
        if champion is not None:
            found += _beside_champion(row, challenger, champion, night, both)
        else:
            row["ece"] = number(ece(challenger.forecasts[both], night.outcomes[both]))
    row["claim"] = _claim(row, challenger, champion, night.policy)
    row["verdict"] = _standing(row)
    row["reasons"] = challenger_reasons(row, challenger, champion, night)
    return row


def _row(challenger: Contender, champion: Contender | None) -> dict[str, Any]:
    return {
        "name": challenger.name,
        "family": challenger.family,
        "recipe": challenger.recipe_id,
        "profile": challenger.profile,
        "params": dict(challenger.params),
        "complexity": challenger.complexity,
        "champion_complexity": champion.complexity if champion else None,
        "n": 0,
        "gap_n": 0,
        **dict.fromkeys((*_FIGURES, *_DIFFERENCE, "ece", "champion_ece")),
        "worst_division": None,
        "worst_division_difference": None,
    }


def _beside_champion(
    row: dict[str, Any], challenger: Contender, champion: Contender, night: Night, both: BoolArray
) -> list[dict[str, Any]]:
    calibration = guards.calibration_guard(challenger, champion, night, both)
    divisions = guards.division_guard(challenger, champion, night, both)
    row |= {"ece": calibration["value"], "champion_ece": calibration.pop("champion_value")}
    row |= {
        "worst_division": divisions.pop("division"),
        "worst_division_difference": divisions.pop("difference"),
    }
    return [calibration, divisions]


def _claim(
    row: Mapping[str, Any], challenger: Contender, champion: Contender | None, policy: GatePolicy
) -> str | None:
    """Return why the challenger should speak: `first`, `better`, `simpler`, or None."""
    if champion is None:
        return "first" if row["log_loss"] is not None else None
    high = row["difference_high"]
    if high is None or challenger.recipe_id == champion.recipe_id:
        return None
    if high < 0:
        return "better"
    is_simpler = challenger.complexity <= policy.simpler_share * champion.complexity
    return "simpler" if is_simpler and high <= policy.margin else None


def _standing(row: Mapping[str, Any]) -> str:
    profile, validity, *_ = row["guards"]
    if not profile["passed"] or not validity["passed"]:
        return "blocked"
    if row["claim"] is None and row["n"]:
        return "not better"
    return "passed" if row["n"] and all(each["passed"] for each in row["guards"]) else "blocked"


def _choose(rows: list[dict[str, Any]], champion: Contender | None) -> dict[str, Any] | None:
    """Return the one to promote: of the better ones the best, else of the simpler ones the simplest."""
    passed = [row for row in rows if row["verdict"] == "passed"]
    by = "log_loss" if champion is None else "difference"
    best = sorted(
        (row for row in passed if row["claim"] != "simpler"),
        key=lambda row: (row[by], row["complexity"], row["name"]),
    )
    simplest = sorted(
        (row for row in passed if row["claim"] == "simpler"),
        key=lambda row: (row["complexity"], row[by], row["name"]),
    )
    return next(iter(best + simplest), None)


def _verdict(rows: list[dict[str, Any]], chosen: Mapping[str, Any] | None, champion: Contender | None) -> str:
    if not rows:
        return "no candidate"
    if chosen is not None:
        return "promoted" if champion else "first champion"
    return "blocked" if any(row["verdict"] == "blocked" for row in rows) else "kept"


def _champion_figures(champion: Contender | None, night: Night) -> dict[str, Any] | None:
    """Return the champion's own log loss and gap on all it answered, for its card and the page."""
    if champion is None:
        return None
    rows = is_answered(champion)
    return figures_of(champion, night, rows) if rows.any() else None
