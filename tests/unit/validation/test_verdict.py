"""The verdict: what is set aside, what it costs, and what the document says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ContractError
from pipeline.domain.tables import check_columns
from pipeline.validation.frames import ArchiveFrames
from pipeline.validation.verdict import Verdict, validate
from tests.unit.validation.archive_builders import (
    CUT_OFF_AT,
    a_sound_archive,
    no_entries,
    two_divisions,
    typed,
)


def verdict_on(frames: ArchiveFrames, quarantine: pd.DataFrame | None = None, **options: Any) -> Verdict:
    entries = no_entries() if quarantine is None else quarantine
    settings = {"divisions": two_divisions(), "cut_off_at": CUT_OFF_AT} | options
    return validate(frames.matches, frames.fixtures, frames.quotes, entries, **settings)


def entry(**values: Any) -> dict[str, Any]:
    row = {
        "source_file": "E1-2024.csv",
        "source_row": 500,
        "column": "FTHG",
        "value": "x",
        "reason": "no number",
    }
    return {**row, "scope": "row", "division": "E1", **values}


def test_a_sound_archive_is_accepted_unchanged() -> None:
    frames = a_sound_archive()
    verdict = verdict_on(frames)
    pd.testing.assert_frame_equal(verdict.matches, frames.matches)
    pd.testing.assert_frame_equal(verdict.fixtures, frames.fixtures)
    pd.testing.assert_frame_equal(verdict.quotes, frames.quotes)
    assert verdict.quarantine.empty
    assert verdict.withheld() == {}


def test_a_bad_row_is_set_aside_with_its_prices_and_an_entry() -> None:
    frames = a_sound_archive()
    frames.matches.loc[3, "home_goals"] = 30
    verdict = verdict_on(frames)
    lost = frames.matches.loc[3, "match_id"]
    assert lost not in set(verdict.matches["match_id"]) | set(verdict.quotes["match_id"])
    assert len(verdict.matches) == len(frames.matches) - 1
    entries = verdict.quarantine.to_dict("records")
    assert {(each["source_file"], each["source_row"], each["scope"]) for each in entries} == {
        ("E1-2024.csv", 5, "row")
    }
    assert ("home_goals", "30", "goals outside 0 to 20") in {
        (each["column"], each["value"], each["reason"]) for each in entries
    }


def test_a_bad_price_costs_the_book_and_timing_and_keeps_the_match() -> None:
    frames = a_sound_archive()
    frames.quotes.loc[3, "max_early_draw"] = 0.0
    verdict = verdict_on(frames)
    row = verdict.quotes.loc[3]
    assert np.isnan([row["max_early_home"], row["max_early_draw"], row["max_early_away"]]).all()
    assert row["avg_early_home"] == 2.1
    assert len(verdict.matches) == len(frames.matches)
    assert verdict.quarantine[["column", "value", "scope"]].to_numpy().tolist() == [
        ["max_early", "2.2/0/3.8", "cell"]
    ]
    assert verdict.quarantine["source_row"].tolist() == [frames.matches.loc[3, "source_row"]]


def test_an_average_that_is_no_market_costs_every_price_of_that_timing() -> None:
    frames = a_sound_archive()
    frames.quotes.loc[3, ["avg_early_home", "avg_early_draw", "avg_early_away"]] = 1.11
    row = verdict_on(frames).quotes.loc[3]
    assert np.isnan(row["max_early_home"])
    assert row["avg_close_home"] == 2.0


def test_an_exact_repeat_keeps_the_first_row() -> None:
    frames = a_sound_archive()
    again = frames.matches.iloc[[3]].assign(match_id="E1-2024-again-2", source_row=900)
    matches = pd.concat([frames.matches, again], ignore_index=True)
    verdict = verdict_on(ArchiveFrames(matches, frames.fixtures, frames.quotes))
    assert verdict.matches["match_id"].tolist() == frames.matches["match_id"].tolist()


def test_two_results_of_one_club_on_one_day_are_both_set_aside() -> None:
    frames = a_sound_archive()
    other = frames.matches.iloc[[3]].assign(match_id="E1-2024-again-2", home_goals=0, away_goals=5, outcome=2)
    matches = pd.concat([frames.matches, other], ignore_index=True)
    verdict = verdict_on(ArchiveFrames(matches, frames.fixtures, frames.quotes))
    assert frames.matches.loc[3, "match_id"] not in set(verdict.matches["match_id"])


def test_a_division_with_more_than_a_twentieth_of_bad_rows_is_withheld_and_the_other_publishes() -> None:
    frames = a_sound_archive()
    frames.matches.loc[0:4, "away_goals"] = 40
    verdict = verdict_on(frames)
    assert verdict.withheld() == {"E1": "season 2024: 5 of 90 rows set aside (5.6%)"}
    assert set(verdict.matches["division"]) == set(verdict.fixtures["division"]) == {"DO1"}
    assert set(verdict.quotes["match_id"].str[:3]) == {"DO1"}
    assert verdict.document["divisions"]["E1"]["state"] == "withheld"
    assert verdict.document["divisions"]["DO1"]["state"] == "accepted"


def test_a_twentieth_of_bad_rows_or_less_costs_the_rows_only() -> None:
    frames = a_sound_archive()
    frames.matches.loc[0:3, "away_goals"] = 40
    assert verdict_on(frames).withheld() == {}


def test_rows_the_reader_refused_count_towards_withholding() -> None:
    unread = typed("quarantine", [entry(source_row=row) for row in range(500, 506)])
    assert verdict_on(a_sound_archive(), unread).withheld() == {
        "E1": "season 2024: 6 of 96 rows set aside (6.2%)"
    }


def test_cells_the_reader_refused_do_not_count_towards_withholding() -> None:
    unread = typed("quarantine", [entry(source_row=row, scope="cell") for row in range(500, 506)])
    assert verdict_on(a_sound_archive(), unread).withheld() == {}


def test_a_blocking_check_withholds_the_division() -> None:
    frames = a_sound_archive()
    is_summer = frames.matches["division"].eq("DO1")
    frames.matches.loc[is_summer, "home_goals"] = 9
    frames.matches.loc[is_summer, "away_goals"] = 0
    frames.matches.loc[is_summer, "outcome"] = 0
    reason = verdict_on(frames).withheld()["DO1"]
    assert "season 2025: the mean number of goals a match is not football's (9)" in reason


def test_a_warning_changes_no_frame() -> None:
    frames = a_sound_archive()
    frames.matches.loc[3, "home_shots_on_target"] = 99.0
    verdict = verdict_on(frames)
    pd.testing.assert_frame_equal(verdict.matches, frames.matches)
    counts = {
        each["name"]: each["failed_count"] for each in verdict.document["suites"]["matches"]["expectations"]
    }
    assert counts["home shots on target are shots"] == 1
    assert verdict.document["suites"]["matches"]["is_met"] is True


def test_the_readers_entries_are_kept() -> None:
    unread = typed("quarantine", [entry()])
    assert verdict_on(a_sound_archive(), unread).quarantine.to_dict("records") == [entry()]


def test_the_document_is_json_without_nan_and_the_same_twice() -> None:
    frames = a_sound_archive()
    frames.matches.loc[3, "home_goals"] = 30
    texts = {json.dumps(verdict_on(frames).document, allow_nan=False) for _ in range(2)}
    assert len(texts) == 1


def test_the_frames_keep_their_contracts() -> None:
    frames = a_sound_archive()
    frames.matches.loc[3, "home_goals"] = 30
    verdict = verdict_on(frames)
    for table in ("matches", "fixtures", "quotes", "quarantine"):
        check_columns(table, {name: str(dtype) for name, dtype in getattr(verdict, table).dtypes.items()})


def test_an_empty_archive_has_no_data_and_no_fault() -> None:
    empty = ArchiveFrames(typed("matches", []), typed("fixtures", []), typed("quotes", []))
    verdict = verdict_on(empty)
    states = {code: each["state"] for code, each in verdict.document["divisions"].items()}
    assert states == {"E1": "no_data", "DO1": "no_data"}
    assert verdict.withheld() == {}


def test_a_frame_without_its_columns_is_our_fault() -> None:
    frames = a_sound_archive()
    with pytest.raises(ContractError, match="misses outcome"):
        verdict_on(ArchiveFrames(frames.matches.drop(columns="outcome"), frames.fixtures, frames.quotes))


def test_a_stale_division_keeps_its_matches() -> None:
    frames = a_sound_archive()
    verdict = verdict_on(frames, cut_off_at=CUT_OFF_AT + timedelta(days=60))
    assert verdict.withheld() == {
        "E1": "no result since 17 March 2026 (63 days)",
        "DO1": "no result since 17 August 2025 (275 days)",
    }
    assert len(verdict.matches) == len(frames.matches)


def test_hostile_text_is_only_ever_a_value() -> None:
    frames = a_sound_archive()
    frames.fixtures.loc[0, "home"] = "=cmd()|'/c calc'!A0" + "<script>" * 60
    frames.fixtures.loc[0, "status"] = "<script>" * 60
    verdict = verdict_on(frames)
    assert len(verdict.fixtures) == len(frames.fixtures) - 1
    assert verdict.quarantine["value"].str.len().max() == 200
