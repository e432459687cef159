"""What becomes of sealed matches: settled, open, postponed, abandoned, void, and corrected upstream."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from pipeline.forecasts.ledger import published_policy, seal_entries
from pipeline.forecasts.settlement import corrections_of, lead_times, results_of, settle, track_record
from tests.unit.forecasts.ledger_world import EVENING, KICK_OFF, candidates, feed, fixtures, two_evenings

RULES = published_policy(0.05)


def states(rows: list[dict[str, object]], role: str = "champion") -> dict[object, object]:
    return {row["match_id"]: row["state"] for row in rows if row.get("role", role) == role}


def test_a_match_with_a_result_is_settled_and_a_listed_one_is_open() -> None:
    entries = two_evenings()
    settled = settle(entries, results_of(entries, feed()), value_threshold=0.05)
    assert states(settled) == {"aa-0": "settled", "aa-1": "settled", "aa-2": "settled", "aa-3": "upcoming"}
    first = settled[0]
    assert (first["home_goals"], first["pick_side"], first["value_side"]) == (2, "home", "home")
    assert first["price_home"] == 2.0
    assert settled[-1]["log_loss"] is None


def test_a_postponed_match_keeps_its_state_and_is_in_no_score() -> None:
    entries, known = two_evenings(), feed()
    later = replace(known, fixtures=known.fixtures.assign(status="postponed"))
    rows = results_of(entries, later)
    assert states(settle(entries, rows, value_threshold=0.05))["aa-3"] == "postponed"
    assert track_record(entries, rows, RULES)[0]["n"] == 3


def test_a_match_that_stands_in_the_results_without_a_score_is_abandoned() -> None:
    entries, known = two_evenings(), feed()
    told = pd.DataFrame(
        {"division": ["AA"], "value": ["Home 3 - Away 3"], "reason": ["the match has no score"]}, dtype="str"
    )
    gone = replace(known, fixtures=known.fixtures.iloc[:0], quarantine=told)
    assert states(results_of(entries, gone))["aa-3"] == "abandoned"


def test_a_match_that_left_every_list_waits_three_days_and_then_has_no_result() -> None:
    entries, known = two_evenings(), feed()
    kick_off_at = KICK_OFF + timedelta(days=3)
    for days, state in ((-1, "upcoming"), (1, "awaiting_result"), (4, "no_result")):
        gone = replace(known, fixtures=known.fixtures.iloc[:0], cut_off_at=kick_off_at + timedelta(days=days))
        assert states(results_of(entries, gone))["aa-3"] == state


def test_a_kick_off_moved_by_more_than_two_days_voids_the_entry() -> None:
    entries = two_evenings()
    for hours, state in ((48, "settled"), (49, "void")):
        rows = results_of(entries, feed(moved=hours))
        assert states(settle(entries, rows, value_threshold=0.05))["aa-0"] == state


def test_a_match_brought_forward_is_not_scored_with_an_entry_sealed_after_it() -> None:
    entries = two_evenings()
    rows = results_of(entries, feed(moved=-30))
    chosen = {row["match_id"]: row["run_id"] for row in settle(entries, rows, value_threshold=0.05)}
    assert chosen["aa-1"] == "run-1"  # the second evening came after its real kick-off
    assert states(settle(entries, rows, value_threshold=0.05))["aa-0"] == "void"


def test_a_corrected_result_changes_the_tables_and_is_told_while_the_ledger_stays() -> None:
    entries = two_evenings()
    before = results_of(entries, feed())
    now = results_of(entries, feed(((2, 2), (0, 0), (1, 3))))
    assert corrections_of(before, before, seen_at=EVENING) == []
    assert corrections_of(before, now, seen_at=EVENING) == [
        {"match_id": "aa-0", "seen_at": EVENING, "before": "2-1", "after": "2-2"}
    ]
    losses = [settle(entries, rows, value_threshold=0.05)[0]["log_loss"] for rows in (before, now)]
    assert losses[0] != losses[1]


def test_lead_times_take_the_last_entry_that_was_early_enough() -> None:
    entries = two_evenings()
    rows = lead_times(entries, results_of(entries, feed()), RULES)
    found = {
        row["hours"]: row["n"] for row in rows if (row["role"], row["metric"]) == ("champion", "log_loss")
    }
    # sealed 20 hours before the first match, then 44 and 20, 68 and 44 hours before the others
    assert found == {1: 3, 6: 3, 24: 2}


def test_entries_without_prices_are_scored_but_stand_beside_no_market() -> None:
    bare = [{**entry, "quotes": []} for entry in candidates(fixtures())]
    entries = list(seal_entries(bare, None, now=EVENING).entries)
    metrics = {row["metric"] for row in track_record(entries, results_of(entries, feed()), RULES)}
    assert metrics == {"accuracy", "log_loss", "rps", "brier"}
