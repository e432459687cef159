"""Whether a night refits or searches: a decision with its reasons and numbers, by the policy file.

A refit fits the champions' recipes on new data; a search looks for new recipes and puts them to the gate. "No
retraining" is an answer like any other, with the numbers that led to it. Trains nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

import pandas as pd

from pipeline.selection.policy import Policy, declared_policy
from pipeline.selection.roles import ROLES

_SECONDS_A_DAY = 86_400


class Champion(Protocol):
    """What the decision needs of a champion's card."""

    @property
    def family(self) -> str:
        """Name the model family."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Give `trained_until` (ISO instant), `matches_count`, and `code` where it was noted."""


def decide_retraining(
    champions: Mapping[str, Champion],
    features: pd.DataFrame,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    code: str,
    last_search_at: datetime | None,
    alarms: Sequence[str] = (),
    is_forced: bool = False,
) -> dict[str, Any]:
    """Return whether tonight trains (`is_due`) and whether it searches (`is_search_due`), with all numbers.

    champions: by role, roles without a champion left out. features: rows with `is_played` and `kick_off_at`.
    as_of: aware UTC instant of the run. code: a digest of the code that makes models today, compared with the
    tag `code` of a card that has one. last_search_at: when recipes were last looked for. alarms: of drift or
    live skill, in words. A search trains too, so it makes `is_due` true. `reasons` is never empty,
    `refit_reasons` and `search_reasons` say what speaks for each, `roles` has the numbers by role.
    """
    limits = policy or declared_policy()
    played_count = int(features["is_played"].sum())
    known = {role: champions[role] for role in ROLES if champions.get(role) is not None}
    numbers = {role: _numbers(known[role], features, played_count, as_of) for role in known}
    refit = [reason for role in known for reason in _refit_reasons(role, known[role], numbers[role], limits)]
    search = _search_reasons(known, code, last_search_at, as_of, limits)
    urgent = [f"alarm: {each}" for each in alarms] + (["the operator asked for it"] if is_forced else [])
    since_days = _days(last_search_at, as_of)
    reasons = [*(refit + search), *urgent] or _rest(known, numbers, since_days, limits)
    return {
        "is_due": bool(refit or search or urgent),
        "is_search_due": bool(search or urgent),
        "reasons": reasons,
        "refit_reasons": refit + (urgent if known else []),
        "search_reasons": search + urgent,
        "is_forced": is_forced,
        "alarms": list(alarms),
        "numbers": {"matches_count": played_count, "days_since_search": _rounded(since_days)},
        "roles": numbers,
        "policy": asdict(limits.retraining) | {"days_between_searches": limits.search.days_between},
    }


def _numbers(
    champion: Champion, features: pd.DataFrame, played_count: int, as_of: datetime
) -> dict[str, Any]:
    trained_until = datetime.fromisoformat(champion.tags["trained_until"])
    return {
        "family": champion.family,
        "trained_until": champion.tags["trained_until"],
        "age_days": _rounded(_days(trained_until, as_of)),
        "unseen_count": _unseen_count(champion, features, played_count),
    }


def _unseen_count(champion: Champion, features: pd.DataFrame, played_count: int) -> int:
    """Count the results the champion was not fitted on, late corrections of old seasons included."""
    if "matches_count" in champion.tags:
        return max(0, played_count - int(champion.tags["matches_count"]))
    trained_until = datetime.fromisoformat(champion.tags["trained_until"])
    return int((features["is_played"] & (features["kick_off_at"] > trained_until)).sum())


def _refit_reasons(role: str, champion: Champion, numbers: Mapping[str, Any], limits: Policy) -> list[str]:
    rules, reasons = limits.retraining, []
    who = f"the {role} champion {champion.family}"
    if numbers["age_days"] < 0:
        reasons.append(f"{who} was trained on later matches than this run may know")
    if numbers["age_days"] > rules.oldest_champion_days:
        reasons.append(f"{who} is {numbers['age_days']:.1f} days old, more than {rules.oldest_champion_days}")
    if numbers["unseen_count"] > rules.new_matches_count:
        reasons.append(
            f"{who} has not seen {numbers['unseen_count']:,} results, more than {rules.new_matches_count:,}"
        )
    return reasons


def _search_reasons(
    champions: Mapping[str, Champion],
    code: str,
    last_search_at: datetime | None,
    as_of: datetime,
    limits: Policy,
) -> list[str]:
    """Say why recipes are looked for.

    A role that found no champion in an earlier search (nothing to learn from, say no prices) waits for the
    next one that is due, or every night would search.
    """
    if not champions:
        return ["there is no champion yet"]
    if last_search_at is None:
        return ["no search for recipes is on record"]
    reasons = [
        f"the code that makes models has changed since the {role} champion {champion.family}"
        for role, champion in champions.items()
        if champion.tags.get("code", code) != code
    ]
    days, between = _days(last_search_at, as_of), limits.search.days_between
    if days is not None and days >= between:
        reasons.append(f"the last search for recipes was {days:.1f} days ago, {between} or more")
    return reasons


def _rest(
    champions: Mapping[str, Champion],
    numbers: Mapping[str, Mapping[str, Any]],
    since_days: float | None,
    limits: Policy,
) -> list[str]:
    rules = limits.retraining
    said = [
        f"no retraining: the {role} champion {champion.family} is {numbers[role]['age_days']:.1f} days old "
        f"(limit {rules.oldest_champion_days}) and has not seen {numbers[role]['unseen_count']:,} results "
        f"(limit {rules.new_matches_count:,})"
        for role, champion in champions.items()
    ]
    return [*said, f"no search: the last was {since_days:.1f} days ago (every {limits.search.days_between})"]


def _days(since: datetime | None, as_of: datetime) -> float | None:
    return None if since is None else (as_of - since).total_seconds() / _SECONDS_A_DAY


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 3)
