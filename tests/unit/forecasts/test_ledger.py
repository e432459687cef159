"""Sealing: who may enter the ledger, and what a retry may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain.errors import LedgerError
from pipeline.forecasts.ledger import (
    TOO_FAR,
    TOO_LATE,
    earliest_kick_off,
    policy,
    refuse_changed,
    rules_digest,
    seal_entries,
)
from pipeline.forecasts.verify_ledger import BEGINNING, check_chain
from tests.unit.forecasts.ledger_world import EVENING, KICK_OFF, candidates, fixtures, two_evenings


def test_entries_of_two_evenings_form_one_chain() -> None:
    entries = two_evenings()
    assert entries[0]["previous"] == BEGINNING
    assert [entry["number"] for entry in entries] == list(range(14))
    assert check_chain(entries) == entries[-1]["hash"]


def test_an_entry_is_sealed_until_five_minutes_before_kick_off_and_not_after() -> None:
    rows = candidates(fixtures(1))
    last_moment = KICK_OFF - timedelta(minutes=5)
    assert len(seal_entries(rows, None, now=last_moment).entries) == 2
    late = seal_entries(rows, None, now=last_moment + timedelta(seconds=1))
    assert (late.entries, late.left_out) == ((), {TOO_LATE: 2})


def test_a_match_of_unknown_hour_closes_before_its_date_begins_where_it_is_played() -> None:
    day = datetime(2026, 5, 2, tzinfo=UTC)
    assert earliest_kick_off(day, "day", "Asia/Tokyo") == datetime(2026, 5, 1, 15, tzinfo=UTC)
    assert earliest_kick_off(day, "day", "America/New_York") == datetime(2026, 5, 2, 4, tzinfo=UTC)
    rows = candidates(fixtures(1, kick_off_at=day, precision="day"))
    assert rows[0]["closes_at"] == "2026-05-01T22:55:00+00:00"  # British summer time begins an hour earlier
    assert not seal_entries(rows, None, now=day - timedelta(minutes=30)).entries


def test_fixtures_beyond_the_horizon_wait() -> None:
    rows = candidates(fixtures(1, kick_off_at=EVENING + timedelta(days=policy()["horizon_days"], seconds=1)))
    assert seal_entries(rows, None, now=EVENING).left_out == {TOO_FAR: 2}


def test_nothing_is_sealed_before_the_last_entry() -> None:
    entries = two_evenings()
    with pytest.raises(LedgerError, match="before the last sealed entry"):
        seal_entries(candidates(fixtures(), "run-3"), entries[-1], now=EVENING)


def test_a_replayed_entry_never_follows_a_live_one() -> None:
    entries = two_evenings()
    replayed = candidates(fixtures(), "run-3", kind="replay")
    with pytest.raises(LedgerError, match="a replay entry of football_data cannot follow live"):
        seal_entries(replayed, entries[-1], now=EVENING + timedelta(days=1))


def test_a_retry_may_say_the_same_and_nothing_else() -> None:
    rows = candidates(fixtures())
    sealed = seal_entries(rows, None, now=EVENING).entries
    refuse_changed(sealed, rows)
    changed = [{**rows[0], "probabilities": [0.5, 0.3, 0.2]}, *rows[1:]]
    with pytest.raises(LedgerError, match=r"aa-0 run-1 champion was sealed already"):
        refuse_changed(sealed, changed)


def test_another_rule_has_another_digest() -> None:
    assert rules_digest(0.05) != rules_digest(0.03)


def test_a_fixture_without_a_forecast_is_no_candidate() -> None:
    from pipeline.forecasts.ledger import candidates_of
    from tests.unit.forecasts.ledger_world import DIVISIONS, forecasts, quoted, seal

    rows = fixtures(2)
    table = forecasts(rows)
    table.loc[0, ["p_home", "p_draw", "p_away"]] = float("nan")
    found = candidates_of(rows, {"champion": table}, quoted(rows), DIVISIONS, seal())
    assert [entry["match_id"] for entry in found] == ["aa-1"]
