"""Writing so that a target is whole or absent, whenever the writer is killed.

A file is written beside its target, forced to the disk, then renamed over it; a folder likewise. What a
killed writer leaves behind is named `.*.part`; `sweep` removes it. Nothing here locks: see `lock.exclusive`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_SUFFIX = ".part"


def write_bytes(path: Path, body: bytes) -> None:
    """Write a file whole, making its folder; an older file is replaced in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _sibling(path)
    try:
        with temporary.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole, in UTF-8 with the line ends as given."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write a JSON document whole: sorted keys and a closing newline, so equal values give equal bytes.

    Raises ValueError for NaN and infinities, which JSON does not know: a missing number is None.
    """
    write_text(path, json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False, indent=1) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON document; raises FileNotFoundError where there is none."""
    return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `path` on success and vanishes on failure.

    An older folder is moved aside first: a writer killed between the two renames leaves `path` absent,
    never mixed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _sibling(path)
    temporary.mkdir()
    try:
        yield temporary
        _sync_tree(temporary)
        _replace_folder(temporary, path)
    finally:
        if temporary.exists():
            shutil.rmtree(temporary)


def sweep(folder: Path) -> list[Path]:
    """Remove what killed writers left anywhere below a folder and return what was removed, sorted.

    Call it while holding the lock of that folder: the parts of a living writer have the same names.
    """
    found = sorted(folder.rglob(f".*{_SUFFIX}")) if folder.is_dir() else []
    for part in found:
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
    return found


def _sibling(path: Path) -> Path:
    return path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}{_SUFFIX}")


def _replace_folder(temporary: Path, path: Path) -> None:
    old = _sibling(path)
    with suppress(FileNotFoundError):
        path.rename(old)
    temporary.rename(path)
    sync(path.parent)
    if old.is_dir() and not old.is_symlink():
        shutil.rmtree(old)
    else:
        old.unlink(missing_ok=True)


def _sync_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            if not (Path(parent) / name).is_symlink():
                sync(Path(parent) / name)
        sync(Path(parent))


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
