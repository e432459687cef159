"""Switching to a release, rolling back, pruning."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.archive.paths import SiteRoot
from pipeline.domain.errors import ReleaseError, SettingError, SwitchRefused
from pipeline.publishing.release import current_release, prune, refuse_simulated_over_live, rollback, switch
from tests.unit.publishing.release_samples import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


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
