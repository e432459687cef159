"""The order of the outcomes, on which every column and the RPS rely."""

from __future__ import annotations

import pytest

from pipeline.domain.outcomes import SIDES, Outcome, outcome_of


@pytest.mark.parametrize(
    ("home_goals", "away_goals", "outcome"),
    [
        (1, 0, Outcome.HOME),
        (0, 0, Outcome.DRAW),
        (3, 3, Outcome.DRAW),
        (0, 1, Outcome.AWAY),
        (2, 9, Outcome.AWAY),
    ],
)
def test_the_score_decides_the_outcome(home_goals: int, away_goals: int, outcome: Outcome) -> None:
    assert outcome_of(home_goals, away_goals) is outcome


def test_outcomes_are_home_draw_away_in_that_order() -> None:
    assert [(outcome.name.lower(), outcome.value) for outcome in Outcome] == list(
        zip(SIDES, range(3), strict=True)
    )
