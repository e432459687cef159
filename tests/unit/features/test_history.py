"""The day loop: who may know what, and when."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.features.history import history_of, known_at
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=1)


def _two_matches(football: Football, first: str, second: str, precision: str = "minute") -> pd.DataFrame:
    rows = football.matches.head(2).copy()
    rows["kick_off_at"] = pd.to_datetime([first, second], utc=True).astype("datetime64[us, UTC]")
    return rows.assign(kick_off_precision=precision)


def _order(football: Football, matches: pd.DataFrame) -> list[str]:
    history = history_of(matches, football.fixtures.head(0), football.divisions)
    return [f"predict {each}" if each >= 0 else f"learn {~each}" for each in history.events]


def test_a_clocked_result_is_known_two_hours_after_kick_off(football: Football) -> None:
    rows = _two_matches(football, "2021-01-02T15:00Z", "2021-01-02T23:30Z")
    assert known_at(rows).tolist() == [pd.Timestamp("2021-01-02T17:00Z"), pd.Timestamp("2021-01-03T01:30Z")]


def test_an_unclocked_result_is_known_at_the_end_of_its_day(football: Football) -> None:
    rows = _two_matches(football, "2021-01-02T00:00Z", "2021-01-02T00:00Z", "day")
    assert known_at(rows).tolist() == [pd.Timestamp("2021-01-03T00:00Z")] * 2


def test_all_matches_of_a_day_are_predicted_before_any_is_learned(football: Football) -> None:
    rows = _two_matches(football, "2021-01-02T12:00Z", "2021-01-02T20:00Z")
    assert _order(football, rows) == ["predict 0", "predict 1", "learn 0", "learn 1"]


def test_a_result_of_yesterday_is_learned_before_today_is_predicted(football: Football) -> None:
    rows = _two_matches(football, "2021-01-02T12:00Z", "2021-01-03T12:00Z")
    assert _order(football, rows) == ["predict 0", "learn 0", "predict 1", "learn 1"]


def test_a_match_that_ends_after_midnight_counts_as_played_on_the_next_day(football: Football) -> None:
    rows = _two_matches(football, "2021-01-02T23:30Z", "2021-01-03T00:15Z")
    assert _order(football, rows) == ["predict 0", "predict 1", "learn 0", "learn 1"]


def test_an_unclocked_match_is_learned_before_the_next_day(football: Football) -> None:
    rows = _two_matches(football, "2021-01-02T00:00Z", "2021-01-03T00:00Z", "day")
    assert _order(football, rows) == ["predict 0", "learn 0", "predict 1", "learn 1"]


def test_a_fixture_is_predicted_and_never_learned(football: Football) -> None:
    history = history_of(football.matches.head(0), football.fixtures, football.divisions)
    assert history.events.tolist() == list(range(len(football.fixtures)))


def test_an_unknown_division_is_refused(football: Football) -> None:
    with pytest.raises(KeyError, match="ZZ9"):
        history_of(football.matches.assign(division="ZZ9"), football.fixtures, football.divisions)
