"""The blend of goals, shots and corners."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.features.history import Floats, History, history_of
from pipeline.features.observation import NAMES, blended, counted, red_card_factors, rescaled
from pipeline.features.strength import BLEND
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=1)


def _history(football: Football, **numbers: float) -> History:
    return history_of(
        football.matches.head(1).assign(**numbers), football.fixtures.head(0), football.divisions
    )


def _numbers(**known: float) -> Floats:
    return np.array([[[known.get(name, math.nan) for name in NAMES]] * 2])


def _blend(**known: float) -> tuple[float, float]:
    value, noise = blended(_numbers(**known), BLEND)
    return float(value[0, 0]), float(noise[0, 0])


def test_equal_numbers_on_the_scale_of_goals_are_observed_as_they_are() -> None:
    assert _blend(goals=1.35, on_target=1.35, off_target=1.35, corners=1.35) == pytest.approx((1.35, 0.15))


def test_goals_alone_are_taken_as_they_are_and_count_as_noisier() -> None:
    assert _blend(goals=2.0) == pytest.approx((2.0, 0.73))


def test_a_missing_statistic_leaves_its_weight_to_the_rest() -> None:
    value, noise = _blend(goals=1.35, corners=2.70)
    assert value == pytest.approx((0.40 * 1.35 + 0.18 * 2.70) / 0.58)
    assert 0.15 < noise < 0.73


def test_goals_beyond_the_third_count_less(football: Football) -> None:
    assert counted(_history(football, home_goals=5))[0, 0, 0] == pytest.approx(3 + 2 * 0.92)


def test_shots_off_target_are_shots_without_those_on_target(football: Football) -> None:
    assert counted(_history(football, away_shots=11.0, away_shots_on_target=4.0))[0, 1, 2] == 7.0


def test_more_shots_on_target_than_shots_leave_none_off_target(football: Football) -> None:
    assert counted(_history(football, home_shots=3.0, home_shots_on_target=5.0))[0, 0, 2] == 0.0


def test_a_statistic_that_was_not_counted_is_missing(football: Football) -> None:
    history = _history(football, home_shots=math.nan, home_shots_on_target=math.nan, home_corners=math.nan)
    assert np.isnan(counted(history)[0, 0]).tolist() == [False, True, True, True]


def test_each_red_card_makes_a_match_noisier_and_an_unknown_count_does_not(football: Football) -> None:
    two = _history(football, home_red_cards=1.0, away_red_cards=1.0)
    assert red_card_factors(two).tolist() == pytest.approx([2.74])
    unknown = _history(football, home_red_cards=math.nan, away_red_cards=math.nan)
    assert red_card_factors(unknown).tolist() == [1.0]


def test_the_first_match_of_a_division_is_rescaled_by_typical_means(football: Football) -> None:
    history = _history(football, home_corners=10.0)
    assert rescaled(history)[0, 0, 3] == pytest.approx(10.0 * 1.35 / 5.0)


def test_a_division_that_counts_more_corners_is_drawn_to_the_scale_of_its_goals(football: Football) -> None:
    many = football.matches.assign(home_corners=40.0, away_corners=40.0)
    history = history_of(pd.concat([many] * 1), football.fixtures.head(0), football.divisions)
    goals = history.counts["goals"].mean()
    assert rescaled(history)[-1, :, 3] == pytest.approx([goals, goals], rel=0.25)
    assert rescaled(history)[0, 0, 3] > 5
