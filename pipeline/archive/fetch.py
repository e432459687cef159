"""Fetching one file of a feed, politely and one at a time: from a web server or from a generated site.

Only this module knows requests_html, as a session and a parser; pages are never rendered. No redirect is
followed: the site corrects spelling by redirecting to the file of another division. Nothing here is kept:
see `snapshots`.
"""

from __future__ import annotations

import hashlib
import re
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urljoin, urlsplit

from pipeline.archive.transfer import (
    Limits,
    LineError,
    Pace,
    check_body,
    polite_delay,
    read_body,
    reason_of,
    shown,
)
from pipeline.domain.errors import FetchError, SettingError

if TYPE_CHECKING:
    from requests import Response

USER_AGENT = "Touchline/0.1 (+football forecasts; static site)"
ROBOTS = "robots.txt"
_NOWHERE = "http://feed.invalid/"
_PATH = re.compile(r"(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*(?:/(?=.)|$))*")
_MOST_PATH_CHARACTERS = 200
_RETRIED_STATUSES = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Answer:
    """A good answer: status 200 with a body, or 304 with none; its marks are as the server wrote them."""

    path: str
    url: str
    status: int
    body: bytes
    etag: str = ""
    last_modified: str = ""


class Fetcher(Protocol):
    """Something that fetches the files below one base address."""

    @property
    def base_url(self) -> str:
        """Return the address that paths are relative to."""

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:
        """Fetch one file; with the marks of an earlier answer a file that did not change answers 304.

        Raises FetchError where no good answer came.
        """


class GeneratedFetcher:
    """Serve a site that exists only as a function from a path to its bytes, None where there are none."""

    def __init__(self, read: Callable[[str], bytes | None], base_url: str = "embedded:") -> None:
        self._read = read
        self.base_url = base_url

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:  # noqa: ARG002
        """Return the file as a server would; the mark of an answer is the hash of its content.

        Raises FetchError where the site has no such file or a wrong one.
        """
        body = self._read(_checked_path(self.base_url, path))
        if body is None:
            raise FetchError(self.base_url, path, "answers 404")
        check_body(self.base_url, path, body)
        mark = f'"{hashlib.sha256(body).hexdigest()}"'
        unchanged = mark == etag
        return Answer(path, self.base_url + path, 304 if unchanged else 200, b"" if unchanged else body, mark)


class HttpFetcher:
    """Fetch from a web server over one kept connection.

    politeness_seconds: between two requests; by default 0.5, or none on loopback. deadline_seconds: for all
    files together. query: follows every path after a `?`. pace: shared with other fetchers, in place of
    politeness_seconds. Raises SettingError where the base address is not http or https. A server that drips
    its headers is bounded by nothing but the task's own time limit.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_agent: str = USER_AGENT,
        politeness_seconds: float | None = None,
        deadline_seconds: float = 900.0,
        limits: Limits | None = None,
        query: str = "",
        pace: Pace | None = None,
    ) -> None:
        if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
            raise SettingError("base_url", base_url, "must be an http or https address")
        self.base_url = base_url.rstrip("/") + "/"
        self._source = urlsplit(base_url).netloc.rpartition("@")[2]
        self._limits = limits or Limits()
        self._query = f"?{query}" if query else ""
        self._session = _session(user_agent, self._limits)
        self._pace = pace or Pace(
            polite_delay(base_url) if politeness_seconds is None else politeness_seconds
        )
        self._total = deadline_seconds
        self._ends_at: float | None = None
        self._failures: list[str] = []

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:
        """Fetch one file, or learn that it did not change since the answer with these marks.

        Raises FetchError for any answer but 200 and 304, a broken or wrong body, and without asking after
        `failures_in_a_row` or when the time for all files is up.
        """
        path = _checked_path(self._source, path)
        deadline_at = self._deadline(path)
        marks = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        try:
            answer = self._ask(path, {name: mark for name, mark in marks.items() if mark}, deadline_at)
        except LineError as failure:
            self._failures.append(failure.reason)
            raise
        except FetchError:
            self._failures.clear()
            raise
        self._failures.clear()
        return answer

    def robots(self, *, etag: str = "", last_modified: str = "") -> Answer:
        """Fetch the server's rules for robots, which lie at its root; raises FetchError as `get` does."""
        return self.get(ROBOTS, etag=etag, last_modified=last_modified)

    def slow_down(self, seconds: float) -> None:
        """Leave at least so many seconds between two requests from now on."""
        self._pace.slow_down(seconds)

    @property
    def user_agent(self) -> str:
        """Return how the client introduces itself."""
        return str(self._session.headers["User-Agent"])

    def address_of(self, path: str) -> str:
        """Return the whole address that a path is asked for at."""
        return urljoin(self.base_url, f"/{path}") if path == ROBOTS else self.base_url + path + self._query

    def close(self) -> None:
        """Close the kept connection."""
        self._session.close()

    def _deadline(self, path: str) -> float:
        if len(self._failures) >= self._limits.failures_in_a_row:
            count, reason = len(self._failures), self._failures[-1]
            raise FetchError(
                self._source, path, f"not asked: {count} requests failed in a row, the last: {reason}"
            )
        if self._ends_at is None:
            self._ends_at = time.monotonic() + self._total
        if time.monotonic() + self._pace.seconds_left() >= self._ends_at:
            raise FetchError(self._source, path, f"not asked: {self._total:g} s for all files are up")
        self._pace.wait()
        return min(self._ends_at, time.monotonic() + self._limits.file_deadline)

    def _ask(self, path: str, marks: dict[str, str], deadline_at: float) -> Answer:
        from urllib3.exceptions import HTTPError

        left = max(deadline_at - time.monotonic(), 0.001)
        timeout = (min(self._limits.connect_timeout, left), min(self._limits.read_timeout, left))
        url = self.address_of(path)
        try:
            asked = self._session.get(url, headers=marks, timeout=timeout, stream=True, allow_redirects=False)
        except (OSError, HTTPError) as error:
            raise LineError(self._source, path, reason_of(error, self._limits)) from error
        with asked as response:
            return self._answer(path, response, is_conditional=bool(marks), deadline_at=deadline_at)

    def _answer(self, path: str, response: Response, *, is_conditional: bool, deadline_at: float) -> Answer:
        status, url = response.status_code, self.address_of(path)
        etag, last_modified = (shown(response.headers.get(name, "")) for name in ("ETag", "Last-Modified"))
        if status == 304 and is_conditional:
            return Answer(path, url, status, b"", etag, last_modified)
        if status == 200:
            body = read_body(response, self._source, path, self._limits, deadline_at)
            check_body(self._source, path, body, response.headers.get("Content-Type", ""))
            return Answer(path, url, status, body, etag, last_modified)
        raise FetchError(
            self._source, path, f"answers {status}{self._pointed_to(path, response, deadline_at)}"
        )

    def _pointed_to(self, path: str, response: Response, deadline_at: float) -> str:
        """Return where an answer 3xx points, as text: `Location`, or the links of a page of choices."""
        if not 300 <= response.status_code < 400:
            return ""
        location = response.headers.get("Location", "")
        targets = [_below(self.base_url, urljoin(response.url, location)) or location] if location else []
        if not targets:
            page = read_body(response, self._source, path, self._limits, deadline_at)
            targets = links_of(page, path, self.base_url)[:3] if page else []
        return " to " + ", ".join(shown(target) for target in targets) if targets else ""


def links_of(body: bytes, page: str, base_url: str = _NOWHERE) -> list[str]:
    """Return the links of a page that lie below the base, relative to it, in order and without duplicates.

    page: the page's own path. A link to another host, with a query, with `..` or with signs that no file of
    a feed has in its name is left out. Raises FetchError where the bytes cannot be read as HTML.
    """
    base = base_url if urlsplit(base_url).hostname else _NOWHERE
    try:
        html = _requests_html().HTML(html=body.decode("utf-8", "replace") or " ", url=urljoin(base, page))
        hrefs = [str(element.attrs.get("href", "")) for element in html.find("a[href]")]
        start = urljoin(html.url, html.base_url)
    except Exception as error:  # a stranger's page may break the parser in any way
        raise FetchError(base_url, page, f"cannot be read as HTML: {type(error).__name__}") from error
    found = (_below(base, _joined(start, href)) for href in hrefs)
    return list(dict.fromkeys(path for path in found if path))


def _joined(start: str, href: str) -> str:
    """Return a link's absolute address, empty where it leads out of its folder or cannot be read."""
    target = href.strip().partition("#")[0]
    if not target or ".." in unquote(target):
        return ""
    try:
        return urljoin(start, target)
    except ValueError:
        return ""


def _below(base_url: str, url: str) -> str:
    """Return the path of an address relative to the base, empty where it is not below it."""
    base, parts = urlsplit(base_url), urlsplit(url)
    hosts = {(each.hostname or "").removeprefix("www.") for each in (base, parts)}
    path = unquote(parts.path)
    if (
        parts.scheme not in ("http", "https")
        or len(hosts) > 1
        or parts.query
        or not path.startswith(base.path)
    ):
        return ""
    relative = path[len(base.path) :]
    return relative if _is_path(relative) else ""


def _is_path(path: str) -> bool:
    return len(path) <= _MOST_PATH_CHARACTERS and _PATH.fullmatch(path) is not None


def _checked_path(source: str, path: str) -> str:
    if not _is_path(path):
        raise FetchError(source, shown(path), "is no path below the base")
    return path


def _session(user_agent: str, limits: Limits) -> Any:
    from requests.adapters import HTTPAdapter
    from urllib3 import Retry

    session = _requests_html().HTMLSession()
    session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "identity"})
    session.get_redirect_target = _no_target  # else requests reads the body of a redirect, without limit
    once = min(1, limits.retries)
    retry = Retry(
        total=limits.retries,
        connect=once,
        read=once,
        other=0,
        status_forcelist=_RETRIED_STATUSES,
        allowed_methods=("GET",),
        backoff_factor=limits.backoff,
        retry_after_max=limits.longest_retry_after,
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=retry))
    return session


def _no_target(_: object) -> None:
    return None


def _requests_html() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyppeteer's own source when it is compiled for the first time
        import requests_html
    return requests_html
