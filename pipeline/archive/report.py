"""What a fetch found and what a run reads: plain values that go to JSON and back without loss.

Nothing here fetches or reads a disk. Instants are written in ISO 8601 with their offset.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipeline.sources.base import FeedFile

STATES = ("fetched", "unchanged", "resting", "stored", "last_good", "vanished", "failed")


@dataclass(frozen=True)
class IntakeFile:
    """One file of the feed and the bytes that serve for it.

    kind, division, season: as in `FeedFile`; an index page has the kind `page`. state: `fetched` (new bytes),
    `unchanged`, `resting` (of a finished season and confirmed within the week: not asked for), `stored` (a
    replay reads what a live run had fetched by then), `last_good` (an earlier snapshot serves, `reason` says
    why), `vanished` (no page links to it any more, its last snapshot serves) or `failed` (nothing serves).
    sha256, size: of the bytes that serve, empty and 0 for a failed file. fetched_at: when those bytes first
    came; of a failed file, when it was asked for.
    """

    path: str
    kind: str
    division: str
    season: int | None
    state: str
    reason: str
    sha256: str
    size: int
    fetched_at: datetime
    last_modified: str

    @property
    def file(self) -> FeedFile:
        """Return the file as the source named it."""
        return FeedFile(self.path, self.kind, self.division, self.season)

    @property
    def stood_at(self) -> datetime:
        """Return the earliest instant at which these bytes are known to have stood at the feed.

        That is the server's `Last-Modified` where it gave one that lies before the fetch.
        """
        try:
            modified_at = parsedate_to_datetime(self.last_modified)
        except ValueError:
            return self.fetched_at
        aware = modified_at if modified_at.tzinfo else modified_at.replace(tzinfo=UTC)
        return min(aware, self.fetched_at)

    def to_document(self) -> dict[str, Any]:
        """Return the fields as JSON knows them."""
        return dataclasses.asdict(self) | {"fetched_at": self.fetched_at.isoformat()}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> IntakeFile:
        """Read what `to_document` returned."""
        return cls(**document | {"fetched_at": datetime.fromisoformat(document["fetched_at"])})


@dataclass(frozen=True)
class FetchReport:
    """What one fetch asked for and what came of it: index pages and data files, in the order of asking.

    is_reconstruction: a run of a past instant found no snapshot of that time and reads what the feed says
    today.
    """

    source: str
    base_url: str
    started_at: datetime
    finished_at: datetime
    pages: tuple[IntakeFile, ...]
    files: tuple[IntakeFile, ...]
    is_reconstruction: bool = False

    @property
    def is_stored(self) -> bool:
        """Tell whether nothing was asked for: the files are snapshots that live runs had taken by then."""
        return all(file.state == "stored" for file in self.files)

    def counts(self) -> dict[str, int]:
        """Return the number of data files in each state."""
        return {state: sum(file.state == state for file in self.files) for state in STATES}

    def problems(self) -> list[str]:
        """Return what did not come as it should, pages first, each with its reason."""
        return [
            f"{each.path or 'index page'}: {each.reason}"
            for each in (*self.pages, *self.files)
            if each.reason
        ]

    def to_document(self) -> dict[str, Any]:
        """Return the report as JSON knows it."""
        return {
            "source": self.source,
            "base_url": self.base_url,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "pages": [page.to_document() for page in self.pages],
            "files": [file.to_document() for file in self.files],
            "is_reconstruction": self.is_reconstruction,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> FetchReport:
        """Read what `to_document` returned."""
        return cls(
            document["source"],
            document["base_url"],
            datetime.fromisoformat(document["started_at"]),
            datetime.fromisoformat(document["finished_at"]),
            tuple(IntakeFile.from_document(page) for page in document["pages"]),
            tuple(IntakeFile.from_document(file) for file in document["files"]),
            document["is_reconstruction"],
        )


@dataclass(frozen=True)
class Intake:
    """Exactly the bytes that feed one run, sorted by path.

    as_of: the run's label. cut_off_at: nothing dated after it is visible to the run. digest: a hash over the
    paths and hashes of all files that have bytes; the same digest means the same input.
    """

    source: str
    as_of: datetime
    cut_off_at: datetime
    files: tuple[IntakeFile, ...]
    digest: str

    def to_document(self) -> dict[str, Any]:
        """Return the intake as JSON knows it."""
        return {
            "source": self.source,
            "as_of": self.as_of.isoformat(),
            "cut_off_at": self.cut_off_at.isoformat(),
            "files": [file.to_document() for file in self.files],
            "digest": self.digest,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Intake:
        """Read what `to_document` returned."""
        return cls(
            document["source"],
            datetime.fromisoformat(document["as_of"]),
            datetime.fromisoformat(document["cut_off_at"]),
            tuple(IntakeFile.from_document(file) for file in document["files"]),
            document["digest"],
        )
