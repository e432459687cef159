"""The search spaces: the bounds within which hyper-parameters are looked for, from `search_spaces.csv`.

A family without a row there has nothing to tune. Bounds are wide enough to hold what seasons of the real feed
preferred and narrow enough that every point in them can be fitted on a small archive.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Bounds:
    """The least and the largest value of a parameter, both allowed; `is_log`: looked for on a log scale."""

    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False

    def suggested(self, trial: Any, name: str) -> float:
        """Draw a value of the parameter `name` from an Optuna trial."""
        if self.is_whole:
            return int(trial.suggest_int(name, int(self.low), int(self.high), log=self.is_log))
        return float(trial.suggest_float(name, self.low, self.high, log=self.is_log))


SearchSpace = Mapping[str, Bounds]
"""Bounds by the name of the parameter."""


@cache
def search_spaces() -> Mapping[str, SearchSpace]:
    """Return the search space of every family that has one, parameters in the order of the file.

    >>> search_spaces()["elo_logit"]
    {'memory_years': Bounds(low=2.0, high=20.0, is_log=True, is_whole=False)}
    """
    text = files("pipeline.models").joinpath("search_spaces.csv").read_text(encoding="utf-8")
    spaces: dict[str, dict[str, Bounds]] = {}
    for row in csv.DictReader(text.splitlines()):
        bounds = Bounds(
            float(row["low"]), float(row["high"]), row["scale"] == "log", row["numbers"] == "whole"
        )
        spaces.setdefault(row["family"], {})[row["parameter"]] = bounds
    return spaces


def suggested(space: SearchSpace, trial: Any) -> dict[str, Any]:
    """Draw a value of every parameter of a space from an Optuna trial."""
    return {name: bounds.suggested(trial, name) for name, bounds in space.items()}
