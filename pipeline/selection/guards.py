"""What alone can block a promotion: each guard gives its value, its limit and a sentence.

A guard that cannot be judged passes and says why; none of them knows the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pipeline.domain.scores import BoolArray
from pipeline.evaluation.calibration import ece, ece_floor
from pipeline.selection.contenders import (
    Contender,
    Night,
    division_differences,
    fault_of,
    is_answered,
    number,
)

_FLOOR_DRAWS = 40
"""Enough for the mean of the noise floor to a fiftieth; it only widens a tolerance."""


def guard(name: str, passed: bool, value: float, limit: float | None, reason: str) -> dict[str, Any]:
    """Return the JSON-able finding of one guard."""
    shown = None if limit is None else number(limit)
    return {"guard": name, "passed": bool(passed), "value": number(value), "limit": shown, "reason": reason}


def profile_guard(contender: Contender, night: Night) -> dict[str, Any]:
    """Refuse a recipe whose tuning was shorter than the source asks for."""
    accepted = night.policy.profiles.get(night.source, ())
    passed, named = contender.profile in accepted, " or ".join(accepted) or "none"
    said = "accepted" if passed else "refused"
    reason = f"profile {contender.profile or 'unnamed'} is {said} for {night.source}, which takes {named}"
    return guard("profile", passed, float(passed), None, reason)


def validity_guard(contender: Contender, night: Night) -> dict[str, Any]:
    """Refuse forecasts that are no probabilities."""
    fault = fault_of(contender, night)
    return guard(
        "valid forecasts", not fault, float(not fault), None, fault or "every answer is a distribution"
    )


def answers_guard(contender: Contender, expected: BoolArray, least_share: float) -> dict[str, Any]:
    """Refuse a recipe that is silent where others speak; expected: the matches (n,) it should answer."""
    wanted = int(expected.sum())
    given = int((is_answered(contender) & expected).sum())
    share = given / wanted if wanted else 0.0
    said = f"answers {given:,} of {wanted:,} matches, {share:.2%}; at least {least_share:.2%} are asked for"
    return guard("answers", wanted > 0 and share >= least_share, share, least_share, said)


def log_loss_guard(contender: Contender, night: Night, rows: BoolArray) -> dict[str, Any]:
    """Refuse a recipe that hardly knows more than nothing."""
    loss, limit = float(night.losses(contender.forecasts)[rows].mean()), night.policy.guards.highest_log_loss
    return guard("log loss", loss <= limit, loss, limit, f"log loss {loss:.4f}, at most {limit:g}")


def base_rates_guard(contender: Contender, night: Night, rows: BoolArray) -> dict[str, Any]:
    """Refuse a recipe that loses against the base rates of the divisions."""
    base = night.yardsticks["base_rates"]
    both = rows & ~np.isnan(base)
    if not both.any():
        return guard("base rates", True, 0.0, 0.0, "there are no base rates to compare with")
    lead = float((night.losses(contender.forecasts)[both] - base[both]).mean())
    said = f"log loss {abs(lead):.4f} {'below' if lead < 0 else 'not below'} the base rates'"
    return guard("base rates", lead < 0, lead, 0.0, said)


def champion_guards(
    challenger: Contender, champion: Contender, night: Night, rows: BoolArray
) -> Iterator[dict[str, Any]]:
    """Yield the guards that need a champion: calibration and every division."""
    yield calibration_guard(challenger, champion, night, rows)
    yield division_guard(challenger, champion, night, rows)


def calibration_guard(
    challenger: Contender, champion: Contender, night: Night, rows: BoolArray
) -> dict[str, Any]:
    """Refuse a recipe that is worse calibrated than the champion by more than chance and a tolerance.

    Both are measured on the same matches, so most of the noise is shared; what is left shrinks like the noise
    floor, the error that a perfect forecaster would show at that n, of which a share is therefore allowed.
    """
    rules, outcomes = night.policy.guards, night.outcomes[rows]
    own, other = (ece(each.forecasts[rows], outcomes) for each in (challenger, champion))
    floor = ece_floor(champion.forecasts[rows], night.seed, _FLOOR_DRAWS)
    limit = other + rules.calibration_tolerance + rules.calibration_noise_share * floor
    said = (
        f"calibration error {own:.4f} beside the champion's {other:.4f}, at most {limit:.4f} "
        f"(a perfect forecaster shows {floor:.4f} at this n)"
    )
    return guard("calibration", own <= limit, own, limit, said) | {"champion_value": number(other)}


def division_guard(
    challenger: Contender, champion: Contender, night: Night, rows: BoolArray
) -> dict[str, Any]:
    """Refuse a recipe that is surely much worse in some division with enough matches.

    Surely: the whole interval lies above the tolerance, at a level shared by challengers and divisions, so
    that the noise of twenty divisions trips it no more often than that of one.
    """
    rules, counts = night.policy.guards, night.divisions[rows].value_counts()
    judged = sorted(counts[counts >= rules.division_least_matches_count].index)
    limit = rules.division_tolerance
    if not judged:
        said = f"no division has {rules.division_least_matches_count} matches to be judged by itself"
        return guard("divisions", True, 0.0, limit, said) | {"division": None, "difference": None}
    table = division_differences(challenger, champion, night, rows, judged).fillna({"low": -np.inf})
    worst = table.sort_values(["low", "division"], ascending=[False, True], kind="stable").iloc[0]
    lowest, code, mean = float(worst["low"]), str(worst["division"]), float(worst["difference"])
    said = (
        f"of {len(judged)} divisions {code} stands worst beside the champion: {mean:+.4f} nats, surely at "
        f"least {lowest:+.4f} ({counts[code]:,} matches); at most {limit:+.4f} is allowed"
    )
    found = guard("divisions", not lowest > limit, lowest, limit, said)
    return found | {"division": code, "difference": number(mean)}
