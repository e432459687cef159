"""How many matches a finished season must have: what its format says, by the rules of the division.

Formats stand with the divisions, see `domain.rules`. `known_counts.csv` holds what no format can say and a
reader should know: seasons cut short or shrunk, matches a file lacks, and files that list further matches
beyond the season's, such as play-offs against clubs of another tier.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import pandas as pd

from pipeline.domain.division import Division

_NO_END = 9999


@cache
def known_counts() -> Mapping[tuple[str, int], int]:
    """Return the number of matches of the seasons that are known to have another than their format says."""
    counted = (row for row in _rows() if row["matches_count"])
    return {(row["division"], int(row["first_season"])): int(row["matches_count"]) for row in counted}


def missing_matches(seasons: pd.DataFrame, divisions: Mapping[str, Division]) -> pd.Series:
    """Return how many matches each season lacks, below 0 where it has too many; missing where nobody can say.

    seasons: one row a division and season with `matches_count` and `clubs_count`. Where a file lists further
    matches, only those that lack count, and the clubs are those the rules name.
    """
    names = ["division", "season", "clubs_count", "matches_count"]
    missing = [
        _missing(divisions[code], int(season), int(clubs), int(count)) if code in divisions else float("nan")
        for code, season, clubs, count in seasons[names].itertuples(index=False)
    ]
    return pd.Series(missing, index=seasons.index, dtype="float64")


def _missing(division: Division, season: int, clubs: int, count: int) -> float:
    known = known_counts().get((division.code, season))
    if known is not None:
        return float(known - count)
    rules, lists_more = division.rules_of(season), _lists_more(division.code, season)
    expected = rules.matches_count if lists_more else rules.season_format.matches_count(clubs)
    if expected is None:
        return float("nan")
    return float(max(expected - count, 0) if lists_more else expected - count)


def _lists_more(division: str, season: int) -> bool:
    return any(first <= season <= last for first, last in _with_more().get(division, ()))


@cache
def _with_more() -> Mapping[str, tuple[tuple[int, int], ...]]:
    spans: dict[str, tuple[tuple[int, int], ...]] = {}
    for row in _rows():
        if not row["matches_count"]:
            span = (int(row["first_season"]), int(row["last_season"] or _NO_END))
            spans[row["division"]] = (*spans.get(row["division"], ()), span)
    return spans


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files("pipeline.validation").joinpath("known_counts.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
