"""Elo steps: the published worked numbers of the expected score, then numbers worked out from our formula."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.features.elo import FAST, MAIN, elo_features, expected_score, ratings_of
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


@pytest.mark.parametrize(
    ("opponent", "expected"), [(1609, 0.51), (1477, 0.69), (1388, 0.79), (1586, 0.54), (1720, 0.35)]
)
def test_the_expected_scores_are_those_of_the_published_tournament(opponent: int, expected: float) -> None:
    # Wikipedia, "Elo rating system", mathematical details: a player of 1613 meets these five
    assert expected_score(1613.0 - opponent) == pytest.approx(expected, abs=0.0051)


def test_the_published_tournament_costs_the_player_twelve_points() -> None:
    # the same example: 2.5 points out of five with K = 32 take 1613 to 1601
    expected = sum(expected_score(1613.0 - other) for other in (1609, 1477, 1388, 1586, 1720))
    assert round(1613 + 32 * (2.5 - expected)) == 1601


def test_four_hundred_points_are_odds_of_ten_to_one() -> None:
    # Elo 1978, the logistic curve's definition
    assert expected_score(400.0) == pytest.approx(10 / 11)


def test_a_home_win_by_one_between_equals_moves_both_by_the_formula(football: Football) -> None:
    # 1/(1 + 10^(-60/400)) = 0.585499; 14 * 2^0.35 * (1 - 0.585499) = 7.396299
    assert _ratings(football, _match(football, 1, 0)) == pytest.approx([1500 - 7.396299, 1500 + 7.396299])


def test_a_draw_between_equals_moves_points_to_the_away_club(football: Football) -> None:
    # 14 * (0.5 - 0.585499) = -1.196982
    table = current_elo(_match(football, 1, 1), football.divisions).set_index("club_id")["elo"]
    assert table[football.matches["home_id"].iloc[0]] == pytest.approx(1500 - 1.196982, abs=1e-5)


def test_a_larger_win_moves_more(football: Football) -> None:
    assert _ratings(football, _match(football, 4, 0))[1] > _ratings(football, _match(football, 1, 0))[1]


def test_the_faster_rating_takes_larger_steps(football: Football) -> None:
    history = history_of(_match(football, 1, 0), football.fixtures.head(0), football.divisions)
    slow, fast = (max(ratings_of(history, steps)[1]) for steps in (MAIN, FAST))
    # 30 * 2^0.20 * (1 - 0.585499) = 14.284
    assert fast - 1500 == pytest.approx(14.284, abs=1e-3)
    assert slow < fast


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


def test_a_club_that_joins_a_known_division_starts_below_it(football: Football) -> None:
    first = _match(football, 1, 1)
    joins = _match(football, 1, 1, match_id="joins", season=2021, home_id="ardenmark.new")
    joins["kick_off_at"] += pd.Timedelta(days=365)
    history = history_of(pd.concat([first, joins]), football.fixtures.head(0), football.divisions)
    assert elo_features(history)["elo_home"].tolist() == [1500.0, 1460.0]


def test_ratings_find_the_stronger_clubs() -> None:
    football = simulated(seasons=6)
    goals = (football.truth["home_rate"] - football.truth["away_rate"]).set_axis(football.truth["match_id"])
    history = history_of(football.matches, football.fixtures.head(0), football.divisions)
    elo = elo_features(history).set_index(history.frame["match_id"])["elo_difference"].tail(300)
    assert elo.corr(goals.reindex(elo.index)) > 0.7


def test_a_club_that_only_has_fixtures_has_no_rating_to_show(football: Football) -> None:
    clubs = set(current_elo(football.matches.head(1), football.divisions)["club_id"])
    assert clubs == {football.matches["home_id"].iloc[0], football.matches["away_id"].iloc[0]}


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
