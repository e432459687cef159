"""Staging, switching, rolling back and pruning of releases."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.archive.paths import SiteRoot
from pipeline.domain.errors import ReleaseError, SettingError, VerificationFailed
from pipeline.publishing import release
from pipeline.publishing.release import (
    current_release,
    prune,
    stage,
    switch,
)
from tests.unit.publishing.release_samples import SCRIPT, STYLE, House, put, run_of, write_site


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_release_holds_pages_data_and_the_manifest_of_every_file(house: House) -> None:
    folder = stage(house.built, house.tables, house.site, run_of(seed=7))
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    assert folder == house.site.release("r1")
    assert manifest["release_id"] == "r1"
    assert manifest["seed"] == 7
    files = {path for path in _paths(folder) if not path.endswith((".gz", ".br")) and path != "release.json"}
    assert set(manifest["files"]) == files
    assert {"index.html", "metrics/index.html", "data/scores.csv", "data/run.json", SCRIPT} <= files
    for path, entry in manifest["files"].items():
        body = (folder / path).read_bytes()
        assert entry == {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}


def test_source_maps_stay_behind(house: House) -> None:
    folder = stage(house.built, house.tables, house.site, run_of())
    assert not [path for path in _paths(folder) if ".map" in path]


def test_two_stagings_elsewhere_give_the_same_bytes(house: House, tmp_path: Path) -> None:
    one = stage(house.built, house.tables, house.site, run_of())
    other = stage(house.built, house.tables, SiteRoot(tmp_path / "other"), run_of())
    assert _bytes(one) == _bytes(other)


def test_text_files_have_compressed_neighbours_and_pictures_have_none(house: House) -> None:
    folder = stage(house.built, house.tables, house.site, run_of())
    assert {"index.html.gz", "index.html.br", f"{STYLE}.br"} <= set(_paths(folder))
    assert not (folder / "assets/images/favicon.png.gz").exists()


def test_the_same_release_again_changes_nothing(house: House) -> None:
    folder = stage(house.built, house.tables, house.site, run_of())
    before = {path: (folder / path).stat().st_mtime_ns for path in _paths(folder)}
    assert stage(house.built, house.tables, house.site, run_of()) == folder
    assert {path: (folder / path).stat().st_mtime_ns for path in _paths(folder)} == before


def test_the_same_id_with_other_pages_is_an_error_and_the_old_bytes_stay(house: House) -> None:
    folder = stage(house.built, house.tables, house.site, run_of())
    before = _bytes(folder)
    write_site(house.built, marker="second")
    with pytest.raises(ReleaseError, match="other bytes"):
        stage(house.built, house.tables, house.site, run_of())
    assert _bytes(folder) == before


def test_a_site_that_breaks_a_promise_never_becomes_a_release(house: House) -> None:
    (house.built / "metrics/index.html").unlink()
    with pytest.raises(VerificationFailed, match=r"metrics/index\.html: is missing"):
        stage(house.built, house.tables, house.site, run_of())
    assert _paths(house.site.root) == []


def test_an_id_that_leaves_the_folder_of_releases_is_refused(house: House) -> None:
    with pytest.raises(SettingError):
        stage(house.built, house.tables, house.site, run_of("../../x"))


@pytest.mark.parametrize("key", ["release_id", "source", "is_simulated", "as_of"])
def test_a_run_that_does_not_say_what_it_is_cannot_be_staged(house: House, key: str) -> None:
    run = {name: value for name, value in run_of().items() if name != key}
    with pytest.raises(ReleaseError, match=key):
        stage(house.built, house.tables, house.site, run)


def test_built_pages_may_not_write_into_the_data(house: House) -> None:
    put(house.built, "data/scores.csv", "forged")
    with pytest.raises(ReleaseError, match=r"data/scores\.csv"):
        stage(house.built, house.tables, house.site, run_of())


def test_a_link_among_the_built_pages_is_refused(house: House) -> None:
    (house.built / "secret.txt").symlink_to("/etc/hostname")
    with pytest.raises(ReleaseError, match=r"secret\.txt is a link"):
        stage(house.built, house.tables, house.site, run_of())


def test_the_pool_keeps_an_asset_while_a_kept_release_uses_it(house: House) -> None:
    house.stage("a", 1)
    other = "assets/javascripts/bundle.99999999.min.js"
    built = write_site(house.root / "built-b", script="more()")
    for page in built.rglob("*.html"):
        page.write_text(
            page.read_text(encoding="utf-8")
            .replace("bundle.0a1b2c3d", "bundle.99999999")
            .replace("/r1/", "/b/"),
            "utf-8",
        )
    (built / SCRIPT).rename(built / other)
    stage(built, house.tables, house.site, run_of("b", as_of="2026-04-24T02:00:00Z"))
    switch(house.site, "b")
    pool = house.site.root
    assert (pool / SCRIPT).is_file()
    assert (pool / other).is_file()
    assert (pool / f"{other}.br").is_file()
    prune(house.site, keep=1)
    assert not (pool / SCRIPT).exists()
    assert not (pool / f"{SCRIPT}.gz").exists()
    assert (pool / other).is_file()
    assert (pool / STYLE).is_file()


def test_an_asset_with_other_bytes_under_a_pooled_name_stops_the_switch(house: House) -> None:
    house.stage("a")
    with pytest.raises(ReleaseError, match="in the pool with other bytes"):
        house.stage("b", 19, script="other()")
    assert (house.site.root / SCRIPT).read_text(encoding="utf-8").startswith("run()")
    with pytest.raises(ReleaseError, match="in the pool with other bytes"):
        switch(house.site, "b")


def test_a_switch_heals_a_pool_that_lost_an_asset(house: House) -> None:
    house.stage("a")
    (house.site.root / SCRIPT).unlink()
    switch(house.site, "a")
    assert (house.site.root / SCRIPT).is_file()


def test_a_writer_killed_while_staging_leaves_no_release(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(folder: Path) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(release, "compress_folder", crash)
    with pytest.raises(KeyboardInterrupt):
        house.stage("a")
    assert not house.site.release("a").exists()


KILLED = """
import sys
from pathlib import Path
from pipeline.archive.paths import SiteRoot
from pipeline.publishing.release import stage, switch
from tests.unit.publishing.release_samples import run_of
root, site = Path(sys.argv[1]), SiteRoot(Path(sys.argv[1]) / "site")
print("staging", flush=True)
for n in range(10_000):
    stage(root / "built", root / "tables", site, run_of(f"k{n}"), check=lambda folder: None)
    switch(site, f"k{n}")
"""


@pytest.mark.parametrize("seconds", [0.05, 0.19])
def test_killed_at_any_moment_every_release_in_sight_is_whole(house: House, seconds: float) -> None:
    command = [sys.executable, "-c", KILLED, str(house.root)]
    checkout = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(seconds)
        writer.kill()
    for folder in house.site.releases.glob("[!.]*"):
        manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        for path, entry in manifest["files"].items():
            assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / "index.html.br").is_file()
    current = current_release(house.site)
    prune(house.site, keep=10_000)
    assert not list(house.site.root.rglob(".*.part"))
    assert current_release(house.site) == current
    house.stage("after", 23)
    switch(house.site, "after")


def _paths(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in _paths(folder)}
