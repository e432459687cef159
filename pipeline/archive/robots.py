"""The rules a server has for robots: read before anything else, kept as a snapshot, and followed.

A server without such a file allows everything. Where its answer fails the last rules known hold; without any,
a server that answers with an error is left alone, and one that cannot be reached is asked, since the next
request will say what is wrong.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from urllib.robotparser import RobotFileParser

from pipeline.archive.fetch import ROBOTS, Answer, HttpFetcher
from pipeline.archive.snapshots import SnapshotStore
from pipeline.archive.transfer import LineError
from pipeline.domain.errors import FetchError

_LONGEST_DELAY = 24 * 3600
_FORBID_ALL = b"User-agent: *\nDisallow: /\n"
_PAUSES = ("crawl-delay", "request-rate")
_MOST_BYTES = 500 * 1024  # RFC 9309 lets a reader stop there


class Rules:
    """What one robots.txt says to one robot; a byte order mark and bytes that are no UTF-8 do no harm."""

    def __init__(self, body: bytes, user_agent: str) -> None:
        self._parser = _parser_of(body[:_MOST_BYTES].decode("utf-8-sig", "replace").splitlines())
        self._robot = user_agent.partition("/")[0].strip()

    def allows(self, path: str) -> bool:
        """Tell whether a path below the root, with its query, may be asked for."""
        return self._parser.can_fetch(self._robot, f"/{path}")

    def seconds_between_requests(self) -> float:
        """Return the delay the server asks for, 0 where it asks for none."""
        rate = self._parser.request_rate(self._robot)
        delay = float(min(int(self._parser.crawl_delay(self._robot) or 0), _LONGEST_DELAY))
        every = min(rate.seconds, _LONGEST_DELAY) / rate.requests if rate and rate.requests else 0.0
        return max(delay, every)


class ObedientFetcher:
    """Fetch through another fetcher what the server's rules allow, no faster than they ask for.

    kept_as: the path under which the rules are kept as a snapshot; one for each host that a run asks.
    """

    def __init__(
        self,
        fetcher: HttpFetcher,
        store: SnapshotStore,
        now: Callable[[], datetime],
        *,
        kept_as: str = ROBOTS,
    ) -> None:
        self._fetcher, self._store, self._now, self._kept_as = fetcher, store, now, kept_as
        self._rules: Rules | None = None
        self.base_url = fetcher.base_url

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:
        """Fetch one file; raises FetchError as the other fetcher, and for what the rules forbid."""
        if self._rules is None:
            self._rules = self._read_rules()
            self._fetcher.slow_down(self._rules.seconds_between_requests())
        if not self._rules.allows(_below_root(self._fetcher.address_of(path))):
            raise FetchError(self.base_url, path, "not asked: the server's robots.txt forbids it")
        return self._fetcher.get(path, etag=etag, last_modified=last_modified)

    def _read_rules(self) -> Rules:
        started_at = self._now()
        last = self._store.latest(self._kept_as, started_at)
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
        last = self._store.latest(self._kept_as, self._now())
        if answer.status == 304 and last:
            return self._store.read(last.sha256)
        self._store.add(dataclasses.replace(answer, path=self._kept_as), self._now())
        return answer.body


def _parser_of(lines: list[str]) -> RobotFileParser:
    """Return the parser of these lines; where it breaks on a pause that is no number, pauses are left out."""
    parser = RobotFileParser()
    try:
        parser.parse(lines)
    except ValueError:
        parser = RobotFileParser()
        parser.parse([line for line in lines if not line.lower().lstrip().startswith(_PAUSES)])
    return parser


def _is_absent(error: FetchError) -> bool:
    """Tell whether the server has no rules: it answers 3xx, 4xx but "too many requests", or with nothing."""
    reason = error.reason
    return reason.startswith(("answers 3", "answers 4", "answers with an empty")) and "429" not in reason


def _below_root(address: str) -> str:
    return address.split("://", 1)[1].partition("/")[2]
