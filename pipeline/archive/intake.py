"""From a feed to exactly the bytes that feed a run: what each file answered, and which snapshot serves.

A file that fails, or answers with something it should not, is an entry with its reason, and its last good
snapshot serves. A file of a finished season rests: it is asked for once a week. Rows are read later: here a
file is judged by `accept` and by whether it lost lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.archive.fetch import Fetcher, links_of
from pipeline.archive.report import FetchReport, Intake, IntakeFile
from pipeline.archive.snapshots import Snapshot, SnapshotStore
from pipeline.archive.transfer import shown
from pipeline.domain.errors import FetchError, TooLittleAccepted
from pipeline.sources.base import FeedFile

if TYPE_CHECKING:
    from pipeline.sources.base import Source

__all__ = ["FetchReport", "Intake", "IntakeFile", "fetch_all", "stored_report", "take_intake"]

_PAGE = "page"
_PROGRESS_EVERY = 50
_MOST_REASONS = 5
_LEAST_SHARE_OF_LINES = 0.9
_LINES_THAT_MAY_GO = 5

_RESTS_FOR = timedelta(days=7)

Accept = Callable[[FeedFile, bytes], str]
IsFinished = Callable[[FeedFile, datetime], bool]


def fetch_all(
    source: Source,
    fetcher: Fetcher,
    store: SnapshotStore,
    now: Callable[[], datetime],
    progress: Callable[[str], None],
    accept: Accept | None = None,
    *,
    is_finished: IsFinished | None = None,
    is_reconstruction: bool = False,
    keep_vanished: bool = True,
) -> FetchReport:
    """Ask the feed for its pages, then for every file they link to, and keep what is new.

    accept: returns why bytes are not the file that was asked for, empty where they are. Snapshots fetched
    after the start are not seen, so a run of a past instant meets only its past. progress: is told how many
    files are done and each new reason once; the report has them all. is_finished: tells whether a file's
    season has ended at an instant; such a file is asked for only where its last confirmation, from the same
    address, is older than 7 days. Where it is None every file is asked for. keep_vanished: whether the last
    snapshot of a file that no page links to any more serves, as it should where a page may be wrong once.
    Raises TooLittleAccepted where no page, or no file, can be had and no earlier snapshot serves.
    """
    fetch = _Fetch(source, fetcher, store, now, accept, is_finished)
    try:
        files = _all_files(fetch, source, store, progress, keep_vanished)
    finally:
        store.confirmations.save()
    if not any(file.sha256 for file in files):
        raise TooLittleAccepted(_reasons(files) or ["no page links to a data file"])
    return FetchReport(
        source.name, fetcher.base_url, fetch.started_at, now(), tuple(fetch.pages), files, is_reconstruction
    )


def stored_report(source: Source, store: SnapshotStore, *, as_of: datetime) -> FetchReport | None:
    """Return what a fetch had brought by a past instant, from snapshots alone; None where none are that old.

    Every data file has the bytes that were its newest good ones at that instant; pages are not read again.
    """
    files = source.files(store.paths(as_of))
    found = [(file, snapshot) for file in files if (snapshot := store.latest(file.path, as_of))]
    if not found:
        return None
    entries = tuple(_entry(file, "stored", snapshot) for file, snapshot in found)
    return FetchReport(source.name, "stored:", as_of, as_of, (), entries)


def _all_files(
    fetch: _Fetch,
    source: Source,
    store: SnapshotStore,
    progress: Callable[[str], None],
    keep_vanished: bool,
) -> tuple[IntakeFile, ...]:
    links = fetch.follow_pages()
    wanted = {file.path: file for file in source.files(links)}
    known = {file.path: file for file in source.files(store.paths(fetch.started_at))}
    files: list[IntakeFile] = []
    for number, file in enumerate(wanted.values(), start=1):
        is_new_reason = (entry := fetch.get(file)).reason not in {"", *(each.reason for each in files)}
        files.append(entry)
        if is_new_reason or number % _PROGRESS_EVERY == 0 or number == len(wanted):
            progress(f"{number} of {len(wanted)} files: {_told(entry)}")
    gone = (file for path, file in known.items() if path not in wanted and keep_vanished)
    files += [fetch.fall_back(file, "vanished", "no page links to it any more") for file in gone]
    return tuple(files)


def take_intake(report: FetchReport, *, as_of: datetime, cut_off_at: datetime) -> Intake:
    """Close the list of exactly the bytes that feed a run, sorted by path.

    Files without bytes stay in the list with their reason; the digest covers the paths and hashes of the
    rest.
    """
    files = tuple(sorted(report.files, key=lambda file: file.path))
    lines = "".join(f"{file.path} {file.sha256}\n" for file in files if file.sha256)
    return Intake(report.source, as_of, cut_off_at, files, hashlib.sha256(lines.encode()).hexdigest())


class _Fetch:
    """One fetch under way. Everything it looks up in the store lies at or before its start."""

    def __init__(
        self,
        source: Source,
        fetcher: Fetcher,
        store: SnapshotStore,
        now: Callable[[], datetime],
        accept: Accept | None,
        is_finished: IsFinished | None,
    ) -> None:
        self._source, self._fetcher, self._store, self._now = source, fetcher, store, now
        self._accept, self._is_finished = accept, is_finished
        self.started_at = now()
        self.pages: list[IntakeFile] = []

    def follow_pages(self) -> list[str]:
        """Return the links of the first pages and of those they lead to, in order and without duplicates."""
        links = [link for page in self._source.first_pages for link in self._links_of_page(page)]
        seen = set(self._source.first_pages)
        further = [page for page in dict.fromkeys(self._source.pages(links)) if page not in seen]
        links += [link for page in further for link in self._links_of_page(page)]
        if not any(page.sha256 for page in self.pages):
            raise TooLittleAccepted(_reasons(self.pages) or ["the feed names no index page"])
        return list(dict.fromkeys(links))

    def get(self, file: FeedFile) -> IntakeFile:
        """Ask for one file and tell which bytes serve for it."""
        last = self._store.latest(file.path, self.started_at)
        if last and self._rests(file, last):
            return _entry(file, "resting", last)
        marks = {"etag": last.etag, "last_modified": last.last_modified} if last else {}
        try:
            answer = self._fetcher.get(file.path, **marks)
        except FetchError as error:
            return self.fall_back(file, "last_good", error.reason)
        if answer.status == 304:
            if last is None:
                return self.fall_back(file, "last_good", "answers 304 to a first request")
            self._store.confirmations.note(file.path, last.sha256, answer.url, self._now())
            return _entry(file, "unchanged", self._store.confirm(last, answer))
        reason = shown(self._why_refused(file, answer.body, last))
        snapshot = self._store.add(answer, self._now(), reason=reason)
        if reason:
            return self.fall_back(file, "last_good", reason)
        self._store.confirmations.note(file.path, snapshot.sha256, answer.url, self._now())
        return _entry(file, "unchanged" if last and last.sha256 == snapshot.sha256 else "fetched", snapshot)

    def fall_back(self, file: FeedFile, state: str, reason: str) -> IntakeFile:
        """Let the last good snapshot serve; where there is none the file has failed."""
        last = self._store.latest(file.path, self.started_at)
        if last:
            return _entry(file, state, last, reason)
        return IntakeFile(
            file.path, file.kind, file.division, file.season, "failed", reason, "", 0, self._now(), ""
        )

    def _rests(self, file: FeedFile, last: Snapshot) -> bool:
        """Tell whether a file need not be asked for: its season is over and it was confirmed this week."""
        if not self._is_finished or not self._is_finished(file, self.started_at):
            return False
        url = self._fetcher.base_url + file.path
        confirmed_at = self._store.confirmations.at(file.path, last.sha256, url)
        return confirmed_at is not None and timedelta(0) <= self.started_at - confirmed_at <= _RESTS_FOR

    def _links_of_page(self, path: str) -> list[str]:
        page = self.get(FeedFile(path, _PAGE, "", None))
        self.pages.append(page)
        return self._links_in(self._store.read(page.sha256), path) if page.sha256 else []

    def _links_in(self, body: bytes, path: str) -> list[str]:
        return links_of(body, path, self._fetcher.base_url)

    def _why_refused(self, file: FeedFile, body: bytes, last: Snapshot | None) -> str:
        if file.kind == _PAGE:
            return self._why_no_page(file, body)
        if reason := self._accept(file, body) if self._accept else "":
            return reason
        return _lost_lines(body, self._store.read(last.sha256)) if last and file.kind == "results" else ""

    def _why_no_page(self, file: FeedFile, body: bytes) -> str:
        try:
            return "" if self._links_in(body, file.path) else "is a page without a link into the feed"
        except FetchError as error:
            return error.reason


def _lost_lines(body: bytes, before: bytes) -> str:
    """Tell whether a file of results lost more lines than corrections explain: a season only grows."""
    lines, lines_before = body.count(b"\n"), before.count(b"\n")
    if lines >= _LEAST_SHARE_OF_LINES * lines_before - _LINES_THAT_MAY_GO:
        return ""
    return f"lost lines: {lines} where the last good snapshot has {lines_before}"


def _entry(file: FeedFile, state: str, snapshot: Snapshot, reason: str = "") -> IntakeFile:
    return IntakeFile(
        path=file.path,
        kind=file.kind,
        division=file.division,
        season=file.season,
        state=state,
        reason=reason,
        sha256=snapshot.sha256,
        size=snapshot.size,
        fetched_at=snapshot.fetched_at,
        last_modified=snapshot.last_modified,
    )


def _told(file: IntakeFile) -> str:
    return f"{file.path} {file.state}" + (f", {file.reason}" if file.reason else "")


def _reasons(files: Sequence[IntakeFile]) -> list[str]:
    reasons = list(
        dict.fromkeys(f"{file.path or 'index page'}: {file.reason}" for file in files if file.reason)
    )
    more = len(reasons) - _MOST_REASONS
    return reasons[:_MOST_REASONS] + ([f"and {more} more"] if more > 0 else [])
