"""The public baseline of goals: Dixon and Coles (1997) with decaying weights, penalised, recalibrated.

For each country one fit of attack, defence, division levels, home advantages and rho (see `goal_fit`) on the
matches of the last years, weights halved every `half_life_days`; outcomes come from the score grid by a
multinomial logit that was fitted on forecasts of past half-years by fits that had not seen them.

It reads clubs, goals and dates alone. A club without a match in that time takes the strength of its
division's clubs less what newcomers lack; a division without one takes its country's mean, or the mean of all
countries. So every row has an answer, and strengths are as old as the last fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.models.base import DAYS_A_YEAR, Numbers, known_params, played_rows, unfitted
from pipeline.models.goal_fit import Penalty, Results, Strengths, fit_strengths
from pipeline.models.grid import outcome_shares
from pipeline.models.logit import fit_logit, logit_shares

FAMILY = "dixon_coles"
DEFAULTS = {"half_life_days": 450.0, "strength_penalty": 8.0, "newcomer_loses": 0.06}
"""Chosen on the log loss of 2016/17 to 2019/20 of the real feed; the optimum is flat."""
WINDOW_HALF_LIVES = 4.0
"""Older matches weigh less than a sixteenth and are left out."""
CALIBRATION_BLOCKS = 4
BLOCK_DAYS = DAYS_A_YEAR / 2
LEAST_MATCHES = 30
_RIDGE = np.array([0.0, 1.0, 1.0])


class DixonColes:
    """Strengths of clubs, score grid, recalibration."""

    family = FAMILY

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.params: dict[str, float] = known_params(self.family, params, DEFAULTS)
        self.clubs: dict[str, tuple[float, float]] = {}
        self.divisions: dict[str, tuple[float, float, float, float]] = {}
        self.calibration: Numbers | None = None

    def fit(self, features: pd.DataFrame) -> Self:
        """Fit the calibration on past half-years, then the strengths on everything played."""
        played = played_rows(self.family, features, LEAST_MATCHES)
        parts = [self._past_ratios(played, number) for number in range(1, CALIBRATION_BLOCKS + 1)]
        ratios = np.concatenate([part[0] for part in parts])
        outcomes = np.concatenate([part[1] for part in parts])
        self._fit_strengths(played)
        if len(outcomes) < LEAST_MATCHES or len(np.unique(outcomes)) < 3:  # an archive of a season or less
            ratios, outcomes = self._ratios(played), played["outcome"].to_numpy("float64")
        self.calibration = fit_logit(_with_one(ratios), outcomes, np.ones(len(outcomes)), _RIDGE)
        return self

    def forecast(self, features: pd.DataFrame) -> Numbers:
        """Return the recalibrated outcomes of every row."""
        if self.calibration is None:
            raise unfitted(self.family)
        return logit_shares(_with_one(self._ratios(features)), self.calibration)

    def expected_goals(self, features: pd.DataFrame) -> tuple[Numbers, Numbers, Numbers]:
        """Return (n,) expected home and away goals and rho of every row. Raises NotFitted."""
        if not self.divisions:
            raise unfitted(self.family)
        level, advantage, newcomer, rho = self._of_divisions(features["division"]).T
        unknown = newcomer - self.params["newcomer_loses"]
        home_attack, home_defence = self._of_clubs(features["home_id"], unknown)
        away_attack, away_defence = self._of_clubs(features["away_id"], unknown)
        home = np.exp(level + advantage + home_attack - away_defence)
        away = np.exp(level + away_attack - home_defence)
        return home, away, rho

    def state(self) -> dict[str, Any]:
        """Return strengths, division numbers and the calibration."""
        if self.calibration is None:
            raise unfitted(self.family)
        return {
            "family": self.family,
            "params": self.params,
            "clubs": {name: list(pair) for name, pair in self.clubs.items()},
            "divisions": {code: list(numbers) for code, numbers in self.divisions.items()},
            "calibration": self.calibration.tolist(),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Return the forecaster of a state."""
        forecaster = cls(state["params"])
        forecaster.clubs = {name: (pair[0], pair[1]) for name, pair in state["clubs"].items()}
        forecaster.divisions = {
            code: (each[0], each[1], each[2], each[3]) for code, each in state["divisions"].items()
        }
        forecaster.calibration = np.array(state["calibration"], dtype=np.float64)
        return forecaster

    def _past_ratios(self, played: pd.DataFrame, number: int) -> tuple[Numbers, Numbers]:
        """Forecast the half-year that ended `number` - 1 half-years before the last match, from its past."""
        end = played["kick_off_at"].max() - pd.Timedelta(days=(number - 1) * BLOCK_DAYS)
        start = end - pd.Timedelta(days=BLOCK_DAYS)
        day = played["kick_off_at"]
        block, past = played[(day > start) & (day <= end)], played[day <= start]
        if len(past) < LEAST_MATCHES or block.empty:
            return np.zeros((0, 2)), np.zeros(0)
        earlier = type(self)(self.params)
        earlier._fit_strengths(past)
        return earlier._ratios(block), block["outcome"].to_numpy("float64")

    def _fit_strengths(self, played: pd.DataFrame) -> None:
        half_life = self.params["half_life_days"]
        end = played["kick_off_at"].max()
        recent = played[played["kick_off_at"] > end - pd.Timedelta(days=WINDOW_HALF_LIVES * half_life)]
        penalty = Penalty(self.params["strength_penalty"], division=1, home_advantage=50, level=1, rho=50)
        self.clubs, self.divisions = {}, {}
        for _, part in recent.groupby("country", sort=True):
            clubs, divisions = _names(part)
            fitted = fit_strengths(_results(part, clubs, divisions, end, half_life), penalty)
            self._keep(fitted, clubs, divisions)

    def _keep(self, fitted: Strengths, clubs: pd.Index, divisions: pd.Index) -> None:
        pairs = zip(fitted.attack.tolist(), fitted.defence.tolist(), strict=True)
        self.clubs.update(zip(clubs, pairs, strict=True))
        numbers = np.stack([fitted.level, fitted.home_advantage, fitted.newcomer], axis=1).tolist()
        self.divisions.update(
            {code: (*each, fitted.rho) for code, each in zip(divisions, numbers, strict=True)}
        )

    def _ratios(self, features: pd.DataFrame) -> Numbers:
        """Return (n, 2) logs of home over draw and away over draw in the grid."""
        shares = outcome_shares(*self.expected_goals(features))
        ratios: Numbers = np.log(shares[:, [0, 2]] / shares[:, [1]])
        return ratios

    def _of_divisions(self, codes: pd.Series) -> Numbers:
        mean = tuple(np.mean(list(self.divisions.values()), axis=0).tolist())
        rows = [self.divisions.get(code, mean) for code in codes]
        return np.array(rows, dtype=np.float64).reshape(-1, 4)

    def _of_clubs(self, names: pd.Series, unknown: Numbers) -> tuple[Numbers, Numbers]:
        pairs = [self.clubs.get(name, (each, each)) for name, each in zip(names, unknown, strict=True)]
        strengths = np.array(pairs, dtype=np.float64).reshape(-1, 2)
        return strengths[:, 0], strengths[:, 1]


def decay(age_days: Numbers, half_life_days: float) -> Numbers:
    """Return the weight exp(-xi t) of a match t days old (Dixon and Coles 1997, section 4.4).

    Their xi, in units of half weeks, is log 2 / half_life_days * 3.5; they found 0.0065, a half-life of 373
    days.

    >>> decay(np.array([0.0, 373.2]), 373.2).round(3)
    array([1. , 0.5])
    """
    weights: Numbers = np.exp(-np.log(2) / half_life_days * age_days)
    return weights


def _names(part: pd.DataFrame) -> tuple[pd.Index, pd.Index]:
    clubs = sorted(set(part["home_id"]) | set(part["away_id"]))
    return pd.Index(clubs), pd.Index(sorted(set(part["division"])))


def _results(
    part: pd.DataFrame, clubs: pd.Index, divisions: pd.Index, end: pd.Timestamp, half_life: float
) -> Results:
    age = (end - part["kick_off_at"]).dt.total_seconds().to_numpy(dtype="float64") / 86400
    home, away = clubs.get_indexer(pd.Index(part["home_id"])), clubs.get_indexer(pd.Index(part["away_id"]))
    division = divisions.get_indexer(pd.Index(part["division"]))
    at_home = np.zeros(len(clubs), dtype=np.int64)
    order = np.argsort(-age, kind="stable")  # the last match decides, so it is written last
    for place in order:
        at_home[home[place]] = at_home[away[place]] = division[place]
    return Results(
        home.astype(np.int64),
        away.astype(np.int64),
        division.astype(np.int64),
        part["home_goals"].to_numpy("float64"),
        part["away_goals"].to_numpy("float64"),
        decay(age, half_life),
        at_home,
    )


def _with_one(ratios: Numbers) -> Numbers:
    design: Numbers = np.column_stack([np.ones(len(ratios)), ratios])
    return design
