"""When each file of a feed was last confirmed: asked for, and found to be the bytes that are kept.

One small document, rewritten whole at the end of a fetch, so that it never grows beyond one entry a path
and the log of snapshots holds nothing but changes. What a killed fetch had confirmed is asked for again;
removing the document makes the next fetch ask for every file.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.archive.atomic import read_json, write_json

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Confirmation:
    sha256: str
    url: str
    at: datetime


class Confirmations:
    """The confirmations kept in one file; a file that cannot be read confirms nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._by_path = _read(path)
        self._has_news = False

    def at(self, path: str, sha256: str, url: str) -> datetime | None:
        """Return when an address last had the bytes with this content hash; None where it was never seen."""
        known = self._by_path.get(path)
        return known.at if known and (known.sha256, known.url) == (sha256, url) else None

    def note(self, path: str, sha256: str, url: str, at: datetime) -> None:
        """Remember that an address still has, or just gave, the bytes with this content hash."""
        self._by_path[path] = _Confirmation(sha256, url, at)
        self._has_news = True

    def save(self) -> None:
        """Write the document where something was noted since it was read."""
        if self._has_news:
            document = {
                path: {"sha256": each.sha256, "url": each.url, "confirmed_at": each.at.isoformat()}
                for path, each in self._by_path.items()
            }
            write_json(self._path, document)
            self._has_news = False


def _read(path: Path) -> dict[str, _Confirmation]:
    try:
        document: Mapping[str, Mapping[str, Any]] = read_json(path)
        return {
            name: _Confirmation(each["sha256"], each["url"], datetime.fromisoformat(each["confirmed_at"]))
            for name, each in document.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        _LOG.warning("%s cannot be read: every file is asked for again", path.name)
        return {}
