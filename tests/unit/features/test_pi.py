"""Pi-ratings: one match worked out step by step from the formulas of Constantinou and Fenton (2013)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.features.history import history_of
from pipeline.features.pi import expected_against_average, moved, pi_features
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=4)


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        (0.0, 0.0),
        (3.0, 9.0),  # 10^(3/3) - 1
        (1.6, 2.4145),  # 10^(1.6/3) - 1 = 10^0.53333 - 1 = 3.41455 - 1
        (-1.2, -1.5119),  # -(10^(1.2/3) - 1) = -(10^0.4 - 1) = -(2.51189 - 1)
    ],
)
def test_a_rating_stands_for_the_published_goal_difference(rating: float, expected: float) -> None:
    # Journal of Quantitative Analysis in Sports 9 (2013), the paper's b = 10 and c = 3
    assert expected_against_average(rating) == pytest.approx(expected, abs=5e-5)


def test_a_match_moves_four_ratings_by_the_published_rates() -> None:
    home, away = np.array([1.6, 0.4]), np.array([0.3, -1.2])
    moved(home, away, 3.0)
    # expected 2.41455 + 1.51189 = 3.92643; the error 0.92643 too few counts 3 log10(1.92643) = 0.85428
    # home: 1.6 - 0.035 * 0.85428 = 1.57010 and 0.4 + 0.7 * (1.57010 - 1.6) = 0.37907
    assert home == pytest.approx([1.57010, 0.37907], abs=1e-5)
    # away: -1.2 + 0.02990 = -1.17010 and 0.3 + 0.7 * 0.02990 = 0.32093
    assert away == pytest.approx([0.32093, -1.17010], abs=1e-5)


def test_a_result_as_expected_moves_nothing() -> None:
    home, away = np.array([3.0, 0.0]), np.array([0.0, 0.0])
    moved(home, away, 9.0)
    assert [*home, *away] == [3.0, 0.0, 0.0, 0.0]


def test_ratings_find_the_stronger_clubs(football: Football) -> None:
    history = history_of(football.matches, football.fixtures.head(0), football.divisions)
    goals = (football.truth["home_rate"] - football.truth["away_rate"]).set_axis(football.truth["match_id"])
    expected = pi_features(history).set_index(history.frame["match_id"])["pi_difference"].tail(120)
    assert expected.corr(goals.reindex(expected.index)) > 0.6


def test_two_unknown_clubs_of_one_tier_are_equals_and_a_lower_tier_is_weaker(football: Football) -> None:
    first = football.matches.head(1)
    down = first.assign(match_id="down", division="AR2", home_id="ardenmark.new")
    down["kick_off_at"] += pd.Timedelta(days=1)
    history = history_of(pd.concat([first, down]), football.fixtures.head(0), football.divisions)
    expected = pi_features(history)["pi_difference"]
    assert expected.iloc[0] == 0.0
    assert expected.iloc[1] < 0.0
