"""Stage releases aside, switch the site to one in a single step, roll back, prune.

    site/releases/<release_id>/   pages, assets/, data/, release.json, compressed neighbours
    site/current                  a relative link to one of them, the only thing a switch changes
    site/assets/                  the pool, see `assets`

A folder under `releases` is always whole and verified: it is built under another name and renamed last.
Call these while holding the run's lock. Nothing here reads the clock or decides what is worth publishing.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipeline.archive.atomic import atomic_folder, read_json, sweep, sync, write_json
from pipeline.archive.paths import SiteRoot
from pipeline.domain.errors import ReleaseError, SettingError, SwitchRefused
from pipeline.publishing.assets import drop_unused, fill_pool
from pipeline.publishing.compress import compress_folder
from pipeline.publishing.verify import verify

MANIFEST = "release.json"
_RUN_KEYS = {"release_id": str, "source": str, "is_simulated": bool, "as_of": str}


def stage(
    built: Path,
    tables: Path,
    site_root: SiteRoot,
    run: Mapping[str, Any],
    *,
    check: Callable[[Path], None] = verify,
) -> Path:
    """Make the folder of a release from built pages and published tables, and return it.

    run: at least release_id, source, is_simulated and as_of (ISO 8601 text); all of it enters the manifest.
    check: raises where the folder must not become a release; it sees pages, data and manifest.

    The same release again is a no-op. Raises ReleaseError where the id is taken by other bytes or the input
    cannot be released, VerificationFailed where the pages break a promise.
    """
    release_id = _checked_run(run)
    files = _files_of(release_id, built, tables)
    manifest = {**run, "files": {path: _entry(source) for path, source in files.items()}}
    folder = site_root.release(release_id)
    if not folder.exists():
        with atomic_folder(folder) as aside:
            _copy(files, aside)
            write_json(aside / MANIFEST, manifest)
            check(aside)
            compress_folder(aside)
    elif _manifest_of(folder) != manifest:
        raise ReleaseError(release_id, "the id is taken by a release with other bytes")
    fill_pool(folder, files, site_root.assets, release_id)
    return folder


def switch(site_root: SiteRoot, release_id: str) -> None:
    """Make a staged release the current one: one rename, seen by the next request.

    Raises ReleaseError where the release is not staged, and SwitchRefused where simulated pages would
    replace a live site, or a site that can no longer be told from a live one.
    """
    folder = site_root.release(release_id)
    manifest = _manifest_of(folder)
    refuse_simulated_over_live(site_root, is_simulated=manifest["is_simulated"], release_id=release_id)
    fill_pool(folder, manifest["files"], site_root.assets, release_id)
    aside = site_root.root / f".current.{secrets.token_hex(6)}.part"
    aside.symlink_to(folder.relative_to(site_root.root))
    aside.replace(site_root.current)
    sync(site_root.root)


def refuse_simulated_over_live(
    site_root: SiteRoot, *, is_simulated: bool, release_id: str = "planned"
) -> None:
    """Raise SwitchRefused where simulated pages would replace a live site; asked again by every switch.

    A site whose current release cannot be read counts as live.
    """
    if not is_simulated:
        return
    try:
        current = current_release(site_root)
    except ReleaseError as error:
        raise SwitchRefused(release_id, f"it is simulated and the site may be live: {error}") from error
    if current is not None and not current["is_simulated"]:
        raise SwitchRefused(release_id, "it is simulated and the current release is not")


def current_release(site_root: SiteRoot) -> dict[str, Any] | None:
    """Return the manifest of the current release, or None before the first switch.

    Raises ReleaseError where the link leads nowhere.
    """
    return _manifest_of(site_root.current.resolve()) if site_root.current.is_symlink() else None


def rollback(site_root: SiteRoot, to: str | None = None) -> str:
    """Switch back to a kept release and return its id.

    to: a release id; by default the newest release of the same source that is older than the current one.
    Raises ReleaseError where there is none.
    """
    if to is None:
        current = current_release(site_root)
        if current is None:
            raise ReleaseError("none", "there is no current release to roll back from")
        kept = [each["release_id"] for each in _releases(site_root) if _is_kin(each, current)]
        older = kept[: kept.index(current["release_id"])]
        if not older:
            raise ReleaseError(current["release_id"], "no older release of this source is kept")
        to = older[-1]
    switch(site_root, to)
    return to


def prune(site_root: SiteRoot, keep: int = 5) -> list[str]:
    """Remove all but the newest `keep` releases of each source and return the removed ids, oldest first.

    The current release always stays. Assets that no kept release uses leave the pool, and what killed
    writers left behind is swept.
    """
    if keep < 1:
        raise SettingError("keep", keep, "at least one release of a source is kept")
    sweep(site_root.root)
    current = current_release(site_root)
    by_source: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for manifest in _releases(site_root):
        by_source[manifest["source"]].append(manifest)
    old = [each for group in by_source.values() for each in group[:-keep] if each != current]
    for manifest in old:
        _remove(site_root.release(manifest["release_id"]))
    drop_unused(site_root.assets, {path for kept in _releases(site_root) for path in kept["files"]})
    return [manifest["release_id"] for manifest in old]


def _checked_run(run: Mapping[str, Any]) -> str:
    for key, kind in _RUN_KEYS.items():
        if not isinstance(run.get(key), kind):
            raise ReleaseError(str(run.get("release_id", "")), f"the run does not say its {key}")
    return str(run["release_id"])


def _files_of(release_id: str, built: Path, tables: Path) -> dict[str, Path]:
    """Return every file of the release, its path within the release first; source maps stay behind."""
    found = {f"data/{path}": file for path, file in _files_below(tables).items()}
    pages = _files_below(built)
    if taken := [path for path in pages if path == MANIFEST or path.startswith("data/")]:
        raise ReleaseError(release_id, f"the built pages may not hold {taken[0]}")
    both = dict(sorted((found | pages).items()))
    if links := [path for path, file in both.items() if file.is_symlink()]:
        raise ReleaseError(release_id, f"{links[0]} is a link")
    return {path: file for path, file in both.items() if file.suffix != ".map"}


def _files_below(folder: Path) -> dict[str, Path]:
    found = (file for file in sorted(folder.rglob("*")) if file.is_file() or file.is_symlink())
    return {file.relative_to(folder).as_posix(): file for file in found}


def _entry(file: Path) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "size": file.stat().st_size}


def _copy(files: Mapping[str, Path], folder: Path) -> None:
    for path, source in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)  # contents only: a new time, so that a changed page gets a new ETag


def _manifest_of(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = read_json(folder / MANIFEST)
    except (OSError, ValueError) as error:
        raise ReleaseError(folder.name, f"no readable {MANIFEST}: {error}") from error
    return manifest


def _releases(site_root: SiteRoot) -> list[dict[str, Any]]:
    """Return the manifests of all releases, oldest first: by as_of, then by the order of staging."""
    if not site_root.releases.is_dir():
        return []
    folders = [folder for folder in site_root.releases.iterdir() if not folder.name.startswith(".")]
    dated = [(_manifest_of(folder), (folder / MANIFEST).stat().st_mtime_ns) for folder in folders]
    dated.sort(key=lambda pair: (pair[0]["as_of"], pair[1], pair[0]["release_id"]))
    return [manifest for manifest, _ in dated]


def _is_kin(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[key] == other[key] for key in ("source", "is_simulated"))


def _remove(folder: Path) -> None:
    aside = folder.with_name(f".{folder.name[:80]}.{secrets.token_hex(6)}.part")
    folder.rename(aside)  # in one step, so that a release is never seen half removed
    shutil.rmtree(aside)
