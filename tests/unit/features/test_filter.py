"""The goal filter: single steps by hand, then whether it finds the strengths that made the goals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.features.filter import COLUMNS, GoalFilter, filter_features
from pipeline.features.history import history_of, replay
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=4)


def _one_match(football: Football, **changes: object) -> pd.DataFrame:
    unknown = {f"{side}_{name}": math.nan for side in ("home", "away") for name in ("shots", "corners")}
    targets = {f"{side}_shots_on_target": math.nan for side in ("home", "away")}
    return football.matches.head(1).assign(
        **unknown, **targets, home_red_cards=0, away_red_cards=0, **changes
    )


def _filtered(football: Football, matches: pd.DataFrame) -> GoalFilter:
    goal_filter = GoalFilter(history_of(matches, football.fixtures.head(0), football.divisions))
    replay(goal_filter.history, goal_filter.predict, goal_filter.learn)
    return goal_filter


def test_two_unknown_clubs_are_expected_at_the_division_s_level(football: Football) -> None:
    rows = filter_features(history_of(_one_match(football), football.fixtures.head(0), football.divisions))
    # both start 0.06 low in attack and defence, which cancels: 1.35 * exp(+-0.27 / 2)
    assert rows["expected_home_goals"].iloc[0] == pytest.approx(1.35 * math.exp(0.135))
    assert rows["expected_away_goals"].iloc[0] == pytest.approx(1.35 * math.exp(-0.135))


def test_one_update_follows_the_gain_of_the_formula(football: Football) -> None:
    goal_filter = _filtered(football, _one_match(football, home_goals=3, away_goals=0))
    mean, variance = 1.35 * math.exp(0.135), 0.0117
    gain = variance / (0.73 + mean * 2 * variance)
    home = goal_filter.clubs[football.matches["home_id"].iloc[0]]
    away = goal_filter.clubs[football.matches["away_id"].iloc[0]]
    assert home.attack == pytest.approx(-0.06 + gain * (3 - mean))
    assert away.defence == pytest.approx(-0.06 - gain * (3 - mean))
    assert home.attack_variance == pytest.approx(variance * (1 - gain * mean))


def _entering(football: Football, division: str, season: int) -> tuple[float, float]:
    first = _one_match(football, home_goals=3, away_goals=1, division="AR2")
    later = first.assign(
        match_id="later",
        division=division,
        season=season,
        kick_off_at=first["kick_off_at"] + pd.Timedelta(days=365 * (season - 2020)),
    )
    before = _filtered(football, first).clubs[first["home_id"].iloc[0]].attack
    history = history_of(pd.concat([first, later]), football.fixtures.head(0), football.divisions)
    return before, filter_features(history)["attack_home"].iloc[1]


def test_a_new_season_shrinks_strengths(football: Football) -> None:
    before, after = _entering(football, "AR2", 2021)
    assert after == pytest.approx(0.84 * before)


def test_a_promoted_club_loses_strength(football: Football) -> None:
    before, after = _entering(football, "AR1", 2021)
    assert after == pytest.approx(0.84 * before - 0.204)


def test_a_club_back_after_a_gap_keeps_two_fifths(football: Football) -> None:
    before, after = _entering(football, "AR2", 2023)
    assert after == pytest.approx(0.40 * before)


def test_a_relegated_club_gains_strength(football: Football) -> None:
    first = _one_match(football, home_goals=3, away_goals=1)
    later = first.assign(match_id="later", division="AR2", season=2021)
    later["kick_off_at"] += pd.Timedelta(days=365)
    before = _filtered(football, first).clubs[first["home_id"].iloc[0]].attack
    history = history_of(pd.concat([first, later]), football.fixtures.head(0), football.divisions)
    assert filter_features(history)["attack_home"].iloc[1] == pytest.approx(0.84 * before + 0.160)


def test_uncertainty_falls_with_matches_and_grows_over_the_summer(football: Football) -> None:
    history = history_of(football.matches, football.fixtures.head(0), football.divisions)
    variance = (
        filter_features(history)["strength_variance"].groupby(history.frame["season"]).agg(["first", "last"])
    )
    assert variance.loc[2020, "last"] < variance.loc[2020, "first"]
    assert variance.loc[2021, "first"] > variance.loc[2020, "last"]


def test_expected_goals_approach_the_rates_that_made_the_goals(football: Football) -> None:
    history = history_of(football.matches, football.fixtures.head(0), football.divisions)
    rates = football.truth.set_index("match_id").reindex(history.frame["match_id"])
    expected = filter_features(history)
    last = (history.frame["season"] == 2023).to_numpy()
    for side in ("home", "away"):
        error = np.log(expected[f"expected_{side}_goals"].to_numpy() / rates[f"{side}_rate"].to_numpy())[last]
        assert abs(error.mean()) < 0.1
        assert error.std() < 0.16  # the rates themselves spread by 0.35


def test_the_frame_has_the_promised_columns_and_no_gaps(football: Football) -> None:
    rows = filter_features(history_of(football.matches, football.fixtures, football.divisions))
    assert tuple(rows.columns) == COLUMNS
    assert rows.notna().all(axis=None)
