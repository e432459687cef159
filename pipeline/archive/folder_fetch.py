"""Serving a user's folder of CSV files as if it were a feed, and reading its division table.

The list of the folder's files is its index page. A file's mark is the hash of its content, so touching a
file fetches nothing; the time it was last written is told, because a list of fixtures is as old as that.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from pipeline.archive.fetch import Answer
from pipeline.archive.transfer import Limits, shown
from pipeline.domain.errors import FetchError, SettingError

_BASE = "folder:"
_INDEX = "index.html"
_DIVISION_TABLE = "divisions.csv"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,119}", re.ASCII)
_LEFTOVERS = (".", "~")


class FolderFetcher:
    """Serve the CSV files that lie directly in a folder; `index.html` lists them."""

    def __init__(self, folder: Path, *, limits: Limits | None = None) -> None:
        self._folder = folder
        self._most_bytes = (limits or Limits()).body_bytes
        self.base_url = _BASE

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:  # noqa: ARG002
        """Return a file or the index; content that has the mark `etag` answers 304 without marks of its own.

        Raises FetchError where the folder has no such file, for an empty or too large one, and for the index
        where it holds no file or one whose name can not be an address.
        """
        body, modified = (self._index(), "") if path == _INDEX else self._file(path)
        mark = f'"{hashlib.sha256(body).hexdigest()}"'
        if mark == etag:
            return Answer(path, self.base_url + path, 304, b"")
        return Answer(path, self.base_url + path, 200, body, mark, modified)

    def _names(self) -> list[str]:
        """Return the names of the folder's CSV files; editors' leftovers begin with `.` or `~`."""
        try:
            found = [each.name for each in self._folder.iterdir() if each.is_file()]
        except OSError as error:
            raise FetchError(_BASE, _INDEX, f"the folder can not be read: {error.strerror}") from error
        names = (name for name in found if not name.startswith(_LEFTOVERS) and name != _DIVISION_TABLE)
        return sorted(name for name in names if name.lower().endswith(".csv"))

    def _index(self) -> bytes:
        names = self._names()
        if not names:
            raise FetchError(_BASE, _INDEX, f"the folder holds no CSV file beside {_DIVISION_TABLE}")
        for name in names:
            if not _NAME.fullmatch(name):
                reason = f"rename the file {shown(name)!r}: only letters, digits, '_', '-' and '.'"
                raise FetchError(_BASE, _INDEX, reason)
        return "".join(f'<a href="{name}">{name}</a>\n' for name in names).encode()

    def _file(self, path: str) -> tuple[bytes, str]:
        if path not in self._names():
            raise FetchError(_BASE, shown(path), "is not in the folder")
        file = self._folder / path
        try:
            if file.stat().st_size > self._most_bytes:
                raise FetchError(_BASE, path, f"is larger than {self._most_bytes} bytes")
            body, modified_at = file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except OSError as error:
            raise FetchError(_BASE, path, f"can not be read: {error.strerror}") from error
        if not body.strip():
            raise FetchError(_BASE, path, "is empty")
        return body, format_datetime(modified_at.replace(microsecond=0), usegmt=True)


def division_table_of(folder: Path) -> bytes:
    """Return the bytes of a folder's `divisions.csv`. Raises SettingError where there is none to read."""
    try:
        return (folder / _DIVISION_TABLE).read_bytes()
    except OSError as error:
        reason = f"its {_DIVISION_TABLE} can not be read: {error.strerror}"
        raise SettingError("folder", str(folder), reason) from error


def folder_mark_of(folder: Path) -> str:
    """Return what changes when a CSV file of the folder is added, removed or written: no file is read.

    Raises SettingError where the folder can not be read.
    """
    try:
        files = [each for each in folder.iterdir() if each.name.lower().endswith(".csv")]
        states = sorted((each.name, each.stat().st_size, each.stat().st_mtime_ns) for each in files)
    except OSError as error:
        raise SettingError("folder", str(folder), f"can not be read: {error.strerror}") from error
    return hashlib.sha256(repr(states).encode()).hexdigest()[:16]
