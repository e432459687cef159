"""The extra leagues: one file a country with all its seasons, and one list of fixtures for all of them.

Their lines name a country and a league where the main files name a division; `leagues.csv` says which it is.
A league that is not there belongs to no division, so its lines go to quarantine. The history has closing
prices only, which files before 2021 name as if they were early ones; nothing early is ever made of them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.sources.base import FeedFile

FIXTURES = "new_league_fixtures.csv"
_FOLDER = "new/"
_LABEL = re.compile(r"(\d{4})(?:/(\d{4}))?", re.ASCII)


def is_extra(file: FeedFile) -> bool:
    """Tell whether a file is one of the extra leagues, which have columns of their own."""
    return file.path.startswith(_FOLDER) or file.path == FIXTURES


def extra_codes() -> frozenset[str]:
    """Return the codes of the divisions that come in files of the extra leagues."""
    return frozenset(leagues().values())


@cache
def leagues() -> dict[tuple[str, str], str]:
    """Return the division of each country and league.

    >>> leagues()["Japan", "J1 League"]
    'JPN'
    """
    text = files("pipeline.sources.football_data").joinpath("leagues.csv").read_text(encoding="utf-8")
    return {(row["country"], row["league"]): row["division"] for row in csv.DictReader(text.splitlines())}


def with_divisions(texts: pd.DataFrame) -> pd.DataFrame:
    """Fill `division` from `country` and `league`; empty where the league is of no division."""
    pairs = zip(texts["country"], texts["league"], strict=True)
    return texts.assign(division=[leagues().get(pair, "") for pair in pairs])


def foreign_countries(
    countries: Sequence[str], file: FeedFile, divisions: Mapping[str, Division]
) -> list[str]:
    """Return the countries other than the file's own that a column of countries holds."""
    known = {country for country, _ in leagues()}
    return sorted((set(countries) & known) - {divisions[file.division].country})


def starting_year(label: str) -> int | None:
    """Read the name of a season: two consecutive years, or one.

    >>> starting_year("2012/2013"), starting_year("2012"), starting_year("2012/2014"), starting_year("12/13")
    (2012, 2012, None, None)
    """
    found = _LABEL.fullmatch(label)
    if not found or (found[2] and int(found[2]) != int(found[1]) + 1):
        return None
    return int(found[1])


def starting_years(labels: Sequence[str]) -> npt.NDArray[np.float64]:
    """Read a column of season names, each spelling once; what can not be read is NaN."""
    known = {label: starting_year(label) for label in dict.fromkeys(labels)}
    return np.array([known[label] for label in labels], dtype="float64")
