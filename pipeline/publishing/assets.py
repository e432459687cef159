"""The pool of assets named by content hash, shared by all kept releases.

A page opened before a switch asks for the style sheet of its own release; the pool still has it, and since
the name changes with the content a browser may keep it for ever. Assets without a hash in their name are not
pooled: the web server hands them out of the current release and has them revalidated.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from pipeline.archive.atomic import write_bytes
from pipeline.domain.errors import ReleaseError
from pipeline.publishing.compress import NEIGHBOURS

# The web server's configuration holds the same pattern; a test compares the two.
HASHED_ASSET = re.compile(r"assets/.*\.[0-9a-f]{8,64}\.[^/]+")


def is_hashed_asset(path: str) -> bool:
    """Tell whether a path within a release names an asset by its content.

    >>> is_hashed_asset("assets/stylesheets/main.57a0d79d.min.css")
    True
    >>> is_hashed_asset("assets/images/favicon.png")
    False
    """
    return HASHED_ASSET.fullmatch(path) is not None


def fill_pool(folder: Path, paths: Iterable[str], pool: Path, release_id: str) -> None:
    """Bring the hashed assets of a release, and their compressed neighbours, into the pool.

    Raises ReleaseError where the pool already holds other bytes under the same name.
    """
    for path in sorted(filter(is_hashed_asset, paths)):
        kept = pool / Path(path).relative_to("assets")
        if not kept.exists():
            _link(folder / path, kept)
        elif not _is_same(folder / path, kept):
            raise ReleaseError(release_id, f"{path} is in the pool with other bytes")
        for suffix in NEIGHBOURS:
            neighbour, kept_neighbour = folder / (path + suffix), kept.with_name(kept.name + suffix)
            if neighbour.exists() and not kept_neighbour.exists():
                _link(neighbour, kept_neighbour)


def drop_unused(pool: Path, used_paths: Iterable[str]) -> list[str]:
    """Remove what no kept release uses from the pool and return the removed asset paths, sorted.

    used_paths: the files of all kept releases; others than hashed assets are ignored.
    """
    used = {path + suffix for path in used_paths for suffix in ("", *NEIGHBOURS)}
    found = sorted(file for file in pool.rglob("*") if file.is_file()) if pool.is_dir() else []
    unused = [file for file in found if f"assets/{file.relative_to(pool).as_posix()}" not in used]
    for file in unused:
        file.unlink()
    for folder in sorted((each for each in pool.rglob("*") if each.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    return [f"assets/{file.relative_to(pool).as_posix()}" for file in unused]


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        write_bytes(target, source.read_bytes())


def _is_same(one: Path, other: Path) -> bool:
    if one.samefile(other):
        return True
    return hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(other.read_bytes()).digest()
