"""The goal filter: single steps by hand, then plain Python, then the strengths that made the goals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.features.filter import NUMBERS, Speeds, filtered
from pipeline.features.history import Floats, History, history_of
from pipeline.features.past_prices import SPEEDS as MARKET_SPEEDS
from pipeline.features.strength import strengths_of
from tests.unit.features.python_filter import expected_by_python
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


def _history(football: Football, *matches: pd.DataFrame) -> History:
    return history_of(pd.concat(matches), football.fixtures.head(0), football.divisions)


def _strengths(football: Football, *matches: pd.DataFrame) -> pd.DataFrame:
    return strengths_of(_history(football, *matches)).columns


def _again(match: pd.DataFrame, days: int, **changes: object) -> pd.DataFrame:
    kick_off_at = match["kick_off_at"] + pd.Timedelta(days=days)
    return match.assign(match_id="later", kick_off_at=kick_off_at, **changes)


def test_two_unknown_clubs_are_expected_at_the_division_s_level(football: Football) -> None:
    rows = _strengths(football, _one_match(football))
    # both start 0.06 low in attack and defence, which cancels: 1.35 * exp(+-0.27 / 2)
    assert rows["expected_home_goals"].iloc[0] == pytest.approx(1.35 * math.exp(0.135))
    assert rows["expected_away_goals"].iloc[0] == pytest.approx(1.35 * math.exp(-0.135))


def test_one_update_follows_the_gain_of_the_formula(football: Football) -> None:
    first = _one_match(football, home_goals=3, away_goals=0)
    rows = _strengths(football, first, _again(first, days=1))
    mean, variance = 1.35 * math.exp(0.135), 0.0117
    gain = variance / (0.73 + mean * 2 * variance)
    assert rows["attack_home"].iloc[1] == pytest.approx(-0.06 + gain * (3 - mean))
    assert rows["defence_away"].iloc[1] == pytest.approx(-0.06 - gain * (3 - mean))


def test_a_first_match_leaves_less_variance_and_a_day_adds_some(football: Football) -> None:
    first = _one_match(football, home_goals=3, away_goals=0)
    after = _strengths(football, first, _again(first, days=1))["strength_variance"].iloc[1]
    of_each = [0.0117 * (1 - 0.0117 * mean / (0.73 + mean * 0.0234)) for mean in _first_means()]
    # attack of one and defence of the other fall alike; a day adds 1.4e-5 to attacks and 1.7 times that
    assert after == pytest.approx(2 * sum(of_each) + 2 * 2.7 * 1.4e-5, rel=1e-6)


def _first_means() -> tuple[float, float]:
    return 1.35 * math.exp(0.135), 1.35 * math.exp(-0.135)


def _before_and_after(football: Football, **changes: object) -> tuple[float, float]:
    division = changes.pop("of", "AR2")
    first = _one_match(football, home_goals=3, away_goals=1, division=division)
    season = int(str(changes["season"]))
    same = _strengths(football, first, _again(first, days=1))["attack_home"].iloc[1]
    later = _again(first, days=365 * (season - 2020), **changes)
    return same, _strengths(football, first, later)["attack_home"].iloc[1]


def test_a_new_season_shrinks_strengths(football: Football) -> None:
    before, after = _before_and_after(football, division="AR2", season=2021)
    assert after == pytest.approx(0.84 * before)


def test_a_promoted_club_loses_strength(football: Football) -> None:
    before, after = _before_and_after(football, division="AR1", season=2021)
    assert after == pytest.approx(0.84 * before - 0.204)


def test_a_relegated_club_gains_strength(football: Football) -> None:
    before, after = _before_and_after(football, of="AR1", division="AR2", season=2021)
    assert after == pytest.approx(0.84 * before + 0.160)


def test_a_club_back_after_a_gap_keeps_two_fifths(football: Football) -> None:
    before, after = _before_and_after(football, division="AR2", season=2023)
    assert after == pytest.approx(0.40 * before)


def test_a_club_that_did_well_at_home_is_expected_to_score_a_little_more_there(football: Football) -> None:
    first = _one_match(football, home_goals=3, away_goals=0)
    turned = _again(first, days=1, home_id=first["away_id"], away_id=first["home_id"])
    at_home = _strengths(football, first, _again(first, days=1)).iloc[1]
    away = _strengths(football, first, turned).iloc[1]
    lead = (
        at_home["blend_log_home"]
        + away["blend_log_home"]
        - at_home["blend_log_away"]
        - away["blend_log_away"]
    )
    mean_home, mean_away = _first_means()
    # without a deviation the two leads sum to twice the division's home advantage, which moved too
    moved = 2 / (61 * (mean_home + mean_away)) * (3 - mean_home + mean_away)
    deviation = 0.5 * 1e-4 / (0.73 + mean_home * 0.0234) * (3 - mean_home + mean_away)
    assert lead == pytest.approx(2 * (0.27 + moved) + deviation, rel=1e-9)


def test_uncertainty_falls_with_matches_and_grows_over_the_summer(football: Football) -> None:
    history = _history(football, football.matches)
    variance = strengths_of(history).columns["strength_variance"]
    seasons = variance.groupby(history.frame["season"]).agg(["first", "last"])
    assert seasons.loc[2020, "last"] < seasons.loc[2020, "first"]
    assert seasons.loc[2021, "first"] > seasons.loc[2020, "last"]


def test_expected_goals_approach_the_rates_that_made_the_goals(football: Football) -> None:
    history = _history(football, football.matches)
    rates = football.truth.set_index("match_id").reindex(history.frame["match_id"])
    expected = strengths_of(history).columns
    last = (history.frame["season"] == 2023).to_numpy()
    for side in ("home", "away"):
        error = np.log(expected[f"expected_{side}_goals"].to_numpy() / rates[f"{side}_rate"].to_numpy())[last]
        assert abs(error.mean()) < 0.1
        assert error.std() < 0.16  # the rates themselves spread by 0.35


def test_every_sibling_has_an_answer_on_every_row(football: Football) -> None:
    rows = strengths_of(history_of(football.matches, football.fixtures, football.divisions)).columns
    assert rows.notna().all(axis=None)
    assert np.allclose(rows["blend_log_home"], np.log(rows["expected_home_goals"]), rtol=0, atol=1e-12)


def test_where_only_goals_were_counted_every_sibling_of_one_speed_sees_goals(football: Football) -> None:
    bare = football.matches.assign(
        **{
            f"{side}_{name}": math.nan
            for side in ("home", "away")
            for name in ("shots", "shots_on_target", "corners")
        }
    )
    rows = _strengths(football, bare)
    for name in ("blend", "on_target", "shots", "off_target", "corners"):
        assert np.allclose(rows[f"{name}_log_home"], rows["goals_log_home"], rtol=0, atol=1e-12)


def _pairs(history: History, random: np.random.Generator) -> tuple[list[Floats], list[Floats]]:
    shape = (len(history), 2)
    market = random.uniform(0.5, 2.5, shape)
    market[random.random(len(history)) < 0.4] = math.nan
    return [market, history.counts["goals"]], [np.full(shape, 0.05), random.uniform(0.2, 1.0, shape)]


@pytest.mark.parametrize("speeds", [Speeds(), MARKET_SPEEDS])
def test_the_compiled_walk_agrees_with_plain_python(football: Football, speeds: Speeds) -> None:
    history = history_of(football.matches, football.fixtures, football.divisions)
    observed, noises = _pairs(history, np.random.default_rng(5))
    fast = filtered(history, speeds, tuple(observed), tuple(noises))
    assert fast.shape == (len(history), len(NUMBERS))
    slow = expected_by_python(history, speeds, observed, noises)
    np.testing.assert_allclose(fast[:, :2], slow, rtol=0, atol=1e-12)


def test_a_market_that_never_quotes_leaves_clubs_where_their_season_puts_them(football: Football) -> None:
    history = _history(football, football.matches)
    nothing = np.full((len(history), 2), math.nan)
    rows = filtered(history, MARKET_SPEEDS, (nothing,), (np.full((len(history), 2), 0.05),))
    top_of_first_season = (history.tier == 1) & (history.season == 2020)
    assert np.allclose(rows[top_of_first_season, 0] - rows[top_of_first_season, 1], 0.27)
    assert (rows[:, 6] <= 4 * MARKET_SPEEDS.most_variance * MARKET_SPEEDS.start_variance + 1e-12).all()
