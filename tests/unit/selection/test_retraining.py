"""Whether a night trains: each reason at its limit, and "no" with its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from pipeline.selection.retraining import RetrainingPolicy, decide_retraining, retraining_policy

TRAINED = datetime(2026, 3, 1, tzinfo=UTC)
POLICY = RetrainingPolicy(oldest_champion_days=7, new_matches_count=500)


@dataclass
class ACard:
    family: str = "lightgbm"
    tags: dict[str, str] = field(
        default_factory=lambda: {
            "trained_until": TRAINED.isoformat(),
            "matches_count": "1000",
            "recipe": "abc",
        }
    )


def played(count: int) -> pd.DataFrame:
    days = pd.date_range(TRAINED - timedelta(days=10), periods=count, freq="h", tz="UTC")
    return pd.DataFrame({"is_played": True, "kick_off_at": days})


def decide(card: ACard | None, count: int = 1000, days: float = 1, **options: Any) -> dict[str, Any]:
    return decide_retraining(
        card, played(count), as_of=TRAINED + timedelta(days=days), policy=POLICY, **options
    )


def test_without_a_champion_training_is_due() -> None:
    decision = decide(None)
    assert decision["is_due"]
    assert decision["reasons"] == ["there is no champion yet"]


def test_no_retraining_is_an_answer_with_its_numbers() -> None:
    decision = decide(ACard(), count=1020)
    assert not decision["is_due"]
    assert decision["numbers"] == {"age_days": 1.0, "unseen_count": 20, "matches_count": 1020}
    assert decision["reasons"] == [
        "no retraining: the champion lightgbm is 1.0 days old (limit 7) "
        "and has not seen 20 results (limit 500)"
    ]


@pytest.mark.parametrize(("days", "is_due"), [(7.0, False), (7.01, True)])
def test_an_old_champion_is_a_reason(days: float, is_due: bool) -> None:
    assert decide(ACard(), days=days)["is_due"] is is_due


@pytest.mark.parametrize(("count", "is_due"), [(1500, False), (1501, True)])
def test_many_unseen_results_are_a_reason(count: int, is_due: bool) -> None:
    assert decide(ACard(), count=count)["is_due"] is is_due


def test_without_a_count_the_results_since_are_counted() -> None:
    card = ACard(tags={"trained_until": TRAINED.isoformat()})
    assert decide(card, count=10 * 24 + 1 + 5)["numbers"]["unseen_count"] == 5


def test_changed_code_is_a_reason_where_it_is_compared() -> None:
    assert decide(ACard(), recipe="xyz")["reasons"] == ["the code of the recipe has changed"]
    assert not decide(ACard(), recipe="abc")["is_due"]


def test_a_family_that_left_the_catalogue_is_a_reason() -> None:
    assert "no longer in the catalogue" in decide(ACard(), families=("poisson",))["reasons"][0]
    assert not decide(ACard(), families=("poisson", "lightgbm"))["is_due"]


def test_the_decision_is_json() -> None:
    assert json.dumps(decide(ACard()), allow_nan=False)


def test_the_policy_file_is_the_policy() -> None:
    assert retraining_policy() == POLICY


def test_a_champion_that_saw_later_matches_is_replaced() -> None:
    reasons = decide(ACard(tags={**ACard().tags, "trained_until": "2030-01-01T00:00:00+00:00"}))["reasons"]
    assert reasons == ["the champion was trained on later matches than this run may know"]
