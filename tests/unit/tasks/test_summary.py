"""The summary of a run and what the record that closes it makes of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.archive.atomic import write_json
from pipeline.archive.run_paths import RunPaths
from pipeline.tasks.goals import Publish
from pipeline.tasks.settings import load_settings
from pipeline.tasks.summary import summary_of

GOOD = {"path": "mmz4281/2526/E1.csv", "reason": ""}


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    """A run whose data files all came."""
    paths = RunPaths(tmp_path / "20260424T1904Z-publish-0a1b2c3d-1")
    write_json(paths.intake, {"files": [GOOD], "cut_off_at": "2026-04-24T19:04:00+00:00"})
    write_json(paths.verdict, {"divisions": {}, "counts": {}})
    return paths


@pytest.mark.parametrize(("reason", "is_worth_retrying"), [("", False), ("answers 503", True)])
def test_an_index_page_that_was_not_had_makes_the_run_worth_retrying(
    paths: RunPaths, reason: str, is_worth_retrying: bool
) -> None:
    write_json(paths.fetch, {"pages": [{"path": "englandm.php", "reason": reason}]})
    summary = summary_of(paths, load_settings())
    record = Publish()._record(SimpleNamespace(run_id="a", paths=paths), summary)  # type: ignore[arg-type]
    assert record["is_worth_retrying"] is is_worth_retrying
    assert record["files_in_trouble"] == (["englandm.php"] if reason else [])
