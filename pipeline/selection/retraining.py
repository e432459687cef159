"""Whether a night trains: a decision with its reasons and numbers, by the policy file.

"No retraining" is an answer like any other, with the numbers that led to it. Trains nothing itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import pandas as pd

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class RetrainingPolicy:
    """How old a champion may be and how many results it may not have seen."""

    oldest_champion_days: int
    new_matches_count: int


class Champion(Protocol):
    """What the decision needs of the champion's card."""

    @property
    def family(self) -> str:
        """Name the model family."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Give `trained_until` (ISO instant) and `matches_count`, and `revision` where it was noted."""


@cache
def retraining_policy() -> RetrainingPolicy:
    """Return the policy of `policy.toml`."""
    text = files("pipeline.selection").joinpath("policy.toml").read_text(encoding="utf-8")
    return RetrainingPolicy(**tomllib.loads(text)["retraining"])


def decide_retraining(
    champion: Champion | None,
    features: pd.DataFrame,
    *,
    as_of: datetime,
    policy: RetrainingPolicy | None = None,
    recipe: str = "",
    families: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the decision: `is_due`, `reasons` (never empty), `numbers` and the `policy`; JSON-able.

    features: rows with `is_played` and `kick_off_at`. as_of: aware UTC instant of the run. recipe: a digest
    of the code that makes models today, families: those of today's catalogue; empty where the caller does not
    compare.
    """
    limits = policy or retraining_policy()
    played_count = int(features["is_played"].sum())
    if champion is None:
        return _decision(["there is no champion yet"], [], {"matches_count": played_count}, limits)
    age_days = (
        as_of - datetime.fromisoformat(champion.tags["trained_until"])
    ).total_seconds() / _SECONDS_A_DAY
    unseen_count = _unseen_count(champion, features, played_count)
    numbers = {"age_days": round(age_days, 3), "unseen_count": unseen_count, "matches_count": played_count}
    due = _due_reasons(champion, age_days, unseen_count, limits, recipe, families)
    rest = [
        f"no retraining: the champion {champion.family} is {age_days:.1f} days old "
        f"(limit {limits.oldest_champion_days}) and has not seen {unseen_count} results "
        f"(limit {limits.new_matches_count})"
    ]
    return _decision(due, rest, numbers, limits)


def _due_reasons(
    champion: Champion,
    age_days: float,
    unseen_count: int,
    limits: RetrainingPolicy,
    recipe: str,
    families: tuple[str, ...],
) -> list[str]:
    reasons = []
    if age_days < 0:
        reasons.append("the champion was trained on later matches than this run may know")
    if age_days > limits.oldest_champion_days:
        reasons.append(f"the champion is {age_days:.1f} days old, more than {limits.oldest_champion_days}")
    if unseen_count > limits.new_matches_count:
        reasons.append(
            f"the champion has not seen {unseen_count} results, more than {limits.new_matches_count}"
        )
    if families and champion.family not in families:
        reasons.append(f"the champion's family {champion.family} is no longer in the catalogue")
    if recipe and champion.tags.get("recipe") != recipe:
        reasons.append("the code of the recipe has changed")
    return reasons


def _unseen_count(champion: Champion, features: pd.DataFrame, played_count: int) -> int:
    """Count the results the champion was not fitted on, late corrections of old seasons included."""
    if "matches_count" in champion.tags:
        return max(0, played_count - int(champion.tags["matches_count"]))
    trained_until = datetime.fromisoformat(champion.tags["trained_until"])
    return int((features["is_played"] & (features["kick_off_at"] > trained_until)).sum())


def _decision(
    due: list[str], rest: list[str], numbers: Mapping[str, float], limits: RetrainingPolicy
) -> dict[str, Any]:
    return {"is_due": bool(due), "reasons": due or rest, "numbers": dict(numbers), "policy": asdict(limits)}
