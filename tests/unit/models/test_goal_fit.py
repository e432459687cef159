"""The penalised goal likelihood against statsmodels, the published formula and a published fit."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.models.base import Numbers
from pipeline.models.goal_fit import Penalty, Results, Strengths, fit_strengths, low_score_log_factors


def _season(clubs: int = 12, seed: int = 3, rounds: int = 2) -> Results:
    """Return `rounds` double round robins of one division with known strengths."""
    random = np.random.default_rng(seed)
    attack, defence = random.normal(0, 0.3, clubs), random.normal(0, 0.3, clubs)
    pairs = [(i, j) for _ in range(rounds) for i in range(clubs) for j in range(clubs) if i != j]
    home, away = np.array(pairs, dtype=np.int64).T
    return Results(
        home,
        away,
        np.zeros(len(home), dtype=np.int64),
        random.poisson(np.exp(0.35 + attack[home] - defence[away])).astype(np.float64),
        random.poisson(np.exp(0.1 + attack[away] - defence[home])).astype(np.float64),
        random.uniform(0.2, 1, len(home)),
        np.zeros(clubs, dtype=np.int64),
    )


def _two_divisions() -> Results:
    """Return two divisions of six clubs and two seasons; in the second two clubs have changed places."""
    random = np.random.default_rng(8)
    strength = np.repeat([0.4, -0.4], 6)
    members = [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11], [0, 1, 2, 3, 4, 6], [5, 7, 8, 9, 10, 11]]
    rows = [(i, j, place % 2) for place, part in enumerate(members) for i in part for j in part if i != j] * 8
    home, away, division = np.array(rows, dtype=np.int64).T
    club_division = np.array([0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1], dtype=np.int64)
    return Results(
        home,
        away,
        division,
        random.poisson(np.exp(0.3 + strength[home] - strength[away])).astype(np.float64),
        random.poisson(np.exp(0.1 + strength[away] - strength[home])).astype(np.float64),
        np.ones(len(home)),
        club_division,
    )


def test_without_penalty_and_rho_the_fit_is_the_poisson_regression_of_statsmodels() -> None:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    results = _season()
    ours = fit_strengths(results, Penalty(), has_rho=False)
    clubs = np.eye(results.clubs_count)
    ones, zeros = np.ones((len(results.home), 1)), np.zeros((len(results.home), 1))
    # the first club is the reference of both strengths
    design = np.vstack(
        [
            np.hstack([ones, ones, clubs[results.home][:, 1:], -clubs[results.away][:, 1:]]),
            np.hstack([ones, zeros, clubs[results.away][:, 1:], -clubs[results.home][:, 1:]]),
        ]
    )
    goals = np.concatenate([results.home_goals, results.away_goals])
    oracle = GLM(goals, design, family=Poisson(), var_weights=np.tile(results.weights, 2)).fit(tol=1e-14)
    attack, defence = ours.attack - ours.attack[0], ours.defence - ours.defence[0]
    level = ours.level[0] + ours.attack[0] - ours.defence[0]
    fitted = np.concatenate([[level, ours.home_advantage[0]], attack[1:], defence[1:]])
    assert fitted == pytest.approx(np.asarray(oracle.params), abs=1e-6)


# Dixon and Coles 1997, equation 4.2, at lambda = 1.5, mu = 1.1 and rho = -0.13 (their order of magnitude)
@pytest.mark.parametrize(
    ("score", "tau"),
    [
        ((0, 0), 1 + 1.5 * 1.1 * 0.13),
        ((0, 1), 1 - 1.5 * 0.13),
        ((1, 0), 1 - 1.1 * 0.13),
        ((1, 1), 1 + 0.13),
        ((2, 0), 1.0),
        ((1, 2), 1.0),
    ],
)
def test_tau_is_that_of_dixon_and_coles(score: tuple[int, int], tau: float) -> None:
    logs = np.log([1.5]), np.log([1.1])
    home, away = np.array([float(score[0])]), np.array([float(score[1])])
    assert np.exp(low_score_log_factors(*logs, -0.13, home, away))[0] == pytest.approx(tau)


def test_a_rho_that_makes_a_score_impossible_costs_infinity() -> None:
    nothing = np.zeros(1)
    assert low_score_log_factors(nothing, nothing, 1.5, nothing, nothing)[0] == -np.inf


@pytest.mark.parametrize("has_rho", [True, False])
def test_no_neighbour_of_the_answer_is_better(has_rho: bool) -> None:
    results, penalty = _season(6, seed=5), Penalty(8.0, 1.0, 5.0, 1.0, 20.0 if has_rho else 0.0)
    best = fit_strengths(results, penalty, has_rho=has_rho)
    for name in ("attack", "defence", "level", "home_advantage", *(["rho"] if has_rho else [])):
        for step in (-1e-3, 1e-3):
            value = getattr(best, name)
            moved = value + step if name == "rho" else value + step * np.eye(len(value))[0]
            other = replace(best, **{name: moved})
            assert _penalised(results, other, penalty) < _penalised(results, best, penalty)


def _penalised(results: Results, fitted: Strengths, penalty: Penalty) -> float:
    """Work the penalised likelihood out match by match, from the formula in the module's first lines."""
    total = 0.0
    for row in range(len(results.home)):
        home, away = results.home[row], results.away[row]
        logs = (
            fitted.level[0] + fitted.home_advantage[0] + fitted.attack[home] - fitted.defence[away],
            fitted.level[0] + fitted.attack[away] - fitted.defence[home],
        )
        expected = math.exp(logs[0]), math.exp(logs[1])
        score = results.home_goals[row], results.away_goals[row]
        tau = {
            (0, 0): 1 - expected[0] * expected[1] * fitted.rho,
            (0, 1): 1 + expected[0] * fitted.rho,
            (1, 0): 1 + expected[1] * fitted.rho,
            (1, 1): 1 - fitted.rho,
        }.get((int(score[0]), int(score[1])), 1.0)
        poisson = sum(goals * log - mean for goals, log, mean in zip(score, logs, expected, strict=True))
        total += results.weights[row] * (poisson + math.log(tau))
    squares = (fitted.attack**2).sum() + (fitted.defence**2).sum()
    total -= (
        0.5 * penalty.strength * squares
        + 0.5 * penalty.home_advantage * (fitted.home_advantage[0] - 0.25) ** 2
    )
    total -= 0.5 * penalty.level * (fitted.level[0] - math.log(1.3)) ** 2
    return float(total - 0.5 * penalty.rho * (fitted.rho + 0.05) ** 2)


def test_a_club_that_moved_up_links_the_divisions() -> None:
    fitted = fit_strengths(_two_divisions(), Penalty(4.0, 0.01, 1.0, 1.0, 10.0))
    top, second = fitted.attack[:5].mean(), fitted.attack[7:].mean()
    assert top - second == pytest.approx(0.8, abs=0.25)
    assert fitted.newcomer[0] > fitted.newcomer[1]


def test_a_heavier_penalty_draws_strengths_together() -> None:
    light, heavy = (fit_strengths(_season(), Penalty(each)).attack for each in (1.0, 200.0))
    assert np.ptp(heavy) < np.ptp(light) / 2


def test_a_club_that_never_scored_still_has_a_finite_strength() -> None:
    results = _season(6)
    silent = replace(
        results,
        home_goals=np.where(results.home == 0, 0.0, results.home_goals),
        away_goals=np.where(results.away == 0, 0.0, results.away_goals),
    )
    fitted = fit_strengths(silent, Penalty(8.0, 1.0, 50.0, 1.0, 50.0))
    assert fitted.attack[0] == fitted.attack.min()
    assert np.isfinite(fitted.attack).all()


def test_one_match_is_enough_for_a_penalised_fit() -> None:
    one, zero = np.array([1], dtype=np.int64), np.zeros(1, dtype=np.int64)
    results = Results(
        zero, one, zero, np.array([9.0]), np.array([0.0]), np.ones(1), np.zeros(2, dtype=np.int64)
    )
    fitted = fit_strengths(results, Penalty(8.0, 1.0, 50.0, 1.0, 50.0))
    assert fitted.attack[0] > 0 > fitted.attack[1]


# Premier League 2018/19 as fitted in the read-me of penaltyblog (Eastwood), which prints three decimals
PUBLISHED_ATTACK = {
    "arsenal": 1.36,
    "cardiff": 0.615,
    "huddersfield": 0.18,
    "liverpool": 1.534,
    "wolves": 0.914,
}
PUBLISHED_DEFENCE = {"arsenal": -0.982, "cardiff": -0.715, "huddersfield": -0.631, "liverpool": -1.803}


@pytest.mark.real
def test_the_premier_league_of_2018_is_fitted_as_published(mirror: Path) -> None:
    season = pd.read_csv(mirror / "mmz4281/1819/E0.csv")
    clubs = pd.Index(sorted(season["HomeTeam"].unique()))
    zeros = np.zeros(len(season), dtype=np.int64)
    results = Results(
        clubs.get_indexer(pd.Index(season["HomeTeam"])).astype(np.int64),
        clubs.get_indexer(pd.Index(season["AwayTeam"])).astype(np.int64),
        zeros,
        season["FTHG"].to_numpy("float64"),
        season["FTAG"].to_numpy("float64"),
        np.ones(len(season)),
        np.zeros(len(clubs), dtype=np.int64),
    )
    factorials = sum(math.lgamma(goals + 1) for goals in (*season["FTHG"], *season["FTAG"]))
    plain, corrected = (fit_strengths(results, Penalty(), has_rho=each) for each in (False, True))
    assert plain.log_likelihood - factorials == pytest.approx(-1065.077, abs=6e-4)
    assert corrected.log_likelihood - factorials == pytest.approx(-1064.943, abs=6e-4)
    assert corrected.rho == pytest.approx(-0.041, abs=6e-4)
    assert corrected.home_advantage[0] == pytest.approx(0.225, abs=6e-4)
    _assert_published(corrected.attack, PUBLISHED_ATTACK, clubs, 1.0)
    _assert_published(corrected.defence, PUBLISHED_DEFENCE, clubs, -1.0)  # there a good defence is negative


def _assert_published(fitted: Numbers, published: dict[str, float], clubs: pd.Index, sign: float) -> None:
    """Compare differences from the first club: the package fixes its mean elsewhere."""
    by_name = {name.lower(): sign * value for name, value in zip(clubs, fitted, strict=True)}
    first = next(iter(published))
    for name, value in published.items():
        assert by_name[name] - by_name[first] == pytest.approx(value - published[first], abs=3e-3)
