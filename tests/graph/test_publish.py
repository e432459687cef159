"""The goals as an operator runs them: exit codes, second runs, equal bytes, kills, refusals."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.graph.checkout import EVENING, ROOT, Checkout, digest_of, environment


def test_publish_ends_with_a_release_that_current_points_to(published: Checkout) -> None:
    release = published.release()
    assert (release / "index.html").is_file()
    assert json.loads((release / "release.json").read_text())["is_simulated"] is True


def test_the_end_of_a_run_says_what_ran_and_where_the_release_is(tmp_path: Path, published: Checkout) -> None:
    journal = next(published.data.glob("runs/*/journal.jsonl")).read_text()
    assert {"FetchSnapshots", "ValidateArchive", "SwitchRelease"} <= set(
        re.findall(r'"task": "(\w+)"', journal)
    )


def test_a_second_run_does_nothing_and_says_so(published: Checkout) -> None:
    before = published.release().stat().st_mtime_ns
    done = published.run("Publish")
    assert done.returncode == 0
    assert "nothing to do" in done.stderr
    assert published.release().stat().st_mtime_ns == before


def test_the_same_intake_gives_the_same_bytes(published: Checkout, tmp_path: Path) -> None:
    other = Checkout(tmp_path)
    assert other.run("Publish").returncode == 0
    assert digest_of(other.release()) == digest_of(published.release())


def test_a_run_that_was_published_publishes_again_to_another_site(
    published: Checkout, tmp_path: Path
) -> None:
    checkout = Checkout(tmp_path)
    shutil.copytree(published.data, checkout.data)
    done = checkout.run("Publish")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "TrainModel" not in done.stderr
    assert digest_of(checkout.release()) == digest_of(published.release())


@pytest.mark.parametrize("stage", ["NormaliseArchive", "TrainModel", "StageRelease"])
def test_a_killed_run_leaves_the_old_site_and_the_next_run_ends_alike(
    stage: str, published: Checkout, tmp_path: Path
) -> None:
    checkout = Checkout(tmp_path)
    old_release = checkout.site / "releases" / "tiny-old"
    old_release.mkdir(parents=True)
    (old_release / "release.json").write_text(
        '{"is_simulated": true, "release_id": "tiny-old", "source": "tiny",'
        ' "as_of": "2026-04-23T19:00:00+00:00", "files": {}}'
    )
    (checkout.site / "current").symlink_to("releases/tiny-old")
    kill_at(checkout, stage)
    assert checkout.release() == old_release
    done = checkout.run("Publish")
    assert done.returncode == 0, done.stderr[-3000:]
    assert digest_of(checkout.release()) == digest_of(published.release())


def kill_at(checkout: Checkout, stage: str) -> None:
    """Start a run and kill it, without a chance to clean up, a moment after a stage began."""
    process = subprocess.Popen(
        checkout.command("Publish"), cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    reached = any(f"{stage} ..." in line for line in process.stderr)
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.stderr.close()
    assert reached
    assert process.wait() == -signal.SIGKILL


def test_a_refresh_scores_without_training(published: Checkout, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    shutil.copytree(published.folder, checkout.folder, dirs_exist_ok=True, symlinks=True)
    done = checkout.run("Refresh", as_of="2026-04-24T21:00")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "ScoreFixtures" in done.stderr
    assert "TrainModel" not in done.stderr
    assert "refresh" in checkout.release().name


def test_a_refresh_before_the_first_night_fails_and_says_what_to_do(tmp_path: Path) -> None:
    done = Checkout(tmp_path).run("Refresh")
    assert done.returncode == 30
    assert "Publish` first" in done.stderr


def test_a_run_that_can_fetch_nothing_exits_non_zero_and_names_the_feed(tmp_path: Path) -> None:
    dead = Checkout(tmp_path, "football_data", ["--pipeline-base-url", "http://127.0.0.1:9/"])
    done = dead.run("Publish")
    assert done.returncode == 30
    assert "http://127.0.0.1:9/" in done.stderr
    assert "data.php: connection refused" in done.stderr
    assert not dead.site.exists()


def test_an_unusable_setting_exits_non_zero(tmp_path: Path) -> None:
    done = Checkout(tmp_path).run("Publish", "--pipeline-value-threshold", "7")
    assert done.returncode != 0
    assert "value_threshold" in done.stderr


def test_an_instant_that_cannot_be_read_exits_non_zero(tmp_path: Path) -> None:
    done = Checkout(tmp_path).run("Publish", as_of="yesterday")
    assert done.returncode != 0
    assert "2026-04-24T19:04" in done.stderr


def test_simulated_pages_never_replace_a_live_site(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    live = checkout.site / "releases" / "football-data-x"
    live.mkdir(parents=True)
    manifest = {"is_simulated": False, "release_id": "football-data-x", "source": "football_data"}
    (live / "release.json").write_text(json.dumps(manifest))
    (checkout.site / "current").symlink_to("releases/football-data-x")
    done = checkout.run("Publish")
    assert done.returncode == 30
    assert "simulated" in done.stderr
    assert checkout.release() == live


def test_two_runs_at_once_are_refused(published: Checkout, tmp_path: Path) -> None:
    from pipeline.archive.lock import exclusive

    checkout = Checkout(tmp_path)
    with exclusive(checkout.data / "run.lock"):
        done = checkout.run("Publish")
    assert done.returncode == 30
    assert "another run holds" in done.stderr


def test_two_runs_of_different_data_never_write_one_site_at_once(published: Checkout, tmp_path: Path) -> None:
    from pipeline.archive.lock import exclusive

    checkout = Checkout(tmp_path)
    shutil.copytree(published.data, checkout.data)
    with exclusive(checkout.site / ".lock"):
        done = checkout.run("Publish")
    assert done.returncode == 30
    assert "another run holds" in done.stderr
    assert not (checkout.site / "current").exists()


def test_status_answers_from_documents(published: Checkout) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.tasks.operator", "status", *published.settings()],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert EVENING[:10] in done.stdout
    assert published.release().name in done.stdout
