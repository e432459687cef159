"""What every scoring rule must keep for any forecast: bounds, best case, honesty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.scores import brier, is_hit, log_loss, rps

Rule = Callable[[object, object], np.ndarray]
PROPER: list[Rule] = [log_loss, rps, brier]  # type: ignore[list-item]

weights = st.lists(st.floats(min_value=0.01, max_value=1), min_size=3, max_size=3)
outcomes = st.integers(min_value=0, max_value=2)


def _share(values: list[float]) -> np.ndarray:
    return np.array(values) / sum(values)


@pytest.mark.parametrize(("rule", "most"), [(log_loss, np.inf), (rps, 1.0), (brier, 2.0)])
@given(forecast=weights, outcome=outcomes)
def test_scores_stay_in_their_bounds(rule: Rule, most: float, forecast: list[float], outcome: int) -> None:
    score = rule([_share(forecast)], [outcome])[0]
    assert 0 <= score <= most


@pytest.mark.parametrize("rule", PROPER)
@given(outcome=outcomes)
def test_certainty_that_comes_true_scores_zero(rule: Rule, outcome: int) -> None:
    assert rule([np.eye(3)[outcome]], [outcome])[0] == 0


@pytest.mark.parametrize("rule", PROPER)
@given(truth=weights, told=weights)
def test_nobody_gains_by_telling_other_than_the_truth(
    rule: Rule, truth: list[float], told: list[float]
) -> None:
    honest, other = _share(truth), _share(told)
    expected = [float(honest @ rule([forecast] * 3, [0, 1, 2])) for forecast in (honest, other)]
    assert expected[0] <= expected[1] + 1e-12
    if np.abs(honest - other).max() > 1e-4:
        assert expected[0] < expected[1]


@pytest.mark.parametrize("rule", PROPER)
@given(forecast=weights, outcome=outcomes, gain=st.floats(min_value=0.01, max_value=1))
def test_moving_towards_what_happened_scores_better(
    rule: Rule, forecast: list[float], outcome: int, gain: float
) -> None:
    before = _share(forecast)
    after = (1 - gain) * before + gain * np.eye(3)[outcome]
    scores = rule([before, after], [outcome] * 2)
    assert scores[1] < scores[0]


@pytest.mark.parametrize("rule", PROPER)
@given(forecast=weights, outcome=outcomes)
def test_home_and_away_are_mirror_images(rule: Rule, forecast: list[float], outcome: int) -> None:
    share = _share(forecast)
    mirrored = rule([share[::-1]], [2 - outcome])[0]
    assert rule([share], [outcome])[0] == pytest.approx(mirrored, abs=1e-12)


@given(forecast=weights)
def test_exactly_one_outcome_is_the_pick(forecast: list[float]) -> None:
    assert is_hit([_share(forecast)] * 3, [0, 1, 2]).sum() == 1


@given(forecast=weights)
def test_log_loss_alone_ignores_the_outcomes_that_did_not_come(forecast: list[float]) -> None:
    share = _share(forecast)
    swapped = share[[0, 2, 1]]
    first, second = log_loss([share, swapped], [0, 0])
    assert first == second
