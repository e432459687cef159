"""Staging, switching, rolling back and pruning of releases."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.archive.paths import SiteRoot
from pipeline.domain.errors import ReleaseError, SettingError, SwitchRefused, VerificationFailed
from pipeline.publishing import release
from pipeline.publishing.release import (
    current_release,
    prune,
    refuse_simulated_over_live,
    rollback,
    stage,
    switch,
)
from tests.unit.publishing.release_samples import SCRIPT, STYLE, put, run_of, write_site, write_tables


class House:
    """A site root with one built site and its tables."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.site = SiteRoot(root / "site")
        self.tables = write_tables(root / "tables")
        self.built = write_site(root / "built")

    def stage(
        self, release_id: str, hour: int = 18, *, is_simulated: bool = True, script: str = "run()"
    ) -> Path:
        built = write_site(self.root / f"built-{release_id}", marker=release_id, script=script)
        put(
            built,
            "index.html",
            (built / "index.html").read_text(encoding="utf-8").replace("data/r1/", f"data/{release_id}/"),
        )
        run = run_of(release_id, as_of=f"2026-04-24T{hour:02}:00:00Z", is_simulated=is_simulated)
        return stage(built, self.tables, self.site, run)


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


def test_before_the_first_switch_there_is_no_current_release(house: House) -> None:
    house.stage("a")
    assert current_release(house.site) is None


def test_the_current_link_is_relative_so_that_the_site_can_be_mounted_elsewhere(
    house: House, tmp_path: Path
) -> None:
    house.stage("a")
    switch(house.site, "a")
    assert house.site.current.readlink() == Path("releases/a")
    house.site.root.rename(tmp_path / "mounted")
    assert (tmp_path / "mounted/current/index.html").is_file()


def test_a_switch_replaces_the_link_and_leaves_nothing_beside_it(house: House) -> None:
    house.stage("a")
    house.stage("b", 19)
    switch(house.site, "a")
    switch(house.site, "b")
    current = current_release(house.site)
    assert current is not None
    assert current["release_id"] == "b"
    assert sorted(path.name for path in house.site.root.iterdir()) == ["assets", "current", "releases"]


def test_a_crash_before_the_rename_leaves_the_old_release_current(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.stage("a")
    house.stage("b", 19)
    switch(house.site, "a")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        switch(house.site, "b")
    monkeypatch.undo()
    assert house.site.current.readlink() == Path("releases/a")
    prune(house.site)
    assert sorted(path.name for path in house.site.root.iterdir()) == ["assets", "current", "releases"]


def test_a_release_that_is_not_staged_cannot_be_switched_to(house: House) -> None:
    with pytest.raises(ReleaseError, match="no readable"):
        switch(house.site, "a")
    assert not house.site.current.is_symlink()


def test_simulated_pages_never_replace_a_live_site(house: House) -> None:
    house.stage("live", is_simulated=False)
    house.stage("toy", 19)
    switch(house.site, "live")
    with pytest.raises(SwitchRefused):
        switch(house.site, "toy")
    assert house.site.current.readlink() == Path("releases/live")


def test_a_live_release_replaces_a_simulated_one(house: House) -> None:
    house.stage("toy")
    house.stage("live", 19, is_simulated=False)
    switch(house.site, "toy")
    switch(house.site, "live")
    assert house.site.current.readlink() == Path("releases/live")


def test_a_site_that_may_have_been_live_is_not_replaced_by_simulated_pages(house: House) -> None:
    house.stage("toy")
    house.site.current.symlink_to("releases/gone")
    with pytest.raises(SwitchRefused, match="may be live"):
        switch(house.site, "toy")


def test_a_simulated_run_is_refused_before_it_starts_over_a_live_site(house: House) -> None:
    refuse_simulated_over_live(house.site, is_simulated=True)
    house.stage("live", is_simulated=False)
    switch(house.site, "live")
    refuse_simulated_over_live(house.site, is_simulated=False)
    with pytest.raises(SwitchRefused):
        refuse_simulated_over_live(house.site, is_simulated=True)


def test_rollback_goes_to_the_release_before_the_current_one(house: House) -> None:
    for hour, release_id in enumerate(("c", "a", "b")):
        house.stage(release_id, hour)
    switch(house.site, "b")
    assert rollback(house.site) == "a"
    assert rollback(house.site) == "c"
    with pytest.raises(ReleaseError, match="no older release"):
        rollback(house.site)
    assert house.site.current.readlink() == Path("releases/c")


def test_rollback_never_leads_from_a_live_release_to_a_simulated_one(house: House) -> None:
    house.stage("toy")
    house.stage("live", 19, is_simulated=False)
    switch(house.site, "live")
    with pytest.raises(ReleaseError, match="no older release"):
        rollback(house.site)
    with pytest.raises(SwitchRefused):
        rollback(house.site, to="toy")


def test_rollback_to_a_named_release_may_go_forward(house: House) -> None:
    house.stage("a")
    house.stage("b", 19)
    switch(house.site, "a")
    assert rollback(house.site, to="b") == "b"
    assert house.site.current.readlink() == Path("releases/b")


def test_of_two_releases_of_one_hour_the_one_staged_later_is_the_newer(house: House) -> None:
    first, second = house.stage("z"), house.stage("a")
    os.utime(first / "release.json", ns=(1, 1_000))
    os.utime(second / "release.json", ns=(1, 2_000))
    switch(house.site, "a")
    assert rollback(house.site) == "z"


def test_prune_keeps_the_newest_of_each_source_and_the_current_one(house: House) -> None:
    for hour in range(4):
        house.stage(f"toy{hour}", hour)
        house.stage(f"live{hour}", hour, is_simulated=False)
    switch(house.site, "live0")
    assert prune(house.site, keep=2) == ["toy0", "toy1", "live1"]
    kept = sorted(path.name for path in house.site.releases.iterdir())
    assert kept == ["live0", "live2", "live3", "toy2", "toy3"]


def test_prune_refuses_to_keep_nothing(house: House) -> None:
    with pytest.raises(SettingError):
        prune(house.site, keep=0)


def test_prune_of_an_empty_site_does_nothing(tmp_path: Path) -> None:
    assert prune(SiteRoot(tmp_path / "none")) == []


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
