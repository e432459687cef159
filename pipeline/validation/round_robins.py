"""How many matches a plain season has: every pair of clubs meets a fixed number of times.

Which seasons were plain stands in `round_robins.csv`, seasons that ended otherwise in `known_counts.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import pandas as pd

_NO_END = 9999


@cache
def known_counts() -> Mapping[tuple[str, int], int]:
    """Return the number of matches of the seasons that are known to have another than the round robin's."""
    return {(row["division"], int(row["season"])): int(row["matches_count"]) for row in _rows("known_counts")}


def missing_matches(seasons: pd.DataFrame) -> pd.Series:
    """Return how many matches each season lacks, below 0 where it has too many; missing where nobody can say.

    seasons: one row a division and season with `matches_count` and `clubs_count`.
    """
    expected = [
        _expected(str(division), int(season), int(clubs))
        for division, season, clubs in zip(
            seasons["division"], seasons["season"], seasons["clubs_count"], strict=True
        )
    ]
    return pd.Series(expected, index=seasons.index, dtype="float64") - seasons["matches_count"]


def _expected(division: str, season: int, clubs: int) -> float:
    if (division, season) in known_counts():
        return known_counts()[division, season]
    rounds = (number for first, last, number in _plain().get(division, ()) if first <= season <= last)
    return next((number * clubs * (clubs - 1) / 2 for number in rounds), float("nan"))


@cache
def _plain() -> Mapping[str, tuple[tuple[int, int, int], ...]]:
    spans: dict[str, tuple[tuple[int, int, int], ...]] = {}
    for row in _rows("round_robins"):
        span = (int(row["first_season"]), int(row["last_season"] or _NO_END), int(row["rounds"]))
        spans[row["division"]] = (*spans.get(row["division"], ()), span)
    return spans


def _rows(name: str) -> list[dict[str, str]]:
    text = files("pipeline.validation").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
