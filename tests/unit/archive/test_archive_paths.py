"""No name leaves its root, and no two targets share a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.archive.paths import DataRoot, RunPaths, SiteRoot
from pipeline.domain.errors import SettingError

ROOT = Path("/srv/touchline")
HOSTILE = ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "a\nb", "-rf", ".hidden", "a" * 81, "é", "a "]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_source_that_could_leave_the_root_is_refused(name: str) -> None:
    with pytest.raises(SettingError):
        DataRoot(ROOT, name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_run_that_could_leave_the_root_is_refused(name: str) -> None:
    with pytest.raises(SettingError):
        DataRoot(ROOT, "embedded").run(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_release_that_could_leave_the_site_is_refused(name: str) -> None:
    with pytest.raises(SettingError):
        SiteRoot(ROOT).release(name)


@pytest.mark.parametrize("sha256", ["", "../../x", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n"])
def test_a_snapshot_is_named_by_a_content_hash_only(sha256: str) -> None:
    with pytest.raises(SettingError):
        DataRoot(ROOT, "embedded").snapshot(sha256)


def test_sources_never_share_a_path() -> None:
    paths = [
        [
            value
            for name in dir(DataRoot)
            if isinstance(value := getattr(DataRoot(ROOT, source), name, None), Path)
        ]
        for source in ("embedded", "football_data")
    ]
    assert not set(paths[0][0:]) & set(paths[1]) - {ROOT}


def test_everything_of_a_source_lies_in_its_folder() -> None:
    data = DataRoot(ROOT, "embedded")
    hashed = [data.snapshot("ab" * 32), data.parsed("ab" * 32, "3"), data.run("2026-04-24T1900Z").folder]
    assert all(path.is_relative_to(ROOT / "embedded") for path in [*hashed, data.lock, data.registry_db])


def test_no_two_targets_of_a_run_share_a_file() -> None:
    names = [name for name in dir(RunPaths) if isinstance(getattr(RunPaths, name, None), property)]
    targets = [getattr(RunPaths(ROOT), name) for name in names]
    assert len(set(targets)) == len(names) > 20
