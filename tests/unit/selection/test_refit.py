"""A refit replaces the fit unless a guard stands against it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pipeline.domain.scores import FloatArray, ShapeError
from pipeline.selection.policy import RefitPolicy
from pipeline.selection.refit import judge_refit

POLICY = RefitPolicy(highest_mean_shift=0.02, highest_shift=0.10, highest_loss_of_matches=0.02)
OLD = np.array([[0.50, 0.30, 0.20], [0.40, 0.30, 0.30], [np.nan, np.nan, np.nan]])


def judge(new: FloatArray, *, before: Any = 1000, after: Any = 1100) -> dict[str, Any]:
    return judge_refit(OLD, new, {"matches_count": before}, {"matches_count": after}, POLICY)


def failed(finding: dict[str, Any]) -> list[str]:
    return [each["guard"] for each in finding["guards"] if not each["passed"]]


def moved(*shifts: float) -> FloatArray:
    """Move the first chance of each answered row up, and the last one down."""
    return OLD + np.array([[each, 0.0, -each] for each in (*shifts, 0.0)])


def test_nearly_the_same_forecasts_pass_and_the_reason_has_the_numbers() -> None:
    finding = judge(moved(0.01, 0.02))
    assert finding["passed"]
    assert finding["reasons"] == [
        "the refit replaces the fit: 2 of the 2 fixtures that the old fit answers are answered; every answer "
        "is a distribution; mean shift of 1.50 points over 2 fixtures (limit 2); largest shift of 2.00 "
        "points over 2 fixtures (limit 10); fitted on 1,100 matches after 1,000"
    ]
    assert json.dumps(finding, allow_nan=False)


@pytest.mark.parametrize(
    ("shifts", "guards"),
    [((0.0, 0.039), []), ((0.021, 0.021), ["mean shift"]), ((0.0, 0.11), ["mean shift", "largest shift"])],
)
def test_forecasts_that_move_too_far_fail(shifts: tuple[float, float], guards: list[str]) -> None:
    assert failed(judge(moved(*shifts))) == guards


def test_a_fixture_that_falls_silent_fails() -> None:
    new = OLD.copy()
    new[1] = np.nan
    finding = judge(new)
    assert failed(finding) == ["answers"]
    assert finding["reasons"] == ["answers: 1 of the 2 fixtures that the old fit answers are answered"]


def test_an_answer_where_there_was_none_is_welcome() -> None:
    new = OLD.copy()
    new[2] = [0.4, 0.3, 0.3]
    assert judge(new)["passed"]


@pytest.mark.parametrize("row", [[0.5, 0.31, 0.2], [0.51, 0.5, -0.01], [np.nan, 0.3, 0.2]])
def test_no_probabilities_fail(row: list[float]) -> None:
    new = OLD.copy()
    new[0] = row
    assert "valid forecasts" in failed(judge(new))


@pytest.mark.parametrize(("after", "guards"), [("980", []), (979, ["matches"])])
def test_the_matches_learned_from_may_hardly_shrink(after: Any, guards: list[str]) -> None:
    assert failed(judge(OLD, before="1000", after=after)) == guards


def test_a_night_without_fixtures_can_be_refitted() -> None:
    nothing = np.empty((0, 3))
    finding = judge_refit(nothing, nothing, {"matches_count": 9}, {"matches_count": 9}, POLICY)
    assert finding["passed"]
    assert "there is no fixture to see a mean shift on" in finding["reasons"][0]


def test_forecasts_of_other_fixtures_are_an_error() -> None:
    with pytest.raises(ShapeError):
        judge(OLD[:2])
