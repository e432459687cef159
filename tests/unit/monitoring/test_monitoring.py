"""Status, closing lines, ages and metrics of a run, all from its summary."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.monitoring.freshness import division_ages, file_ages, oldest
from pipeline.monitoring.metrics import render_metrics
from pipeline.monitoring.status import run_state, status_lines
from pipeline.monitoring.summary import summary_lines

CUT_OFF = "2026-03-20T12:00:00+00:00"


def a_summary(**changes: Any) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "run_id": "2026-03-20T1200Z-publish",
        "source": "football_data",
        "cut_off_at": CUT_OFF,
        "published_at": "2026-03-20T12:09:00+00:00",
        "succeeded_at": "2026-03-20T12:09:00+00:00",
        "failure": None,
        "divisions": {
            "E1": {"state": "accepted", "reason": "", "last_result_at": "2026-03-18T12:00:00+00:00"},
            "E0": {
                "state": "stale",
                "reason": "no result since 25 May 2025 (299 days)",
                "last_result_at": "2025-05-25T15:00:00+00:00",
            },
            "EC": {"state": "no_data", "reason": "no data", "last_result_at": None},
        },
        "withheld": {"E0": "no result since 25 May 2025 (299 days)"},
        "files": [
            {"path": "fixtures.csv", "state": "fetched", "reason": "", "fetched_at": CUT_OFF},
            {
                "path": "mmz4281/2526/E0.csv",
                "state": "kept",
                "reason": "status 404",
                "fetched_at": "2026-03-10T12:00:00+00:00",
            },
        ],
        "counts": {"matches_count": 1000, "fixtures_count": 12, "quarantined_count": 3},
        "champion_family": "lightgbm",
        "champion_trained_until": "2026-03-19T12:00:00+00:00",
        "release_id": "20260320-ab12",
        "release_path": "site/releases/20260320-ab12",
        "current_release": "20260320-ab12",
        "durations": {"FetchSnapshots": 12.0, "WalkForward": 130.0, "Publish": 0.2},
        "disk_used_bytes": 1_300_000_000,
        "disk_free_share": 0.42,
    }
    return summary | changes


def samples(summary: dict[str, Any]) -> dict[tuple[str, str], float]:
    return {
        (sample.name.removeprefix("touchline_"), ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(render_metrics(summary))
        for sample in family.samples
    }


def test_the_status_answers_an_operators_questions() -> None:
    assert status_lines(a_summary()) == [
        "run:        2026-03-20T1200Z-publish (football_data)",
        "state:      published 2026-03-20 12:09 UTC, in part",
        "data until: 2026-03-20 12:00 UTC",
        "divisions:  1 accepted, 1 no_data, 1 stale",
        "oldest:     E1, newest result 2026-03-18 12:00 UTC",
        "withheld:   E0: no result since 25 May 2025 (299 days)",
        "files:      1 in trouble: mmz4281/2526/E0.csv: status 404",
        "champion:   lightgbm, trained until 2026-03-19 12:00 UTC",
        "release:    20260320-ab12 is live",
        "disk:       1.3 GB used, 42% of the disk free",
    ]


def test_a_failed_run_names_the_task_and_the_error() -> None:
    failure = {"task": "TrainModel", "error": "ModelError: poisson: no matches"}
    assert run_state(a_summary(failure=failure)) == "FAILED in TrainModel: ModelError: poisson: no matches"


def test_a_whole_run_is_published_without_a_but() -> None:
    assert run_state(a_summary(withheld={}, files=[])) == "published 2026-03-20 12:09 UTC"


def test_an_unfinished_run_says_how_far_it_came() -> None:
    assert run_state(a_summary(published_at=None)) == "unfinished, last done: Publish"
    assert run_state({"run_id": "x"}) == "unfinished, nothing done yet"


def test_a_run_that_has_only_begun_has_a_status() -> None:
    assert status_lines({"run_id": "x"}) == [
        "run:        x (unknown source)",
        "state:      unfinished, nothing done yet",
        "data until: unknown",
        "champion:   none yet",
        "release:    none is live",
    ]


def test_a_release_that_is_not_live_is_told_apart() -> None:
    assert "release:    old is live (this run made 20260320-ab12)" in status_lines(
        a_summary(current_release="old")
    )


def test_little_disk_space_is_loud() -> None:
    assert status_lines(a_summary(disk_free_share=0.05))[-1].endswith(
        "5% of the disk free: LITTLE SPACE LEFT"
    )


def test_a_feeds_text_cannot_command_the_terminal() -> None:
    evil = {"task": "X", "error": "\x1b]0;owned\x07\r\nline two " + "a" * 400}
    (line,) = [each for each in status_lines(a_summary(failure=evil)) if each.startswith("state:")]
    assert line.isprintable()
    assert len(line) < 260


def test_the_status_needs_no_heavy_library() -> None:
    code = (
        "import sys, pipeline; before = set(sys.modules); "
        "import pipeline.monitoring.status, pipeline.monitoring.summary; print(*set(sys.modules) - before)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert {name.split(".")[0] for name in loaded} <= {"pipeline", *sys.stdlib_module_names}


def test_the_closing_lines_say_what_ran_what_is_withheld_and_where_the_release_is() -> None:
    assert summary_lines(a_summary()) == [
        "run 2026-03-20T1200Z-publish: published 2026-03-20 12:09 UTC, in part",
        "3 tasks in 2 min 22 s (slowest: WalkForward 2 min 10 s, FetchSnapshots 12.0 s, Publish 0.2 s)",
        "rows: 1000 matches, 12 fixtures, 3 quarantined",
        "champion: lightgbm, trained until 2026-03-19 12:00 UTC",
        "no forecasts for E0: no result since 25 May 2025 (299 days)",
        "1 files in trouble, the last good ones serve: mmz4281/2526/E0.csv: status 404",
        "release 20260320-ab12: site/releases/20260320-ab12",
    ]


def test_a_run_that_did_nothing_says_so() -> None:
    lines = summary_lines(a_summary(durations={}, release_id=None))
    assert lines[1] == "nothing had to be run"
    assert lines[-1] == "no release was made"


def test_ages_count_back_from_the_cut_off() -> None:
    at = datetime(2026, 3, 20, 12, tzinfo=UTC)
    ages = division_ages(a_summary()["divisions"], at=at)
    assert [(age.subject, age.age_days) for age in ages] == [("E0", 298.875), ("E1", 2.0), ("EC", None)]
    found = oldest(ages)
    assert found is not None
    assert found.subject == "E0"
    assert [age.age_days for age in file_ages(a_summary()["files"], at=at)] == [0.0, 10.0]


def test_the_metrics_hold_the_runs_figures() -> None:
    found = samples(a_summary(fixtures_forecast_count=11))
    assert found["last_success_timestamp_seconds", ""] == datetime(2026, 3, 20, 12, 9, tzinfo=UTC).timestamp()
    assert found["rows", "quarantined"] == 3
    assert found["fixtures_forecast", ""] == 11
    assert found["divisions", "stale"] == 1
    assert found["divisions", "withheld"] == 0
    assert found["division_withheld", "E0"] == 1
    assert found["division_withheld", "E1"] == 0
    assert found["division_data_age_days", "E1"] == 2.0
    assert found["files_in_trouble", ""] == 1
    assert found["oldest_file_age_days", ""] == 10.0
    assert found["champion_info", "lightgbm,2026-03-19T12:00:00+00:00"] == 1
    assert found["release_info", "20260320-ab12"] == 1
    assert found["task_duration_seconds", "WalkForward"] == 130.0


def test_a_missing_figure_gives_no_sample() -> None:
    assert samples({"run_id": "x"}) == {}
    assert ("division_data_age_days", "EC") not in samples(a_summary())


def test_the_metrics_are_the_same_whatever_the_order_of_the_summary() -> None:
    summary = a_summary()
    turned = summary | {
        name: dict(reversed(summary[name].items())) for name in ("divisions", "durations", "counts")
    }
    assert render_metrics(turned) == render_metrics(summary)


@pytest.mark.parametrize("text", ['a"b', "a\nb", "a\\b"])
def test_a_label_cannot_break_the_format(text: str) -> None:
    assert ("release_info", text) in samples(a_summary(release_id=text))
