"""Form, rest and matches played."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.features.form import form_features
from pipeline.features.history import history_of
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=2)


def _season(
    football: Football, days: list[int], goals: list[tuple[int, int]], season: int = 2020
) -> pd.DataFrame:
    first = football.matches.head(1)
    rows = [
        first.assign(
            match_id=f"{season}-{number}",
            season=season,
            kick_off_at=first["kick_off_at"] + pd.Timedelta(days=day),
            home_goals=home,
            away_goals=away,
        )
        for number, (day, (home, away)) in enumerate(zip(days, goals, strict=True))
    ]
    return pd.concat(rows, ignore_index=True)


def _form(football: Football, matches: pd.DataFrame) -> pd.DataFrame:
    history = history_of(matches, football.fixtures.head(0), football.divisions)
    goals = history.counts["goals"]
    return form_features(history, goals[:, 0] - goals[:, 1] - 0.5)


def test_before_any_match_form_is_average_and_rest_unknown(football: Football) -> None:
    row = _form(football, _season(football, [0], [(1, 0)])).iloc[0]
    assert row["form_points_home"] == pytest.approx(1.37)
    assert row["form_goal_difference_home"] == 0.0
    assert pd.isna(row["rest_days_home"])
    assert row["season_matches_home"] == 0


def test_points_and_goals_are_drawn_to_the_average_by_three_matches(football: Football) -> None:
    row = _form(football, _season(football, [0, 7, 14], [(2, 0), (1, 1), (0, 0)])).iloc[2]
    assert row["form_points_home"] == pytest.approx((3 + 1 + 3 * 1.37) / 5)
    assert row["form_points_away"] == pytest.approx((0 + 1 + 3 * 1.37) / 5)
    assert row["form_goal_difference_away"] == pytest.approx(-2 / 5)


def test_only_the_last_six_matches_count(football: Football) -> None:
    days = [7 * number for number in range(9)]
    row = _form(football, _season(football, days, [(5, 0)] * 2 + [(0, 0)] * 7)).iloc[8]
    assert row["form_goal_difference_home"] == 0.0
    assert row["season_matches_home"] == 8


def test_rest_is_counted_in_days_up_to_two_weeks(football: Football) -> None:
    rows = _form(football, _season(football, [0, 3, 40], [(1, 0)] * 3))
    assert rows["rest_days_home"].tolist()[1:] == [3.0, 14.0]


def test_a_new_season_forgets_form_and_keeps_rest(football: Football) -> None:
    matches = pd.concat([_season(football, [0], [(4, 0)]), _season(football, [300], [(1, 0)], season=2021)])
    row = _form(football, matches).iloc[1]
    assert row["form_points_home"] == pytest.approx(1.37)
    assert row["rest_days_home"] == 14.0


def test_season_form_is_drawn_to_the_average_by_five_matches(football: Football) -> None:
    row = _form(football, _season(football, [0, 7, 14], [(2, 0), (1, 1), (0, 0)])).iloc[2]
    assert row["points_per_game_home"] == pytest.approx((3 + 1 + 5 * 1.37) / 7)
    assert row["goal_difference_per_game_away"] == pytest.approx(-2 / 7)


def test_residual_form_counts_what_was_better_than_expected(football: Football) -> None:
    row = _form(football, _season(football, [0, 7, 14], [(2, 0), (1, 1), (0, 0)])).iloc[2]
    # surprises 1.5 and -0.5 at the shares 0.25 and 0.07: 0.25 * 1.5 = 0.375,
    # 0.375 + 0.25 * (-0.5 - 0.375) = 0.15625
    assert row["residual_form_fast_home"] == pytest.approx(0.15625)
    assert row["residual_form_fast_away"] == pytest.approx(-0.15625)
    assert row["residual_form_slow_home"] == pytest.approx(0.07 * 1.5 + 0.07 * (-0.5 - 0.07 * 1.5))


def test_a_new_season_halves_residual_form(football: Football) -> None:
    matches = pd.concat([_season(football, [0], [(2, 0)]), _season(football, [300], [(1, 0)], season=2021)])
    assert _form(football, matches)["residual_form_fast_home"].iloc[1] == pytest.approx(0.5 * 0.375)


def test_matches_of_the_last_two_weeks_are_counted(football: Football) -> None:
    rows = _form(football, _season(football, [0, 3, 14, 18], [(1, 0)] * 4))
    assert rows["matches_14_days_home"].tolist() == [0.0, 1.0, 2.0, 1.0]
