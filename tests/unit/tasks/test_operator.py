"""What an operator is told between runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.archive.atomic import write_json
from pipeline.tasks.operator import status, where
from pipeline.tasks.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(load_settings(), source="tiny", data_root=tmp_path / "data", site_root=tmp_path / "site")


def begin_run(settings: Settings, *journal: str) -> None:
    paths = settings.data(is_replay=False).run("20260425T0300Z-publish-0a1b2c3d-1")
    write_json(paths.state, {"run_id": paths.folder.name})
    paths.journal.write_text("".join(f"{line}\n" for line in journal), encoding="utf-8")


def go_live(settings: Settings) -> None:
    site = settings.site()
    manifest = {
        "release_id": "tiny-yesterday",
        "source": "tiny",
        "champion_family": "poisson",
        "champion_trained_until": "2026-04-24T03:00:00+00:00",
    }
    write_json(site.release("tiny-yesterday") / "release.json", manifest)
    site.current.symlink_to("releases/tiny-yesterday")


def test_before_the_first_run_status_says_what_to_do(settings: Settings) -> None:
    lines, code = status(settings)
    assert code == 1
    assert "make publish" in lines[0]
    assert where(settings)[1] == 1


def test_a_failed_run_is_named_beside_the_champion_and_the_release_that_are_live(settings: Settings) -> None:
    begin_run(settings, '{"task": "FetchSnapshots", "error": "FetchError: no answer"}')
    go_live(settings)
    text = "\n".join(status(settings)[0])
    assert "FAILED in FetchSnapshots: FetchError: no answer" in text
    assert "poisson, trained until 2026-04-24 03:00 UTC" in text
    assert "tiny-yesterday is live" in text
    assert "% of the disk free" in text


def test_a_line_of_the_journal_torn_by_a_kill_is_passed_over(settings: Settings) -> None:
    begin_run(settings, '{"task": "FetchSnapshots", "seconds": 1.5}', '{"task": "TakeInt')
    assert "unfinished, last done: FetchSnapshots" in "\n".join(status(settings)[0])


def test_a_measurement_of_skill_is_no_run_to_tell_the_state_of(settings: Settings) -> None:
    begin_run(settings)
    later = settings.data(is_replay=False).run("20260425T0400Z-skill-0a1b2c3d-1")
    write_json(later.state, {"run_id": later.folder.name})
    assert "20260425T0400Z" not in "\n".join(status(settings)[0])
