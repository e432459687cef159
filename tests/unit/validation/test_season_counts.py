"""How many matches a finished season must have: by its format, but for what is known to differ."""

from __future__ import annotations

import csv
from importlib.resources import files

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.validation.season_counts import known_counts, missing_matches

DIVISIONS = divisions_of("football_data")


def missing_of(division: str, season: int, clubs: int, count: int) -> float:
    row = {"division": division, "season": season, "clubs_count": clubs, "matches_count": count}
    (missing,) = missing_matches(pd.DataFrame([row]), DIVISIONS)
    return float(missing)


@pytest.mark.parametrize(
    ("division", "season", "clubs", "count", "missing"),
    [
        ("E0", 2003, 20, 380, 0),
        ("SC1", 2003, 10, 180, 0),
        ("E0", 2003, 20, 379, 1),
        ("SC1", 2020, 10, 135, 0),  # three rounds, by the rules of that season
        ("SC0", 2024, 12, 227, 1),
        ("B1", 2024, 16, 312, 0),
        ("FIN", 2014, 12, 198, 0),
    ],
)
def test_a_season_must_have_the_matches_of_its_format(
    division: str, season: int, clubs: int, count: int, missing: int
) -> None:
    assert missing_of(division, season, clubs, count) == missing


def test_a_season_known_to_differ_must_have_what_is_known() -> None:
    assert [missing_of("E2", 2019, 23, count) for count in (400, 399)] == [0, 1]


def test_where_a_file_lists_play_offs_as_well_only_matches_that_lack_count() -> None:
    assert [missing_of("NOR", 2023, 18, count) for count in (242, 240, 239)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("division", "season", "clubs"), [("USA", 2024, 29), ("SC0", 2024, 11), ("X9", 2024, 20)]
)
def test_where_no_format_tells_a_number_nothing_is_counted(division: str, season: int, clubs: int) -> None:
    assert pd.isna(missing_of(division, season, clubs, 300))


def test_no_season_is_known_that_its_format_already_tells() -> None:
    same = [
        key
        for key, count in known_counts().items()
        if DIVISIONS[key[0]].rules_of(key[1]).matches_count == count
    ]
    assert same == []


def test_every_known_exception_has_a_division_a_reason_and_stands_once() -> None:
    text = files("pipeline.validation").joinpath("known_counts.csv").read_text(encoding="utf-8")
    seen: list[tuple[str, int]] = []
    for row in csv.DictReader(text.splitlines()):
        first, last = int(row["first_season"]), int(row["last_season"] or 2100)
        assert row["division"] in DIVISIONS
        assert row["reason"]
        assert first == last or not row["matches_count"]
        seen += [(row["division"], season) for season in range(first, last + 1)]
    assert len(seen) == len(set(seen))
