"""The tiny simulated world on loopback, posing as the real feed, with faults and hostile names on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pipeline.sources.embedded.site import EmbeddedSite

# the divisions of the tiny world under the codes of real ones, whose calendar suits: autumn to spring
_DISGUISE = {"AR1": "SC1", "DO1": "N1"}
_PAGES = {
    "data.php": '<A HREF="scotlandm.php">Scotland</A><A HREF="netherlandsm.php">Netherlands</A>',
    "matches.php": '<A HREF="fixtures.csv">fixtures</A>',
}

Answer = tuple[int, dict[str, str], bytes]
Fault = Callable[[bytes], Answer]

FAULTS: dict[str, Fault] = {
    "404": lambda body: (404, {}, b"gone"),
    "503": lambda body: (503, {}, b"later"),
    "moved": lambda body: (301, {"Location": "/mmz4281/2526/EC.csv"}, b""),
    "choices": lambda body: (300, {}, b"<html><ul><li>EC.csv</ul></html>"),
    "html": lambda body: (200, {}, b"<html><body>Down for maintenance</body></html>"),
    "empty": lambda body: (200, {}, b""),
    "truncated": lambda body: (200, {"Content-Length": str(len(body))}, body[: len(body) // 2]),
    "header": lambda body: (200, {}, body.replace(b"HomeTeam", b"Host", 1)),
    "wrong division": lambda body: (
        200,
        {},
        body.replace(b"\r\nSC1,", b"\r\nEC,").replace(b"\r\nN1,", b"\r\nEC,"),
    ),
}


class Feed:
    """The files of the feed at an instant; `faults` names a fault by path, `rename` new names by old."""

    def __init__(self, as_of: str, rename: Mapping[str, str] | None = None) -> None:
        self.as_of = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
        self._site = EmbeddedSite(self.as_of, size="tiny")
        self._rename = dict(rename or {})
        self.faults: dict[str, str] = {}

    def read(self, path: str) -> bytes | None:
        """Return a body as the feed would send it, None where there is no such file."""
        if path in _PAGES:
            return _PAGES[path].encode()
        if path in {"scotlandm.php", "netherlandsm.php"}:
            return self._index()
        body = self._site.read(self._undisguised(path))
        return None if body is None else self._disguised(body)

    def clubs(self) -> list[str]:
        """Return the clubs of the running season of the first division."""
        body = self._site.read("mmz4281/2526/AR1.csv") or b""
        header, *rows = body.decode().splitlines()
        place = header.lstrip("\ufeff").split(",").index("HomeTeam")
        return sorted({row.split(",")[place] for row in rows if row})

    def _index(self) -> bytes:
        return self._disguised(self._site.read("index.php") or b"")

    def _undisguised(self, path: str) -> str:
        for own, posed in _DISGUISE.items():
            path = path.replace(f"/{posed}.csv", f"/{own}.csv")
        return path

    def _disguised(self, body: bytes) -> bytes:
        for own, posed in _DISGUISE.items():
            body = body.replace(f"\n{own},".encode(), f"\n{posed},".encode())
            body = body.replace(f"/{own}.csv".encode(), f"/{posed}.csv".encode())
        for old, new in self._rename.items():
            body = body.replace(f",{old},".encode(), f",{new},".encode())
        return body


@contextmanager
def serving(feed: Feed) -> Iterator[str]:
    """Serve the feed on a free port of loopback and yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(feed))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(feed: Feed) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            body = feed.read(path)
            if path in feed.faults:
                self._send(*FAULTS[feed.faults[path]](body or b""))
            elif body is None:
                self._send(404, {}, b"not found")
            else:
                self._send(200, {}, body)

        def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            kind = "text/csv" if self.path.endswith(".csv") else "text/html"
            usual = {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "Last-Modified": format_datetime(feed.as_of, usegmt=True),
            }
            for name, value in {**usual, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
