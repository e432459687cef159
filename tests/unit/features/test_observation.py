"""The blend of goals, shots and corners."""

from __future__ import annotations

import math

import pytest

from pipeline.features.history import History, history_of
from pipeline.features.observation import RunningMeans, blended, counted, red_card_factor
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=1)


def _history(football: Football, **numbers: float) -> History:
    return history_of(
        football.matches.head(1).assign(**numbers), football.fixtures.head(0), football.divisions
    )


def test_typical_numbers_are_observed_as_the_mean_of_goals() -> None:
    means = RunningMeans()
    value, noise = blended(dict(means.means), means)
    assert value == pytest.approx(1.35)
    assert noise == pytest.approx(0.15)


def test_goals_alone_are_taken_as_they_are_and_count_as_noisier() -> None:
    value, noise = blended({"goals": 2.0}, RunningMeans())
    assert (value, noise) == pytest.approx((2.0, 0.73))


def test_a_missing_statistic_leaves_its_weight_to_the_rest() -> None:
    means = RunningMeans()
    value, noise = blended({"goals": 1.35, "corners": 10.0}, means)
    assert value == pytest.approx((0.40 * 1.35 + 0.18 * 2.70) / 0.58)
    assert 0.15 < noise < 0.73


def test_goals_beyond_the_third_count_less(football: Football) -> None:
    assert counted(_history(football, home_goals=5), 0, True)["goals"] == pytest.approx(3 + 2 * 0.92)


def test_shots_off_target_are_shots_without_those_on_target(football: Football) -> None:
    history = _history(football, away_shots=11.0, away_shots_on_target=4.0)
    assert counted(history, 0, False)["off_target"] == 7.0


def test_more_shots_on_target_than_shots_leave_none_off_target(football: Football) -> None:
    history = _history(football, home_shots=3.0, home_shots_on_target=5.0)
    assert counted(history, 0, True)["off_target"] == 0.0


def test_a_statistic_that_was_not_counted_is_left_out(football: Football) -> None:
    history = _history(football, home_shots=math.nan, home_shots_on_target=math.nan, home_corners=math.nan)
    assert list(counted(history, 0, True)) == ["goals"]


def test_each_red_card_makes_a_match_noisier_and_an_unknown_count_does_not(football: Football) -> None:
    assert red_card_factor(_history(football, home_red_cards=1.0, away_red_cards=1.0), 0) == pytest.approx(
        2.74
    )
    assert red_card_factor(_history(football, home_red_cards=math.nan, away_red_cards=math.nan), 0) == 1.0


def test_running_means_follow_a_division_that_shoots_more() -> None:
    means = RunningMeans()
    for _ in range(2000):
        means.add("corners", 8.0)
    assert means.means["corners"] == pytest.approx(8.0, abs=0.1)
