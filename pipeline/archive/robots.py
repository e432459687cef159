"""The rules a server has for robots: read before anything else, kept as a snapshot, and followed.

A server without such a file allows everything. Where its answer fails the last rules known hold; without any,
a server that answers with an error is left alone, and one that cannot be reached is asked, since the next
request will say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.robotparser import RobotFileParser

from pipeline.archive.fetch import ROBOTS, Answer, HttpFetcher
from pipeline.archive.snapshots import SnapshotStore
from pipeline.archive.transfer import LineError
from pipeline.domain.errors import FetchError

_MOST_BYTES = 500 * 1024  # RFC 9309 lets a reader stop there


class Rules:
    """What one robots.txt says to one robot; a byte order mark and bytes that are no UTF-8 do no harm."""

    def __init__(self, body: bytes, user_agent: str) -> None:
        self._parser = RobotFileParser()
        self._parser.parse(body[:_MOST_BYTES].decode("utf-8-sig", "replace").splitlines())
        self._robot = user_agent.partition("/")[0].strip()

    def allows(self, path: str) -> bool:
        """Tell whether a path below the root may be asked for."""
        return self._parser.can_fetch(self._robot, f"/{path}")

    def seconds_between_requests(self) -> float:
        """Return the delay the server asks for, 0 where it asks for none."""
        rate = self._parser.request_rate(self._robot)
        delay = float(self._parser.crawl_delay(self._robot) or 0)
        return max(delay, rate.seconds / rate.requests if rate and rate.requests else 0.0)


class ObedientFetcher:
    """Fetch through another fetcher what the server's rules allow, no faster than they ask for."""

    def __init__(self, fetcher: HttpFetcher, store: SnapshotStore, now: Callable[[], datetime]) -> None:
        self._fetcher, self._store, self._now = fetcher, store, now
        self._rules: Rules | None = None
        self._prefix = _path_of(fetcher.base_url)
        self.base_url = fetcher.base_url

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:
        """Fetch one file; raises FetchError as the other fetcher, and for what the rules forbid."""
        if self._rules is None:
            self._rules = self._read_rules()
            self._fetcher.slow_down(self._rules.seconds_between_requests())
        if not self._rules.allows(self._prefix + path):
            raise FetchError(self.base_url, path, "not asked: the server's robots.txt forbids it")
        return self._fetcher.get(path, etag=etag, last_modified=last_modified)

    def _read_rules(self) -> Rules:
        started_at = self._now()
        last = self._store.latest(ROBOTS, started_at)
        marks = {"etag": last.etag, "last_modified": last.last_modified} if last else {}
        try:
            answer = self._fetcher.robots(**marks)
        except LineError:
            body = self._store.read(last.sha256) if last else b""
        except FetchError as error:
            body = b"" if _is_absent(error) else self._store.read(last.sha256) if last else _FORBID_ALL
        else:
            body = self._kept(answer)
        return Rules(body, self._fetcher.user_agent)

    def _kept(self, answer: Answer) -> bytes:
        last = self._store.latest(ROBOTS, self._now())
        if answer.status == 304 and last:
            return self._store.read(last.sha256)
        self._store.add(answer, self._now())
        return answer.body


_FORBID_ALL = b"User-agent: *\nDisallow: /\n"


def _is_absent(error: FetchError) -> bool:
    """Tell whether the server has no rules: it answers 3xx, 4xx but "too many requests", or with nothing."""
    reason = error.reason
    return reason.startswith(("answers 3", "answers 4", "answers with an empty")) and "429" not in reason


def _path_of(base_url: str) -> str:
    return base_url.split("://", 1)[1].partition("/")[2]
