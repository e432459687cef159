"""A web server on loopback that answers as it is told, faults included."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Reply:
    """One answer. announced: a false Content-Length; seconds_a_byte: drip; hangs: say nothing at all."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    seconds_a_byte: float = 0.0
    hangs: bool = False


class Site:
    """What the server serves: replies of a path in turn, the last one for ever; and what it was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.base_url = ""
        self.closing = threading.Event()

    def reply(
        self, status: int = 200, body: bytes = b"", headers: dict[str, str] | None = None, **fields: Any
    ) -> Reply:
        return Reply(status, body, headers or {}, **fields)

    def serve(self, path: str, *replies: Reply) -> None:
        self.replies[path] = list(replies)

    def paths_asked(self) -> list[str]:
        return [path for path, _ in self.asked]

    def next_reply(self, path: str) -> Reply:
        replies = self.replies.get(path, [Reply(404, b"<html>not here</html>")])
        return replies.pop(0) if len(replies) > 1 else replies[0]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            site.asked.append((path, dict(self.headers)))
            reply = site.next_reply(path)
            if reply.hangs:
                site.closing.wait(20)
                self.close_connection = True
                return
            etag = reply.headers.get("ETag")
            if reply.status == 200 and etag and self.headers.get("If-None-Match") == etag:
                reply = Reply(304, headers=reply.headers)
            self.answer(reply)

        def answer(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 304:
                self.send_header("Content-Length", str(reply.announced or len(reply.body)))
            self.end_headers()
            self.close_connection = bool(reply.announced)
            pieces = [reply.body]
            if reply.seconds_a_byte:
                pieces = [reply.body[at : at + 1] for at in range(len(reply.body))]
            for piece in pieces:
                self.wfile.write(piece)
                time.sleep(reply.seconds_a_byte)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: that is what the tests make them do."""


@pytest.fixture
def site() -> Iterator[Site]:
    """A running server and what it serves."""
    served = Site()
    with _Server(("127.0.0.1", 0), _handler(served)) as server:
        served.base_url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        yield served
        served.closing.set()
        server.shutdown()
        thread.join()
