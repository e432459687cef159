"""The penalised likelihood of Dixon and Coles (JRSS C 46, 1997) and its solver: sparse Newton.

    log expected home goals = level + home advantage + attack of the home club - defence of the away club
    log expected away goals = level + attack of the away club - defence of the home club

Level and home advantage belong to the division. Scores are independent Poisson counts but for the factor tau
on the four lowest (see `grid`); every match has a weight, which is where time decay comes in. Clubs of all
divisions of a country are fitted at once: who moved between two divisions links them. A club's two strengths
are drawn to the strength of the division it last played in, which is estimated too.

Gradient and curvature are exact; both are sums over matches of three or four entries each, so that the
curvature is a sparse product. With no penalty the answer is that of a Poisson regression (a test holds it
against statsmodels). Nothing here knows dates, names or frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.domain.errors import NotConverged
from pipeline.models.base import Numbers

Places = npt.NDArray[np.int64]

_STEPS, _HALVINGS = 60, 30
_TOLERANCE = 1e-8
_MOST_LOG_GOALS = 50  # beyond it an exponential is no number any more
_LEAST_RIDGE = 1e-6  # what makes the shift between strengths and level unique where nothing else does


@dataclass(frozen=True)
class Results:
    """Played matches of one country as numbers, each array (n,) but the last, (clubs,).

    home, away: places of clubs; division: places of divisions; club_division: where each club is at home.
    """

    home: Places
    away: Places
    division: Places
    home_goals: Numbers
    away_goals: Numbers
    weights: Numbers
    club_division: Places

    @property
    def clubs_count(self) -> int:
        """The number of clubs."""
        return len(self.club_division)

    @property
    def divisions_count(self) -> int:
        """The number of divisions."""
        return int(max(self.division.max(initial=0), self.club_division.max(initial=0))) + 1


@dataclass(frozen=True)
class Penalty:
    """Half of each number times the squared distance from where the parameter is expected.

    strength: attack and defence, from the division's; division: its strength, from zero; home_advantage: from
    0.25; level: from log 1.3; rho: from -0.05. A number of 30 counts like some 20 matches of one club.
    """

    strength: float = 0.0
    division: float = 0.0
    home_advantage: float = 0.0
    level: float = 0.0
    rho: float = 0.0


@dataclass(frozen=True)
class Strengths:
    """What was fitted: attack, defence (clubs,), level, home_advantage and newcomer (divisions,), rho.

    Strengths are logs on one scale for the country; newcomer is the strength the division's clubs are drawn
    to.
    """

    attack: Numbers
    defence: Numbers
    level: Numbers
    home_advantage: Numbers
    newcomer: Numbers
    rho: float
    log_likelihood: float


def low_score_log_factors(
    log_home: Numbers, log_away: Numbers, rho: float, home_goals: Numbers, away_goals: Numbers
) -> Numbers:
    """Return (n,) log tau of each score; minus infinity where rho makes the score impossible.

    log_home, log_away: logs of the expected goals. Source: Dixon and Coles 1997, equation 4.2.
    """
    low = _low_scores(home_goals, away_goals)
    factors = np.zeros(len(low.sign))
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(np.maximum(1 + low.sign * np.exp(low.home * log_home + low.away * log_away) * rho, 0))
    factors[low.sign != 0] = logs[low.sign != 0]
    return factors


def fit_strengths(results: Results, penalty: Penalty, *, has_rho: bool = True) -> Strengths:
    """Return the strengths at the top of the penalised likelihood. Raises NotConverged.

    With `has_rho` false rho is kept at zero: the plain Poisson model.
    """
    problem = _Problem(results, penalty, has_rho)
    values = problem.start()
    loss = problem.loss(values)
    for _ in range(_STEPS):
        slope, curve = problem.slope_and_curve(values)
        step = _solved(curve, slope)
        values, loss, length = _improved(problem, values, step, loss)
        if length * np.abs(step).max() < _TOLERANCE:
            return problem.strengths(values)
    raise NotConverged("dixon_coles", f"the last of {_STEPS} steps still moved by {np.abs(step).max():.2g}")


@dataclass(frozen=True)
class _LowScores:
    """Log tau = log(1 + sign * exp(home * u + away * v) * rho); sign 0 where tau is 1. All (n,)."""

    sign: Numbers
    home: Numbers
    away: Numbers


def _low_scores(home_goals: Numbers, away_goals: Numbers) -> _LowScores:
    is_low = (home_goals <= 1) & (away_goals <= 1)
    sign = np.where(is_low, np.where(home_goals == away_goals, -1.0, 1.0), 0.0)
    # 0-0 holds both expectations, 0-1 the home club's, 1-0 the away club's, 1-1 neither
    return _LowScores(sign, (home_goals == 0) * np.abs(sign), (away_goals == 0) * np.abs(sign))


class _Problem:
    """Loss, slope and curvature in the parameters: attack, defence, level, home, division strength, rho."""

    def __init__(self, results: Results, penalty: Penalty, has_rho: bool) -> None:
        self.results, self.has_rho = results, has_rho
        self.lines = _design(results)
        self.columns = self.lines.T.tocsr()
        self.goals = np.concatenate([results.home_goals, results.away_goals])
        self.weights = np.tile(results.weights, 2)
        self.low = _low_scores(results.home_goals, results.away_goals)
        clubs, divisions = results.clubs_count, results.divisions_count
        least = _LEAST_RIDGE
        sizes = [2 * clubs, divisions, divisions, divisions, 1]
        ridges = [penalty.strength + least, penalty.level, penalty.home_advantage, penalty.division + least]
        self.ridge = np.repeat([*ridges, penalty.rho if has_rho else 1.0], sizes)
        self.centre = np.repeat([0.0, np.log(1.3), 0.25, 0.0, -0.05 if has_rho else 0.0], sizes)

    def start(self) -> Numbers:
        """Return even strengths at the mean of goals."""
        values = self.centre.copy()
        mean = max(float(np.average(self.goals, weights=self.weights)), 0.1)
        level = slice(
            2 * self.results.clubs_count, 2 * self.results.clubs_count + self.results.divisions_count
        )
        values[level] = np.log(mean)
        return values

    def loss(self, values: Numbers) -> float:
        """Return minus the penalised likelihood, infinite where it does not exist."""
        penalty = 0.5 * float(self.ridge @ (values - self.centre) ** 2)
        return penalty - self.log_likelihood(values)

    def log_likelihood(self, values: Numbers) -> float:
        """Return the weighted logarithm of the likelihood without the constant of the factorials."""
        logs = self.lines @ values[:-1]
        if logs.max(initial=0) > _MOST_LOG_GOALS:
            return -np.inf
        count = len(self.results.weights)
        factors = low_score_log_factors(
            logs[:count], logs[count:], values[-1], self.results.home_goals, self.results.away_goals
        )
        return float(self.weights @ (self.goals * logs - np.exp(logs)) + self.results.weights @ factors)

    def slope_and_curve(self, values: Numbers) -> tuple[Numbers, Any]:
        """Return the slope (p,) and the curvature (p, p) of the loss."""
        from scipy import sparse

        count = len(self.results.weights)
        logs = self.lines @ values[:-1]
        expected, low = np.exp(logs), self.low
        shift = low.sign * np.exp(low.home * logs[:count] + low.away * logs[count:])  # tau = 1 + shift * rho
        by_rho = shift / (1 + shift * values[-1])
        move = by_rho * values[-1]
        both = np.concatenate([low.home, low.away])
        pull = np.tile(move, 2)
        slope_lines = self.weights * (self.goals - expected + both * pull)
        bend = np.tile(self.results.weights * (move - move**2), 2)
        diagonal = self.weights * expected - both * bend
        across = -(low.home * low.away) * bend[:count]
        weighing = sparse.diags_array([across, diagonal, across], offsets=[-count, 0, count])
        curve = (self.columns @ (weighing @ self.lines)).toarray()
        corner = self.columns @ (-both * np.tile(self.results.weights * by_rho * (1 - move), 2))
        full = np.zeros((len(values), len(values)))
        full[:-1, :-1] = curve
        full[np.arange(len(values)), np.arange(len(values))] += self.ridge
        slope = np.append(-(self.columns @ slope_lines), 0.0) + self.ridge * (values - self.centre)
        if self.has_rho:
            full[-1, :-1] = full[:-1, -1] = corner
            full[-1, -1] += float(self.results.weights @ by_rho**2)
            slope[-1] -= float(self.results.weights @ by_rho)
        return slope, full

    def strengths(self, values: Numbers) -> Strengths:
        """Return the parameters by name, strengths on one scale."""
        clubs, divisions = self.results.clubs_count, self.results.divisions_count
        ends = np.cumsum([clubs, clubs, divisions, divisions, divisions])
        attack, defence, level, home, newcomer, rho = np.split(values, ends)
        base = newcomer[self.results.club_division]
        return Strengths(
            attack + base, defence + base, level, home, newcomer, float(rho[0]), self.log_likelihood(values)
        )


def _design(results: Results) -> Any:
    """Return the sparse (2n, p - 1) design: home clubs' lines, then away clubs'."""
    from scipy import sparse

    count, clubs, divisions = len(results.home), results.clubs_count, results.divisions_count
    rows, ones = np.arange(count), np.ones(count)
    level, advantage = 2 * clubs + results.division, 2 * clubs + divisions + results.division
    base = 2 * clubs + 2 * divisions + results.club_division
    moved = np.flatnonzero(results.club_division[results.home] != results.club_division[results.away])
    own, other = base[results.home[moved]], base[results.away[moved]]
    few = np.ones(len(moved))
    entries = [
        (rows, results.home, ones),
        (rows, clubs + results.away, -ones),
        (rows, level, ones),
        (rows, advantage, ones),
        (moved, own, few),
        (moved, other, -few),
        (count + rows, results.away, ones),
        (count + rows, clubs + results.home, -ones),
        (count + rows, level, ones),
        (count + moved, other, few),
        (count + moved, own, -few),
    ]
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    return sparse.csr_array((value, (row, column)), shape=(2 * count, 2 * clubs + 3 * divisions))


def _solved(curve: Numbers, slope: Numbers) -> Numbers:
    return np.asarray(np.linalg.solve(curve, -slope), dtype=np.float64)


def _improved(problem: _Problem, values: Numbers, step: Numbers, loss: float) -> tuple[Numbers, float, float]:
    """Return values, loss and step length after the longest of 1, 1/2, 1/4, ... that does not lose."""
    length = 1.0
    for _ in range(_HALVINGS):
        moved = values + length * step
        new = problem.loss(moved)
        if new <= loss + 1e-9 * (1 + abs(loss)):
            return moved, new, length
        length /= 2
    raise NotConverged("dixon_coles", "no step along Newton's direction improves the likelihood")
