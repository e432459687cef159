"""Which run a goal means: labels, attempts, resumed runs, and a missing library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import luigi
import pytest

from pipeline.archive import clock
from pipeline.archive.atomic import write_json
from pipeline.domain.errors import SettingError
from pipeline.tasks.run import Run, decide_run, demand_library, finished_runs
from pipeline.tasks.settings import Settings, load_settings

HALF_PAST = datetime(2026, 11, 23, 18, 31, tzinfo=UTC)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings that point at an empty data root, and a clock that stands still."""
    config = luigi.configuration.get_config()
    monkeypatch.setattr(clock, "now", lambda: HALF_PAST)
    before = {name: config.get("pipeline", name) for name in ("data_root", "site_root", "source")}
    for name, value in (
        ("data_root", tmp_path / "data"),
        ("site_root", tmp_path / "site"),
        ("source", "tiny"),
    ):
        config.set("pipeline", name, str(value))
    decide_run.cache_clear()
    yield load_settings()
    for name, value in before.items():
        config.set("pipeline", name, value)
    decide_run.cache_clear()


def publish(run: Run, settings: Settings, *, is_worth_retrying: bool) -> None:
    write_json(run.paths(settings).published, {"is_worth_retrying": is_worth_retrying})


def test_the_label_of_a_live_run_is_the_current_hour() -> None:
    run = decide_run("publish", "")
    assert run.as_of == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    assert not run.is_replay


def test_an_instant_asked_for_is_kept_to_the_minute_and_makes_a_replay() -> None:
    run = decide_run("publish", "2026-04-24T19:04:59+02:00")
    assert run.as_of == datetime(2026, 4, 24, 17, 4, tzinfo=UTC)
    assert run.is_replay


def test_an_instant_without_meaning_is_refused() -> None:
    with pytest.raises(SettingError, match="as_of = 'tomorrow'"):
        decide_run("publish", "tomorrow")


def test_a_run_is_read_back_from_its_id() -> None:
    run = Run(HALF_PAST, "refresh", is_replay=True, revision="0a1b2c3d", attempt=4)
    assert Run.from_id(run.run_id) == run


def test_an_id_that_could_be_a_path_is_refused() -> None:
    with pytest.raises(SettingError):
        Run.from_id("../../20260424T1904Z-publish-0a1b2c3d-1")


def test_a_run_cut_short_an_hour_ago_is_resumed(settings: Settings) -> None:
    run = decide_run("publish", "")
    earlier = Run(run.as_of.replace(hour=17), "publish", is_replay=False, revision=run.revision)
    write_json(earlier.paths(settings).state, {})
    decide_run.cache_clear()
    assert decide_run("publish", "") == earlier


def test_a_run_cut_short_yesterday_is_not_resumed(settings: Settings) -> None:
    run = decide_run("publish", "")
    yesterday = Run(run.as_of.replace(day=22), "publish", is_replay=False, revision=run.revision)
    write_json(yesterday.paths(settings).state, {})
    decide_run.cache_clear()
    assert decide_run("publish", "") == run


def test_a_run_of_other_code_is_not_resumed(settings: Settings) -> None:
    run = decide_run("publish", "")
    other = Run(run.as_of, "publish", is_replay=False, revision="00000000")
    write_json(other.paths(settings).state, {})
    decide_run.cache_clear()
    assert decide_run("publish", "") == run


def test_a_complete_run_stands_for_its_hour(settings: Settings) -> None:
    run = decide_run("publish", "")
    publish(run, settings, is_worth_retrying=False)
    decide_run.cache_clear()
    assert decide_run("publish", "") == run
    assert finished_runs(settings.data(is_replay=False)) == [run]


def test_a_partial_run_is_tried_again_with_a_new_intake(settings: Settings) -> None:
    run = decide_run("publish", "")
    publish(run, settings, is_worth_retrying=True)
    decide_run.cache_clear()
    again = decide_run("publish", "")
    assert (again.as_of, again.attempt) == (run.as_of, 2)


def test_a_partial_replay_is_tried_again_too(settings: Settings) -> None:
    run = decide_run("publish", "2026-04-24T19:04")
    publish(run, settings, is_worth_retrying=True)
    decide_run.cache_clear()
    assert decide_run("publish", "2026-04-24T19:04").attempt == 2


def test_a_run_whose_intake_is_hopeless_takes_a_new_one(settings: Settings) -> None:
    run = decide_run("publish", "")
    write_json(run.paths(settings).given_up, {"reasons": []})
    decide_run.cache_clear()
    assert decide_run("publish", "").attempt == 2


def test_a_missing_library_ends_in_one_line_with_the_remedy() -> None:
    with pytest.raises(SystemExit, match=r"^install it$"):
        demand_library("libno-such-library.so.99", "install it")
