"""Whether a night refits or searches: each reason at its limit, and "no" with its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from pipeline.selection.policy import RetrainingPolicy, SearchPolicy, declared_policy
from pipeline.selection.retraining import decide_retraining

TRAINED = datetime(2026, 3, 1, tzinfo=UTC)
POLICY = replace(
    declared_policy(),
    retraining=RetrainingPolicy(oldest_champion_days=7, new_matches_count=500),
    search=SearchPolicy(days_between=28),
)


@dataclass
class ACard:
    family: str = "lightgbm"
    tags: dict[str, str] = field(
        default_factory=lambda: {
            "trained_until": TRAINED.isoformat(),
            "matches_count": "1000",
            "code": "abc",
        }
    )


def tagged(**tags: str) -> ACard:
    return ACard(tags={**ACard().tags, **tags})


def played(count: int) -> pd.DataFrame:
    days = pd.date_range(TRAINED - timedelta(days=10), periods=count, freq="h", tz="UTC")
    return pd.DataFrame({"is_played": True, "kick_off_at": days})


def decide(
    *cards: ACard | None, count: int = 1000, days: float = 1, searched: float | None = 0.0, **options: Any
) -> dict[str, Any]:
    """Decide for the champions of anchored, memory and independent, searched so many days after training."""
    champions = dict(zip(("anchored", "memory", "independent"), cards, strict=False))
    return decide_retraining(
        {role: card for role, card in champions.items() if card is not None},
        played(count),
        as_of=TRAINED + timedelta(days=days),
        policy=POLICY,
        last_search_at=None if searched is None else TRAINED + timedelta(days=searched),
        **{"code": "abc", **options},
    )


def test_without_any_champion_tonight_searches_and_trains() -> None:
    decision = decide(searched=None)
    assert (decision["is_due"], decision["is_search_due"]) == (True, True)
    assert decision["reasons"] == ["there is no champion yet"]
    assert decision["refit_reasons"] == []


def test_a_search_without_result_is_tried_again_the_next_night() -> None:
    assert decide(searched=0.5)["is_search_due"]


def test_a_role_that_found_no_champion_waits_for_the_next_search() -> None:
    assert not decide(ACard(), None, ACard())["is_due"]
    assert decide(ACard(), None, ACard(), days=28, searched=0)["is_search_due"]


def test_no_retraining_is_an_answer_with_its_numbers() -> None:
    decision = decide(ACard(), count=1020)
    assert (decision["is_due"], decision["is_search_due"]) == (False, False)
    assert decision["roles"]["anchored"] == {
        "family": "lightgbm",
        "trained_until": "2026-03-01T00:00:00+00:00",
        "age_days": 1.0,
        "unseen_count": 20,
    }
    assert decision["numbers"] == {"matches_count": 1020, "days_since_search": 1.0}
    assert decision["policy"] == {
        "oldest_champion_days": 7,
        "new_matches_count": 500,
        "days_between_searches": 28,
    }
    assert decision["reasons"] == [
        "no retraining: the anchored champion lightgbm is 1.0 days old (limit 7) "
        "and has not seen 20 results (limit 500)",
        "no search: the last was 1.0 days ago (every 28)",
    ]


@pytest.mark.parametrize(("days", "is_due"), [(7.0, False), (7.01, True)])
def test_an_old_champion_is_a_reason_to_refit_and_not_to_search(days: float, is_due: bool) -> None:
    decision = decide(ACard(), days=days)
    assert decision["is_due"] is is_due
    assert not decision["is_search_due"]


@pytest.mark.parametrize(("count", "is_due"), [(1500, False), (1501, True)])
def test_many_unseen_results_are_a_reason_to_refit(count: int, is_due: bool) -> None:
    assert decide(ACard(), count=count)["is_due"] is is_due


def test_one_champion_of_three_is_enough() -> None:
    decision = decide(ACard(), ACard(), tagged(matches_count="400"))
    assert decision["refit_reasons"] == [
        "the independent champion lightgbm has not seen 600 results, more than 500"
    ]


def test_without_a_count_the_results_since_are_counted() -> None:
    card = ACard(tags={"trained_until": TRAINED.isoformat()})
    assert decide(card, count=10 * 24 + 1 + 5)["roles"]["anchored"]["unseen_count"] == 5


def test_changed_code_is_a_reason_to_search_where_the_card_names_its_code() -> None:
    decision = decide(ACard(), code="xyz")
    assert decision["search_reasons"] == [
        "the code that makes models has changed since the anchored champion lightgbm"
    ]
    assert decision["is_due"]
    assert not decide(ACard(tags={"trained_until": TRAINED.isoformat()}), code="xyz")["is_search_due"]


@pytest.mark.parametrize(("searched", "is_due"), [(-21.9, False), (-22.0, True)])
def test_recipes_are_looked_for_every_so_many_days(searched: float, is_due: bool) -> None:
    assert decide(ACard(), days=6, searched=searched)["is_search_due"] is is_due


def test_a_champion_without_a_recorded_search_is_searched_for() -> None:
    assert decide(ACard(), searched=None)["search_reasons"] == ["no search for recipes is on record"]


def test_an_alarm_refits_and_searches_and_is_named() -> None:
    decision = decide(ACard(), alarms=["live skill of lightgbm fell"])
    assert (decision["is_due"], decision["is_search_due"]) == (True, True)
    assert decision["reasons"] == ["alarm: live skill of lightgbm fell"]
    assert decision["refit_reasons"] == decision["search_reasons"] == decision["reasons"]


def test_force_refits_and_searches() -> None:
    decision = decide(ACard(), is_forced=True)
    assert (decision["is_due"], decision["is_search_due"], decision["is_forced"]) == (True, True, True)
    assert decision["reasons"] == ["the operator asked for it"]


def test_a_champion_that_saw_later_matches_is_refitted() -> None:
    reasons = decide(tagged(trained_until="2030-01-01T00:00:00+00:00"))["reasons"]
    assert reasons == ["the anchored champion lightgbm was trained on later matches than this run may know"]


def test_the_decision_is_json() -> None:
    assert json.dumps(decide(ACard()), allow_nan=False)
