"""What one visitor may ask of the web server, who counts as one, and what is written down of him."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.site.nginx_server import ASSET, Web, assert_secured, files_of, running

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")


def statuses(web: Web, count: int, path: str = "/", **headers: str) -> list[int]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: web.get(path, **headers).status, range(count)))


@pytest.fixture
def limited() -> Iterator[Web]:
    with running() as web:
        web.release("r1", files_of("r1", "11111111"))
        yield web


@pytest.fixture
def behind_proxy() -> Iterator[Web]:
    trust = {"set_real_ip_from 10.0.0.0/8;": "set_real_ip_from 127.0.0.1;"}
    with running(changes={"realip.conf": trust}) as web:
        web.release("r1", files_of("r1", "11111111"))
        yield web


def test_a_visitor_who_asks_too_fast_is_told_to_wait(limited: Web) -> None:
    seen = statuses(limited, 120)
    # 60 at once and 20 a second: a slow machine lets more through while the requests arrive
    assert 60 <= seen.count(200) <= 110
    assert set(seen) == {200, 429}
    answer = next(each for each in (limited.get("/") for _ in range(200)) if each.status == 429)
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["cache-control"] == "no-store"
    assert_secured(answer)


def test_the_limit_holds_for_assets_and_data_and_not_for_the_probes(limited: Web) -> None:
    assert 429 in statuses(limited, 120, "/data/r1/scores.csv")
    assert 429 in statuses(limited, 40, ASSET.format("11111111"))
    assert set(statuses(limited, 120, "/healthz") + statuses(limited, 120, "/readyz")) == {200}


def test_a_visitor_cannot_pass_for_others_by_a_forged_header(limited: Web) -> None:
    seen = [limited.get("/", X_Forwarded_For=f"203.0.113.{n}").status for n in range(200)]
    assert 429 in seen


def test_a_trusted_proxy_speaks_for_many_visitors(behind_proxy: Web) -> None:
    seen = [behind_proxy.get("/", X_Forwarded_For=f"203.0.113.{n}").status for n in range(200)]
    assert set(seen) == {200}
    assert 429 in statuses(behind_proxy, 120, X_Forwarded_For="203.0.113.7")


def test_behind_a_proxy_only_the_address_it_added_counts(behind_proxy: Web) -> None:
    seen = [behind_proxy.get("/", X_Forwarded_For=f"198.51.100.{n}, 203.0.113.7").status for n in range(200)]
    assert 429 in seen


def test_one_ipv6_line_is_one_visitor(behind_proxy: Web) -> None:
    same_line = [behind_proxy.get("/", X_Forwarded_For=f"2001:db8:1:1::{n:x}").status for n in range(1, 200)]
    other_lines = [
        behind_proxy.get("/", X_Forwarded_For=f"2001:db8:2:{n:x}::1").status for n in range(1, 200)
    ]
    assert 429 in same_line
    assert set(other_lines) == {200}


def test_the_log_is_json_with_trimmed_addresses_and_without_queries(behind_proxy: Web) -> None:
    behind_proxy.get(
        "/?club=secret", X_Forwarded_For="203.0.113.77", User_Agent='a"b\\', Referer="https://x.example/"
    )
    behind_proxy.get('/nowhere"/', X_Forwarded_For="2001:db8:1:1::77")
    lines = [json.loads(line) for line in behind_proxy.log().splitlines()]
    assert [line["client"] for line in lines] == ["203.0.113.0", "2001:db8::"]
    assert [line["path"] for line in lines] == ["/", '/nowhere"/']
    assert [line["status"] for line in lines] == [200, 404]
    assert not re.search(r"secret|\.77|x\.example", behind_proxy.log())


def test_refused_and_missing_requests_leave_no_address_in_the_error_log(behind_proxy: Web) -> None:
    statuses(behind_proxy, 120, "/nowhere/", X_Forwarded_For="203.0.113.77")
    errors = (behind_proxy.folder / "run/error.log").read_text(encoding="utf-8")
    assert "203.0.113" not in errors


def test_connections_of_one_visitor_are_limited() -> None:
    fewer = {"limits.conf": {"limit_conn connections 40": "limit_conn connections 3"}}
    with running(changes=fewer) as web:
        web.release("r1", {"large.bin": "x" * 24_000_000})
        ask = b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n"
        with ExitStack() as held:
            for _ in range(3):
                line = held.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=5))
                line.sendall(ask)
                assert line.recv(12) == b"HTTP/1.1 200"
            assert web.get("/large.bin", "HEAD").status == 429
            assert web.get("/healthz").status == 200
