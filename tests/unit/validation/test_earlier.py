"""What the last finished run had: a season that shrank withholds its division, which keeps its last rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from pipeline.validation.earlier import Earlier
from pipeline.validation.frames import ArchiveFrames
from pipeline.validation.verdict import Verdict, validate
from tests.unit.validation.archive_builders import (
    CUT_OFF_AT,
    a_sound_archive,
    no_entries,
    two_divisions,
    typed,
)

YESTERDAY = "2026-03-19T12:00:00+00:00"


def an_earlier(**changes: Any) -> Earlier:
    return replace(Earlier(a_sound_archive(), {"E1": YESTERDAY, "DO1": YESTERDAY}), **changes)


def verdict_without(rows: range, earlier: Earlier | None, quarantine: pd.DataFrame | None = None) -> Verdict:
    """The verdict on the sound archive without some of E1's matches of 2024, which come first."""
    archive = a_sound_archive()
    matches = archive.matches.drop(index=list(rows))
    quotes = archive.quotes[~archive.quotes["match_id"].isin(archive.matches["match_id"].iloc[list(rows)])]
    entries = no_entries() if quarantine is None else quarantine
    return validate(
        matches, archive.fixtures, quotes, entries, two_divisions(), cut_off_at=CUT_OFF_AT, earlier=earlier
    )


def test_a_first_run_has_nothing_to_compare_with() -> None:
    assert verdict_without(range(10), None).withheld() == {}


def test_lost_results_withhold_the_division_and_name_the_season() -> None:
    assert verdict_without(range(2), an_earlier()).withheld() == {
        "E1": "season 2024: results of the last run are gone (2)"
    }


def test_a_withheld_division_keeps_its_last_accepted_rows_with_their_age() -> None:
    verdict = verdict_without(range(2), an_earlier())
    sound = a_sound_archive()
    assert sorted(verdict.matches["match_id"]) == sorted(sound.matches["match_id"])
    assert set(verdict.quotes["match_id"]) == set(sound.quotes["match_id"])
    assert verdict.document["divisions"]["E1"]["kept_from"] == YESTERDAY
    assert verdict.document["divisions"]["DO1"]["kept_from"] is None


def test_fixtures_kept_are_those_still_to_come() -> None:
    earlier = an_earlier()
    earlier.frames.fixtures.loc[0, "kick_off_at"] = CUT_OFF_AT - timedelta(hours=1)
    verdict = verdict_without(range(2), earlier)
    kept = verdict.fixtures[verdict.fixtures["division"].eq("E1")]
    assert kept["match_id"].tolist() == [earlier.frames.fixtures.loc[1, "match_id"]]


def test_a_few_results_fewer_in_an_edited_file_are_the_feeds_correction() -> None:
    verdict = verdict_without(range(3), an_earlier(edited_files=frozenset({"E1-2024.csv"})))
    assert verdict.withheld() == {}
    coverage = verdict.document["suites"]["coverage"]["expectations"]
    failed = [each for each in coverage if not each["is_met"]]
    assert [(each["severity"], each["divisions"]) for each in failed] == [("warning", {"E1": 1})]


def test_many_results_fewer_in_an_edited_file_are_a_loss() -> None:
    verdict = verdict_without(range(4), an_earlier(edited_files=frozenset({"E1-2024.csv"})))
    assert list(verdict.withheld()) == ["E1"]


def test_a_result_refused_with_a_reason_is_no_loss() -> None:
    entry = {
        "source_file": "E1-2024.csv",
        "source_row": 2,
        "column": "FTHG",
        "value": "x",
        "reason": "no number",
        "scope": "row",
        "division": "E1",
    }
    assert verdict_without(range(1), an_earlier(), typed("quarantine", [entry])).withheld() == {}


def test_a_count_known_to_be_right_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.validation import earlier as module

    monkeypatch.setattr(module, "known_counts", lambda: {("E1", 2024): 88})
    assert verdict_without(range(2), an_earlier()).withheld() == {}


def test_a_season_that_is_not_read_any_more_is_no_loss() -> None:
    assert verdict_without(range(90), an_earlier(first_season=2025)).withheld() == {}
    assert list(verdict_without(range(90), an_earlier(first_season=2024)).withheld()) == ["E1"]


def test_a_row_read_and_nowhere_found_withholds_its_division() -> None:
    archive = a_sound_archive()
    read = pd.DataFrame({"division": ["E1", "DO1"], "season": [2025, 2025], "lost_count": [1, 0]})
    verdict = validate(
        archive.matches,
        archive.fixtures,
        archive.quotes,
        no_entries(),
        two_divisions(),
        cut_off_at=CUT_OFF_AT,
        read_counts=read,
    )
    assert list(verdict.withheld()) == ["E1"]


def test_a_club_without_rows_before_is_kept_without_anything() -> None:
    nothing = ArchiveFrames(*(rows.iloc[:0] for rows in vars(a_sound_archive()).values()))
    verdict = verdict_without(range(0), Earlier(nothing, {}))
    assert verdict.withheld() == {}
    assert len(verdict.matches) == len(a_sound_archive().matches)
