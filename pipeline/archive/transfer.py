"""What makes a transfer good: its limits, a body read against a deadline, the words for what went wrong.

A wrong answer is refused here by its outer form alone. What the bytes mean is the business of a source.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.domain.errors import FetchError

if TYPE_CHECKING:
    from requests import Response

_CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class Limits:
    """How patient a fetcher is; times in seconds.

    file_deadline: for one file, its retries apart. body_bytes: the largest body. retries: of answers 429 and
    5xx; a broken connection is tried once more. failures_in_a_row: so many requests without an answer, one
    after the other, end the asking.
    """

    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    file_deadline: float = 60.0
    body_bytes: int = 16 * 2**20
    retries: int = 3
    backoff: float = 0.5
    longest_retry_after: int = 30
    failures_in_a_row: int = 3


class LineError(FetchError):
    """The server could not be reached, fell silent or was too slow: a fault of the line, not of one file."""


class Pace:
    """The pauses between requests, of one fetcher or of several that share it. seconds: the least pause."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked_at: float | None = None

    def slow_down(self, seconds: float) -> None:
        """Leave at least so many seconds between two requests from now on."""
        self._seconds = max(self._seconds, seconds)

    def seconds_left(self) -> float:
        """Return how long the next request has to wait."""
        if self._asked_at is None:
            return 0.0
        return max(0.0, self._asked_at + self._seconds - time.monotonic())

    def wait(self) -> None:
        """Wait until a request may be sent, and count it as sent."""
        time.sleep(self.seconds_left())
        self._asked_at = time.monotonic()


def polite_delay(base_url: str, seconds: float = 0.5) -> float:
    """Return the seconds to leave between two requests to a host: none on loopback.

    >>> polite_delay("https://feed.example/"), polite_delay("http://127.0.0.1:8900/", 2.0)
    (0.5, 0.0)
    """
    host = urlsplit(base_url).hostname or ""
    return 0.0 if host in ("localhost", "::1") or host.startswith("127.") else seconds


def read_body(response: Response, source: str, path: str, limits: Limits, deadline_at: float) -> bytes:
    """Read a streamed body as it arrives.

    deadline_at: on the monotonic clock. Raises LineError where the body stalls or is too slow, and
    FetchError where it is too large or breaks off before the length that was announced.
    """
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    chunks: list[bytes] = []
    raw, size = response.raw, 0
    try:
        while chunk := raw.read1(_CHUNK_BYTES, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > limits.body_bytes:
                raise FetchError(source, path, f"is larger than {limits.body_bytes} bytes")
            if time.monotonic() > deadline_at:
                raise LineError(source, path, f"is too slow: {size} bytes when its time was up")
    except ReadTimeoutError as error:
        raise LineError(source, path, f"stalled after {size} bytes") from error
    except (HTTPError, OSError) as error:
        raise FetchError(source, path, _broken_off(raw.tell(), response)) from error
    return b"".join(chunks)


def check_body(source: str, path: str, body: bytes, content_type: str = "") -> None:
    """Refuse a body whose form shows that it is not the file that was asked for.

    Raises FetchError for an empty body and, where a CSV was asked for, for HTML and for a last line without
    its end, which every whole file of the feeds has and a file cut short has not.
    """
    if not body.strip():
        raise FetchError(source, path, "answers with an empty body")
    if not path.endswith(".csv"):
        return
    is_html = content_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    if is_html or body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise FetchError(source, path, "answers HTML where a CSV was asked for")
    if not body.endswith((b"\n", b"\r")):
        raise FetchError(source, path, f"stops in the middle of a line after {len(body)} bytes")


def reason_of(error: Exception, limits: Limits) -> str:
    """Return the words for a request that got no answer."""
    cause = getattr(error.args[0], "reason", error) if error.args else error
    name = type(cause).__name__
    if "ConnectTimeout" in name:
        return f"no connection within {limits.connect_timeout:g} s"
    if "Timeout" in name:
        return f"no answer within {limits.read_timeout:g} s"
    if "refused" in str(cause):
        return "connection refused"
    if "NameResolution" in name:
        return "the server's name is not known"
    return f"no answer: {name}"


def shown(text: str) -> str:
    """Return a stranger's text short and without control characters, for a message.

    >>> shown("a" + chr(27) + "[31m" + "b" * 300)[:8]
    'a?[31mbb'
    """
    return "".join(sign if sign.isprintable() else "?" for sign in text[:200])


def _broken_off(received: int, response: Response) -> str:
    announced = response.headers.get("Content-Length")
    return f"truncated transfer: {received} bytes" + (f" of {shown(announced)}" if announced else "")
