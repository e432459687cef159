"""Every check of the suites file: the sound archive passes it, and an archive broken on purpose fails it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.validation.checks import Check, all_checks, rules
from pipeline.validation.earlier import Earlier, coverage_frame
from pipeline.validation.engine import Finding, run_checks
from pipeline.validation.frames import ArchiveFrames
from pipeline.validation.prepare import suite_frames
from tests.unit.validation.archive_builders import CUT_OFF_AT, a_sound_archive, two_divisions

Break = Callable[[ArchiveFrames], None]


def cell(table: str, row: int, **values: Any) -> Break:
    """Break an archive by writing these values into one row."""

    def change(frames: ArchiveFrames) -> None:
        for column, value in values.items():
            frames.table(table).loc[row, column] = value

    return change


def every(table: str, **values: Any) -> Break:
    """Break an archive by writing these values into all rows."""

    def change(frames: ArchiveFrames) -> None:
        for column, value in values.items():
            frames.table(table)[column] = value

    return change


def repeated(table: str, row: int, **values: Any) -> Break:
    """Break an archive by writing a copy of one row over the next, changed by these values."""

    def change(frames: ArchiveFrames) -> None:
        rows = frames.table(table)
        for column in rows.columns:
            rows.loc[row + 1, column] = values.get(column, rows.loc[row, column])

    return change


def crowded(frames: ArchiveFrames) -> None:
    clubs = [f"england.club-{number}" for number in range(len(frames.matches))]
    frames.matches["home_id"] = pd.Series(clubs, dtype="str")


BREAKS: dict[tuple[str, str], Break] = {
    ("matches", "a match is listed once"): repeated("matches", 3),
    ("matches", "a match is not repeated"): repeated("matches", 3, match_id="E1-2024-x-y-2"),
    ("matches", "a club is at home once a day"): repeated(
        "matches", 3, match_id="E1-2024-x-y-2", home_goals=9
    ),
    ("matches", "the division is known"): cell("matches", 3, division="E9"),
    ("matches", "the clubs have names"): cell("matches", 3, away="  "),
    ("matches", "the clubs differ"): cell("matches", 0, away_id="england.e1-club-a"),
    ("matches", "home goals are plausible"): cell("matches", 3, home_goals=21),
    ("matches", "away goals are plausible"): cell("matches", 3, away_goals=-1),
    ("matches", "the outcome agrees with the goals"): cell("matches", 1, outcome=0),
    ("matches", "the kick-off is known"): cell("matches", 3, kick_off_at=pd.NaT),
    ("matches", "the precision of the kick-off is known"): cell("matches", 3, kick_off_precision="noon"),
    ("matches", "a winter season's match lies in its season"): cell("matches", 3, season=2021),
    ("matches", "a summer season's match lies in its season"): cell("matches", 120, season=2023),
    ("matches", "a result is not from the future"): cell(
        "matches", 3, kick_off_at=CUT_OFF_AT + timedelta(hours=1)
    ),
    ("matches", "home shots on target are shots"): cell("matches", 3, home_shots_on_target=99.0),
    ("matches", "away shots on target are shots"): cell("matches", 3, away_shots_on_target=99.0),
    ("matches", "home goals at half time are among the goals"): cell("matches", 3, half_time_home_goals=9.0),
    ("matches", "away goals at half time are among the goals"): cell("matches", 3, half_time_away_goals=9.0),
    ("fixtures", "a fixture is listed once"): repeated("fixtures", 0),
    ("fixtures", "a fixture is not played yet"): cell(
        "fixtures", 0, match_id="E1-2024-e1-club-a--e1-club-b-1"
    ),
    ("fixtures", "the division is known"): cell("fixtures", 0, division="=cmd()"),
    ("fixtures", "the clubs have names"): cell("fixtures", 0, home=""),
    ("fixtures", "the clubs differ"): every("fixtures", home_id="england.a", away_id="england.a"),
    ("fixtures", "the kick-off is known"): cell("fixtures", 0, kick_off_at=pd.NaT),
    ("fixtures", "the precision of the kick-off is known"): cell("fixtures", 0, kick_off_precision=""),
    ("fixtures", "the status is known"): cell("fixtures", 0, status="abandoned"),
    ("fixtures", "a winter season's fixture lies in its season"): cell("fixtures", 0, season=2016),
    ("fixtures", "a summer season's fixture lies in its season"): cell(
        "fixtures", 0, division="DO1", season=2016
    ),
    ("quotes", "a match has one row of prices"): repeated("quotes", 3),
    ("quotes", "the prices belong to a match"): cell("quotes", 3, match_id="E1-2024-x-y-1"),
    ("prices", "prices are above one"): cell("quotes", 3, max_early_home=1.0),
    ("prices", "prices are finite"): cell("quotes", 3, max_early_home=np.inf),
    ("prices", "the prices of a book are a market"): cell("quotes", 3, b365_early_over25=1.1),
    ("exchanges", "the prices of an exchange have buyers"): cell("quotes", 3, bfe_early_home=1.2),
    ("exchanges", "the prices of an exchange follow the market"): cell(
        "quotes", 3, bfe_early_home=8.0, bfe_early_draw=3.4, bfe_early_away=1.7
    ),
    ("quotes", "the early market average is a market"): cell("quotes", 3, avg_early_home=1.2),
    ("quotes", "the closing market average is a market"): cell("quotes", 3, avg_close_home=4.0),
    ("quotes", "the early average of total goals is a market"): cell("quotes", 3, avg_early_over25=21.45),
    ("quotes", "the closing average of total goals is a market"): cell("quotes", 3, avg_close_under25=1.2),
    ("quotes", "the early average of the handicap is a market"): cell(
        "quotes", 3, avg_early_handicap_away=4.3
    ),
    ("quotes", "the closing average of the handicap is a market"): cell(
        "quotes", 3, avg_close_handicap_home=1.1
    ),
    ("quotes", "the early handicap is a handicap"): cell("quotes", 3, avg_early_handicap_line=-225.0),
    ("quotes", "the closing handicap is a handicap"): cell("quotes", 3, avg_close_handicap_line=12.5),
    ("quotes", "early prices are not from the future"): cell(
        "quotes", 3, early_at=CUT_OFF_AT + timedelta(minutes=1)
    ),
    ("quotes", "a fixture has no closing price"): every("quotes", avg_close_home=2.0),
    ("quotes", "the early market average is complete"): cell("quotes", 3, avg_early_draw=np.nan),
    ("quotes", "the best early price is not below the average"): cell("quotes", 3, max_early_home=1.9),
    ("seasons", "a season has a league's number of clubs"): crowded,
    ("seasons", "a season's goals are football's"): every("matches", home_goals=11),
    ("seasons", "a season's home wins are football's"): every("matches", outcome=0),
    ("seasons", "a season's draws are football's"): every("matches", outcome=1),
    ("seasons", "a season has early prices"): every("quotes", avg_early_home=np.nan),
    ("seasons", "a season has all its pairings"): every("matches", away_id="england.e1-club-a"),
    ("seasons", "a season has the matches of its format"): cell("matches", 3, season=2023),
}
COVERAGES: dict[str, tuple[int, int, list[str]]] = {
    "every row read is accounted for": (0, 1, []),
    "no results are lost since the last run": (1, 0, []),
    "the feed takes no results back": (1, 0, ["E1-2024.csv"]),
}
"""By check of the suite `coverage`: results gone since the last run, rows lost in reading, files edited."""


def coverage_of(gone: int, lost: int, edited: list[str]) -> pd.DataFrame:
    archive, none = a_sound_archive(), pd.DataFrame({"division": ["E1"], "season": [2024]}).iloc[:0]
    earlier = Earlier(archive, {}, frozenset(edited))
    read = pd.DataFrame({"division": ["E1"], "season": [2024], "lost_count": [lost]})
    return coverage_frame(archive.matches.iloc[gone:], none, earlier, read, rules())


def frames_to_check(frames: ArchiveFrames) -> dict[str, pd.DataFrame]:
    suites = suite_frames(frames, two_divisions(), cut_off_at=CUT_OFF_AT, exchanges=rules().exchanges)
    return suites | {"coverage": coverage_of(0, 0, [])}


def name_of(check: Check) -> str:
    return f"{check.suite}: {check.name}"


@pytest.fixture(scope="module")
def sound_findings() -> list[Finding]:
    return run_checks(frames_to_check(a_sound_archive()), all_checks())


def test_every_check_has_a_table_that_must_fail() -> None:
    broken = set(BREAKS) | {("coverage", name) for name in COVERAGES}
    assert broken == {(check.suite, check.name) for check in all_checks()}


@pytest.mark.parametrize("check", all_checks(), ids=name_of)
def test_the_sound_archive_passes(check: Check, sound_findings: list[Finding]) -> None:
    own = [each for each in sound_findings if each.check is check]
    assert own
    assert all(each.is_met and not len(each.rows) and each.checked_count > 0 for each in own)


@pytest.mark.parametrize("name", COVERAGES)
def test_a_season_that_shrank_fails_its_check_and_no_other(name: str) -> None:
    checks = [check for check in all_checks() if check.suite == "coverage"]
    findings = run_checks({"coverage": coverage_of(*COVERAGES[name])}, checks)
    assert [each.check.name for each in findings if not each.is_met] == [name]
    assert all(len(each.rows) == 1 for each in findings if not each.is_met)


@pytest.mark.parametrize("check", [each for each in all_checks() if each.suite != "coverage"], ids=name_of)
def test_the_broken_archive_fails_and_the_row_is_named(check: Check) -> None:
    frames = a_sound_archive()
    BREAKS[check.suite, check.name](frames)
    checked = frames_to_check(frames)[check.suite]
    findings = run_checks({check.suite: checked}, [check])
    failed = [each for each in findings if not each.is_met]
    assert failed
    assert all(len(each.rows) for each in failed)
