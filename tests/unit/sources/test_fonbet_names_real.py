"""Fonbet's table of names against the real feed's own clubs."""

from __future__ import annotations

import csv
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.sources.clubs import aliases_of
from pipeline.sources.football_data.leagues import extra_codes
from pipeline.sources.football_data.lines import decode

pytestmark = pytest.mark.real

DIVISIONS = divisions_of("football_data")


@pytest.fixture(scope="module")
def clubs(mirror: Path) -> dict[str, set[str]]:
    """Every club's name in the mirror by country, as the main feed's aliases spell it."""
    names: dict[str, set[str]] = defaultdict(set)
    for code, division in DIVISIONS.items():
        pattern = f"new/{code}.csv" if code in extra_codes() else f"mmz4281/*/{code}.csv"
        for path in sorted(mirror.glob(pattern)):
            names[division.country] |= _names_in(decode(path.read_bytes()), division.country)
    return names


def _names_in(text: str, country: str) -> set[str]:
    known, found = aliases_of("football_data", country), set()
    for row in csv.DictReader(text.splitlines()):
        for column in ("HomeTeam", "AwayTeam", "HT", "AT", "Home", "Away"):
            if name := " ".join((row.get(column) or "").split()):
                found.add(known.get(name, name))
    return found


def rows() -> list[dict[str, str]]:
    text = files("pipeline.sources.fonbet").joinpath("clubs.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_name_of_the_table_means_a_club_of_the_feed(clubs: dict[str, set[str]]) -> None:
    assert [row for row in rows() if row["club"] not in clubs[row["country"]]] == []


def test_no_name_of_the_table_is_the_feeds_own_name_of_another_club(clubs: dict[str, set[str]]) -> None:
    assert [row for row in rows() if row["name"] in clubs[row["country"]]] == []
