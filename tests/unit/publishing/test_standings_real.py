"""Final tables of real seasons, made from the mirror, against the public records of the leagues."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.season import Season
from pipeline.publishing.standings import deductions_of_nobody, league_standings

pytestmark = pytest.mark.real

DIVISIONS = divisions_of("football_data")
LATER = date(2026, 10, 8)


def matches_of(mirror: Path, code: str, season: int) -> pd.DataFrame:
    path = mirror / "mmz4281" / Season(season).feed_code() / f"{code}.csv"
    columns = {"HomeTeam": "home", "AwayTeam": "away", "FTHG": "home_goals", "FTAG": "away_goals"}
    table = pd.read_csv(path, usecols=["Date", *columns], encoding="cp1252").dropna(subset=["FTHG"])
    table = table.rename(columns=columns).astype({"home_goals": "int64", "away_goals": "int64"})
    return table.assign(
        division=code,
        season=season,
        match_id=[f"{number:04}" for number in range(len(table))],
        kick_off_at=pd.to_datetime(table["Date"], dayfirst=True, format="mixed", utc=True),
        home_id=table["home"],
        away_id=table["away"],
    )


def final_table(mirror: Path, code: str, season: int) -> list[tuple[str, int]]:
    table = league_standings(matches_of(mirror, code, season), DIVISIONS, on=LATER)
    return list(zip(table["club"], table["points"], strict=True))


@pytest.mark.parametrize(
    ("code", "season", "place", "expected"),
    [
        # level on points, decided by the meetings, and by the difference after even meetings
        ("SP1", 2006, 1, [("Real Madrid", 76), ("Barcelona", 76)]),
        ("T1", 2020, 1, [("Besiktas", 84), ("Galatasaray", 84)]),
        # the seventh has more points than the fifth, from the other half
        ("SC0", 2021, 5, [("Motherwell", 46), ("Ross County", 41), ("Livingston", 49), ("Hibernian", 45)]),
        # halved points before the play-offs
        ("B1", 2023, 1, [("Club Brugge", 50), ("St. Gilloise", 49)]),
        # points taken away
        ("E0", 1996, 19, [("Middlesbrough", 39), ("Nott'm Forest", 34)]),
        ("E0", 2009, 20, [("Portsmouth", 19)]),
        ("E0", 2023, 15, [("Everton", 40), ("Brentford", 39), ("Nott'm Forest", 32)]),
        ("E1", 2021, 23, [("Derby", 34)]),
        ("E2", 2007, 5, [("Leeds", 76)]),
        ("E3", 2008, 24, [("Luton", 26)]),
        ("SC0", 2011, 2, [("Rangers", 73)]),
        ("I1", 2006, 4, [("Milan", 61)]),
        ("I1", 2022, 7, [("Juventus", 62)]),
        ("N1", 2023, 18, [("Vitesse", 6)]),
        # a win was worth two points
        ("D1", 1994, 1, [("Dortmund", 49), ("Werder Bremen", 48)]),
    ],
)
def test_final_tables_are_those_of_the_public_record(
    mirror: Path, code: str, season: int, place: int, expected: list[tuple[str, int]]
) -> None:
    assert final_table(mirror, code, season)[place - 1 :][: len(expected)] == expected


def test_every_deduction_names_a_club_of_its_season(mirror: Path) -> None:
    played = {(code, each.season) for code, division in DIVISIONS.items() for each in division.deductions}
    matches = pd.concat([matches_of(mirror, code, season) for code, season in sorted(played)])
    assert deductions_of_nobody(matches, DIVISIONS) == []
