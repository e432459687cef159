"""Elo steps against numbers worked out by hand from the formula in the module."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.features.elo import elo_features
from pipeline.features.history import history_of
from pipeline.features.ratings import current_elo
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=2)


def _match(football: Football, home_goals: int, away_goals: int, **changes: object) -> pd.DataFrame:
    return football.matches.head(1).assign(home_goals=home_goals, away_goals=away_goals, **changes)


def _ratings(football: Football, matches: pd.DataFrame) -> list[float]:
    return sorted(current_elo(matches, football.divisions)["elo"])


def test_a_home_win_by_one_between_equals_moves_both_by_the_formula(football: Football) -> None:
    # 1/(1 + 10^(-60/400)) = 0.585499; 14 * 2^0.35 * (1 - 0.585499) = 7.396299
    assert _ratings(football, _match(football, 1, 0)) == pytest.approx([1500 - 7.396299, 1500 + 7.396299])


def test_a_draw_between_equals_moves_points_to_the_away_club(football: Football) -> None:
    # 14 * (0.5 - 0.585499) = -1.196982
    table = current_elo(_match(football, 1, 1), football.divisions).set_index("club_id")["elo"]
    assert table[football.matches["home_id"].iloc[0]] == pytest.approx(1500 - 1.196982, abs=1e-5)


def test_a_larger_win_moves_more(football: Football) -> None:
    assert _ratings(football, _match(football, 4, 0))[1] > _ratings(football, _match(football, 1, 0))[1]


def test_points_are_passed_on_and_never_made(football: Football) -> None:
    season = football.matches[football.matches["season"] == 2020]
    top = season[season["division"] == "AR1"]
    assert current_elo(top, football.divisions)["elo"].mean() == pytest.approx(1500.0)


def test_a_lower_tier_starts_lower(football: Football) -> None:
    ratings = _ratings(football, _match(football, 1, 1, division="AR2"))
    assert max(ratings) < 1400


def test_a_new_season_draws_ratings_a_tenth_back_to_the_tier(football: Football) -> None:
    first = _match(football, 1, 0)
    later = first.assign(
        season=2021, kick_off_at=first["kick_off_at"] + pd.Timedelta(days=365), match_id="later"
    )
    history = history_of(pd.concat([first, later]), football.fixtures.head(0), football.divisions)
    assert elo_features(history)["elo_home"].iloc[1] == pytest.approx(1500 + 0.9 * 7.396299)


def test_ratings_find_the_stronger_clubs() -> None:
    football = simulated(seasons=6)
    goals = (football.truth["home_rate"] - football.truth["away_rate"]).set_axis(football.truth["match_id"])
    history = history_of(football.matches, football.fixtures.head(0), football.divisions)
    elo = elo_features(history).set_index(history.frame["match_id"])["elo_difference"].tail(300)
    assert elo.corr(goals.reindex(elo.index)) > 0.7


def test_current_ratings_are_those_a_next_match_would_see(football: Football) -> None:
    last = football.matches.tail(1).iloc[0]
    nxt = football.fixtures.head(1).assign(
        home_id=last["home_id"],
        away_id=last["away_id"],
        division=last["division"],
        season=last["season"],
        kick_off_at=football.cut_off_at + pd.Timedelta(days=40),
    )
    history = history_of(football.matches, nxt, football.divisions)
    now = current_elo(football.matches, football.divisions).set_index("club_id")["elo"]
    assert elo_features(history)["elo_home"].iloc[-1] == now[last["home_id"]]
