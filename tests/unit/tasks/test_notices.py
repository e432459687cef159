"""What a finished run tells the operator, and that nothing of it can stop the run."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.archive.atomic import read_json, write_json
from pipeline.archive.paths import DataRoot
from pipeline.archive.tables import write_table
from pipeline.evaluation.comparison import published_table
from pipeline.tasks.notices import incidents_of, tell_of_failure, tell_of_run
from tests.receiver import Receiver, receiving

RUN_ID = "20260424T1904Z-publish-0a1b2c3d-1"
QUIET: dict[str, Any] = {"withheld": {}, "files": [{"path": "a.csv", "reason": ""}], "source": "tiny"}
ALARM = {
    "recipe": "now",
    "day": "2026-04-23",
    "n": 900,
    **dict.fromkeys(("log_e_value", "log_e_market", "log_e_own", "highest_log_e_value"), 5.0),
    "is_alarm": True,
}


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as receiver:
        monkeypatch.setenv("TOUCHLINE_NOTIFY", receiver.address)
        yield receiver


@pytest.fixture
def stage(tmp_path: Any) -> Any:
    """A live run whose settled ledger raises no alarm."""
    data = DataRoot(tmp_path, "tiny")
    paths = data.run(RUN_ID)
    write_json(paths.tables / "run.json", {"ledger": {"recipe": "now"}})
    write_table(paths.ledger_table("live_monitor"), published_table("live_monitor", []))
    run = SimpleNamespace(is_replay=False, goal="publish")
    return SimpleNamespace(data=data, paths=paths, run_id=RUN_ID, current_run=run)


def decided(verdict: str = "kept", **refit: Any) -> dict[str, Any]:
    decision = {"verdict": verdict, "reasons": ["calibration is worse than the champion's"]}
    return {"roles": {"anchored": {"decision": decision, "refit": refit or None}}}


def test_each_kind_is_found_in_the_documents_of_the_run(stage: Any) -> None:
    write_table(stage.paths.ledger_table("live_monitor"), published_table("live_monitor", [ALARM]))
    write_json(
        stage.data.decision(RUN_ID), decided("blocked", passed=False, reasons=["too far from the old"])
    )
    trouble = {"withheld": {"E0": "stale"}, "files": [{"path": "a.csv", "reason": "answers 503"}]}
    seen, judged = incidents_of(stage, QUIET | trouble)
    assert [each.key for each in seen] == [
        "withheld division: E0",
        "failing source: tiny",
        "live-skill alarm: recipe now",
        "blocked promotion: anchored promotion",
        "blocked promotion: anchored refit",
    ]
    assert all(each.kind in judged for each in seen)


def test_a_night_that_decided_nothing_ends_no_blocked_promotion(stage: Any) -> None:
    assert "blocked promotion" not in incidents_of(stage, QUIET)[1]


def test_a_failure_is_told_and_the_next_good_run_tells_that_it_is_over(
    stage: Any, receiver: Receiver
) -> None:
    tell_of_failure(stage, ValueError("no <b>disk</b> left"))
    tell_of_failure(stage, ValueError("no disk left"))
    tell_of_run(stage, QUIET)
    tell_of_run(stage, QUIET)
    first, second = receiver.notices
    assert "ValueError: no ‹b›disk‹/b› left" in first["message"]
    assert second["title"] == "Touchline tiny: 1 over"
    assert read_json(stage.data.incidents) == {}


def test_a_good_refresh_does_not_end_a_failed_night(stage: Any, receiver: Receiver) -> None:
    tell_of_failure(stage, ValueError("no disk left"))
    stage.current_run.goal = "refresh"
    tell_of_run(stage, QUIET)
    assert len(receiver.notices) == 1


def test_an_incident_told_and_over_can_be_told_anew(stage: Any, receiver: Receiver) -> None:
    for withheld in ({"E0": "stale"}, {}, {"E0": "stale"}):
        tell_of_run(stage, QUIET | {"withheld": withheld})
    assert [each["title"].split(": ")[1] for each in receiver.notices] == ["1 new", "1 over", "1 new"]


def test_a_document_that_cannot_be_read_stops_nothing(
    stage: Any, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    (stage.paths.tables / "run.json").write_text("{")
    tell_of_run(stage, QUIET)
    assert receiver.notices == []
    assert "could not be gathered" in caplog.text


def test_without_receivers_incidents_are_kept_until_they_are_over(
    stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOUCHLINE_NOTIFY", raising=False)
    tell_of_run(stage, QUIET | {"withheld": {"E0": "stale"}})
    assert list(read_json(stage.data.incidents)) == ["withheld division: E0"]
    tell_of_run(stage, QUIET)
    assert read_json(stage.data.incidents) == {}
