"""The verdict: what is set aside, what it costs, and what the document says."""

from __future__ import annotations

import json
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Case:
    """An archive with some faults, each in a row of its own, and the verdict on it."""

    frames: ArchiveFrames
    verdict: Verdict

    def match_id(self, row: int) -> str:
        return str(self.frames.matches.loc[row, "match_id"])

    def prices(self, row: int) -> pd.Series:
        quotes = self.verdict.quotes
        return quotes[quotes["match_id"].eq(self.match_id(row))].iloc[0]

    def entries(self, row: int) -> list[tuple[Any, ...]]:
        origin = self.frames.matches.loc[row, ["source_file", "source_row"]].tolist()
        entries = self.verdict.quarantine
        own = entries[entries["source_file"].eq(origin[0]) & entries["source_row"].eq(origin[1])]
        return list(
            own[["column", "value", "reason", "scope", "division"]].itertuples(index=False, name=None)
        )


BAD_GOALS, BAD_PRICE, BAD_MARKET, REPEATED, TWO_RESULTS, WARNED = 3, 10, 11, 120, 200, 20
BAD_TOTAL, BAD_HANDICAP, BAD_LINE, BAD_BOOK = 12, 13, 14, 15
EARLY_TOTAL = ["avg_early_over25", "avg_early_under25"]
EARLY_HANDICAP = ["avg_early_handicap_home", "avg_early_handicap_away"]


@pytest.fixture(scope="module")
def damaged() -> Case:
    frames = a_sound_archive()
    matches, quotes = frames.matches, frames.quotes
    matches.loc[BAD_GOALS, ["home_goals", "outcome"]] = [30, 0]
    matches.loc[WARNED, "home_shots_on_target"] = 99.0
    quotes.loc[BAD_PRICE, "max_early_draw"] = 0.0
    quotes.loc[BAD_MARKET, ["avg_early_home", "avg_early_draw", "avg_early_away"]] = 1.11
    quotes.loc[BAD_TOTAL, "avg_early_over25"] = 21.45
    quotes.loc[BAD_HANDICAP, "avg_early_handicap_away"] = 4.3
    quotes.loc[BAD_LINE, "avg_close_handicap_line"] = -225.0
    quotes.loc[BAD_BOOK, "b365_early_under25"] = 0.5
    repeat = matches.iloc[[REPEATED]].assign(match_id="repeat-2", source_row=900)
    other = matches.iloc[[TWO_RESULTS]].assign(match_id="other-2", home_goals=0, away_goals=5, outcome=2)
    frames.fixtures.loc[0, "home"] = "=cmd()|'/c calc'!A0" + "<script>" * 60
    frames.fixtures.loc[0, "status"] = "<script>" * 60
    whole = ArchiveFrames(pd.concat([matches, repeat, other], ignore_index=True), frames.fixtures, quotes)
    return Case(whole, verdict_on(whole))


@pytest.fixture(scope="module")
def sound() -> Case:
    frames = a_sound_archive()
    return Case(frames, verdict_on(frames))


def test_a_sound_archive_is_accepted_unchanged(sound: Case) -> None:
    for table in ("matches", "fixtures", "quotes"):
        pd.testing.assert_frame_equal(getattr(sound.verdict, table), sound.frames.table(table))
    assert sound.verdict.quarantine.empty
    assert sound.verdict.withheld() == {}


def test_a_bad_row_is_set_aside_with_its_prices_and_an_entry(damaged: Case) -> None:
    left = set(damaged.verdict.matches["match_id"]) | set(damaged.verdict.quotes["match_id"])
    assert damaged.match_id(BAD_GOALS) not in left
    assert damaged.entries(BAD_GOALS) == [("home_goals", "30", "goals outside 0 to 20", "row", "E1")]


def test_a_bad_price_costs_the_book_and_timing_and_keeps_the_match(damaged: Case) -> None:
    prices = damaged.prices(BAD_PRICE)
    assert prices[["max_early_home", "max_early_draw", "max_early_away"]].isna().all()
    assert (prices["avg_early_home"], prices["avg_close_home"]) == (2.1, 2.0)
    assert damaged.entries(BAD_PRICE) == [("max_early", "2.2/0/3.8", "a price of 1 or less", "cell", "E1")]
    assert damaged.match_id(BAD_PRICE) in set(damaged.verdict.matches["match_id"])


def test_an_average_that_is_no_market_costs_every_price_of_that_timing(damaged: Case) -> None:
    prices = damaged.prices(BAD_MARKET)
    assert np.isnan(prices["max_early_home"])
    assert prices["avg_close_home"] == 2.0
    assert [entry[:2] for entry in damaged.entries(BAD_MARKET)] == [("avg_early", "1.11/1.11/1.11")]


def test_an_average_of_match_odds_that_is_no_market_leaves_the_other_markets(damaged: Case) -> None:
    prices = damaged.prices(BAD_MARKET)
    assert prices[[*EARLY_TOTAL, *EARLY_HANDICAP, "b365_early_over25"]].notna().all()


def test_totals_that_are_no_market_cost_the_average_alone(damaged: Case) -> None:
    prices = damaged.prices(BAD_TOTAL)
    assert prices[EARLY_TOTAL].isna().all()
    assert prices[["b365_early_over25", "avg_close_over25", "avg_early_home", *EARLY_HANDICAP]].notna().all()
    assert [entry[:2] for entry in damaged.entries(BAD_TOTAL)] == [("avg_early_total", "21.45/1.85")]


def test_a_handicap_that_is_no_market_costs_its_average_and_not_its_line(damaged: Case) -> None:
    prices = damaged.prices(BAD_HANDICAP)
    assert prices[EARLY_HANDICAP].isna().all()
    assert prices["avg_early_handicap_line"] == -0.25
    assert [entry[:2] for entry in damaged.entries(BAD_HANDICAP)] == [("avg_early_handicap", "1.92/4.3")]


def test_an_absurd_line_costs_itself_alone(damaged: Case) -> None:
    prices = damaged.prices(BAD_LINE)
    assert np.isnan(prices["avg_close_handicap_line"])
    assert prices[["avg_close_handicap_home", "avg_early_handicap_line"]].notna().all()
    assert damaged.entries(BAD_LINE) == [
        ("avg_close_handicap_line", "-225.0", "a handicap outside -4.5 to 4.5", "cell", "E1")
    ]


def test_a_bad_total_of_a_book_costs_its_total_alone(damaged: Case) -> None:
    prices = damaged.prices(BAD_BOOK)
    assert prices[["b365_early_over25", "b365_early_under25"]].isna().all()
    assert prices[EARLY_TOTAL].notna().all()
    assert [entry[:2] for entry in damaged.entries(BAD_BOOK)] == [("b365_early_total", "2/0.5")]


def test_an_exact_repeat_keeps_the_first_row(damaged: Case) -> None:
    left = set(damaged.verdict.matches["match_id"])
    assert damaged.match_id(REPEATED) in left
    assert "repeat-2" not in left


def test_two_results_of_one_club_on_one_day_are_both_set_aside(damaged: Case) -> None:
    assert not {damaged.match_id(TWO_RESULTS), "other-2"} & set(damaged.verdict.matches["match_id"])


def test_a_warning_changes_no_frame_and_meets_the_suite(damaged: Case) -> None:
    assert damaged.match_id(WARNED) in set(damaged.verdict.matches["match_id"])
    assert damaged.entries(WARNED) == []
    found = damaged.verdict.document["suites"]["matches"]["expectations"]
    assert {each["name"]: each["failed_count"] for each in found}["home shots on target are shots"] == 1


def test_a_suite_with_failed_rows_is_not_met(sound: Case, damaged: Case) -> None:
    assert sound.verdict.document["suites"]["matches"]["is_met"] is True
    assert damaged.verdict.document["suites"]["matches"]["is_met"] is False


def test_a_few_bad_rows_withhold_no_division(damaged: Case) -> None:
    assert damaged.verdict.withheld() == {}


def test_hostile_text_is_only_ever_a_value(damaged: Case) -> None:
    entries = damaged.verdict.quarantine
    assert entries.loc[entries["column"].eq("status"), "value"].str.len().tolist() == [200]
    assert len(damaged.verdict.fixtures) == len(damaged.frames.fixtures) - 1


def test_the_document_is_json_without_nan_and_the_same_twice(damaged: Case) -> None:
    again = verdict_on(damaged.frames).document
    texts = {json.dumps(document, allow_nan=False) for document in (damaged.verdict.document, again)}
    assert len(texts) == 1


def test_the_frames_keep_their_contracts(damaged: Case) -> None:
    for table in ("matches", "fixtures", "quotes", "quarantine"):
        found = getattr(damaged.verdict, table)
        check_columns(table, {name: str(dtype) for name, dtype in found.dtypes.items()})


def test_the_frames_given_are_left_as_they_were(damaged: Case) -> None:
    assert damaged.frames.quotes.loc[BAD_PRICE, "max_early_draw"] == 0.0
    assert damaged.match_id(BAD_GOALS) in set(damaged.frames.matches["match_id"])


def test_a_division_with_more_than_a_twentieth_of_bad_rows_is_withheld_and_the_other_publishes() -> None:
    frames = a_sound_archive()
    frames.matches.loc[0:4, "away_goals"] = 40
    verdict = verdict_on(frames)
    assert verdict.withheld() == {"E1": "season 2024: 5 of 90 rows set aside (5.6%)"}
    assert set(verdict.matches["division"]) == set(verdict.fixtures["division"]) == {"DO1"}
    assert set(verdict.quotes["match_id"].str[:3]) == {"DO1"}
    assert verdict.document["divisions"]["E1"]["state"] == "withheld"
    assert verdict.document["divisions"]["DO1"]["state"] == "accepted"


def test_a_blocking_check_withholds_the_division() -> None:
    frames = a_sound_archive()
    is_summer = frames.matches["division"].eq("DO1")
    frames.matches.loc[is_summer, "home_goals"] = 9
    frames.matches.loc[is_summer, "away_goals"] = 0
    frames.matches.loc[is_summer, "outcome"] = 0
    reason = verdict_on(frames).withheld()["DO1"]
    assert "season 2025: the mean number of goals a match is not football's (9)" in reason


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
