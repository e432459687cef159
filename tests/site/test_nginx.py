"""The production configuration of the web server, asked by real requests."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest

from pipeline.publishing.assets import HASHED_ASSET
from pipeline.publishing.release import switch
from tests.site.nginx_server import (
    ASSET,
    BROTLI_MODULE,
    CONFIGURATION,
    FOREVER,
    POLICY,
    UNLIMITED,
    Web,
    assert_secured,
    files_of,
    running,
)

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with running(changes=UNLIMITED) as web:
        web.release("r1", files_of("r1", "11111111"))
        yield web


@pytest.fixture(scope="module")
def empty() -> Iterator[Web]:
    with running(changes=UNLIMITED) as web:
        yield web


def test_the_ledger_is_served_beside_the_releases_and_outlives_a_switch(web: Web) -> None:
    folder = web.site.ledger("football_data")
    folder.mkdir(parents=True)
    (folder / "000001-run.jsonl").write_bytes(b"{}\n")
    (folder / "index.json").write_bytes(b"{}\n")
    (folder / "verify_ledger.py").write_bytes(b"print()\n")
    for name, kind, rule in (
        ("000001-run.jsonl", "application/x-ndjson", FOREVER),
        ("index.json", "application/json", "no-cache"),
        ("verify_ledger.py", "text/plain", "no-cache"),
    ):
        answer = web.get(f"/ledger/football_data/{name}")
        assert (answer.status, answer.headers["cache-control"]) == (200, rule)
        assert answer.headers["content-type"].startswith(kind)
        assert_secured(answer)
    assert web.get("/ledger/football_data/").status == 404


ADDRESSES = {
    "/": 200,
    "/metrics/": 200,
    "/metrics": 301,
    "/nowhere/": 404,
    "/empty/": 404,
    "/assets/images/favicon.png": 200,
    ASSET.format("11111111"): 200,
    ASSET.format("22222222"): 404,
    "/data/scores.csv": 200,
    "/data/r1/scores.csv": 200,
    "/data/r2/scores.csv": 404,
    "/data/": 404,
    "/search/search_index.json": 200,
    "/404.html": 404,
    "/.git/config": 404,
    "/empty/.hidden": 404,
    "/healthz": 200,
    "/readyz": 200,
}


@pytest.mark.parametrize(("address", "status"), ADDRESSES.items())
def test_every_address_has_its_status(web: Web, address: str, status: int) -> None:
    assert web.get(address).status == status


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_every_answer_carries_the_security_headers(web: Web, address: str, method: str) -> None:
    assert_secured(web.get(address, method, Origin="https://other.example"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("address", ["/", "/data/r1/scores.csv", ASSET.format("11111111"), "/healthz"])
def test_only_reading_is_allowed(web: Web, method: str, address: str) -> None:
    answer = web.get(address, method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert b"nginx" not in answer.body


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 400),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\nConnection: close\r\n\r\n" + b"a" * 2000,
            413,
        ),
        (b"GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
    ],
)
def test_a_malformed_request_is_refused_without_naming_the_server(web: Web, text: bytes, status: int) -> None:
    answer = web.send(text)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert POLICY.encode() in head
    assert b"no-store" in head
    assert b"nginx" not in body


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/data/r1/../../../secret.txt",
        "/data/r1/..%2f..%2f..%2fsecret.txt",
        "/data/r1/%2e%2e/%2e%2e/%2e%2e/secret.txt",
        "/data/../secret.txt",
        "/assets/..%2f../secret.txt",
        "/assets/js/app.11111111.js/../../../../secret.txt",
        "/assets/x.11111111.x/..%5c../secret.txt",
        "/releases/r1/index.html",
        "/current/index.html",
    ],
)
def test_nothing_beside_the_release_can_be_reached(web: Web, path: str) -> None:
    (web.site.root / "secret.txt").write_text("secret", encoding="utf-8")
    answer = web.get(path)
    assert answer.status in (400, 404)
    assert b"secret" not in answer.body


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("/", "no-cache"),
        ("/metrics/", "no-cache"),
        ("/metrics", "no-cache"),
        ("/search/search_index.json", "no-cache"),
        ("/assets/images/favicon.png", "no-cache"),
        ("/data/scores.csv", "no-cache"),
        ("/data/r1/scores.csv", FOREVER),
        (ASSET.format("11111111"), FOREVER),
        (ASSET.format("22222222"), "no-store"),
        ("/data/r2/scores.csv", "no-store"),
        ("/nowhere/", "no-store"),
    ],
)
def test_what_may_be_kept_and_for_how_long(web: Web, address: str, rule: str) -> None:
    assert web.get(address).headers["cache-control"] == rule


def test_a_page_revalidates_by_its_etag(web: Web) -> None:
    tag = web.get("/").headers["etag"]
    again = web.get("/", If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"
    assert again.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        (ASSET.format("11111111"), "text/javascript; charset=utf-8"),
        ("/data/r1/scores.csv", "text/csv; charset=utf-8"),
        ("/data/scores.parquet", "application/vnd.apache.parquet"),
        ("/search/search_index.json", "application/json; charset=utf-8"),
        ("/assets/images/favicon.png", "image/png"),
        ("/nowhere/", "text/html; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_files_have_their_types(web: Web, address: str, kind: str, encoding: str) -> None:
    assert web.get(address, Accept_Encoding=encoding).headers["content-type"] == kind


def test_an_unknown_address_shows_the_page_of_the_site(web: Web) -> None:
    answer = web.get("/nowhere/")
    assert answer.body.startswith(b"unknown here")


def test_a_redirect_to_the_folder_names_no_host_and_no_port(web: Web) -> None:
    assert web.get("/metrics", Host="evil.example").headers["location"] == "/metrics/"


def test_the_gzip_neighbour_is_handed_out_as_it_is(web: Web) -> None:
    answer = web.get("/", Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert gzip.decompress(answer.body) == web.get("/").body
    assert answer.body == (web.site.current / "index.html.gz").read_bytes()


@pytest.mark.parametrize("address", ["/data/backtest.csv", "/data/r1/backtest.csv", ASSET.format("11111111")])
def test_data_and_pooled_assets_have_their_gzip_neighbours_too(web: Web, address: str) -> None:
    answer = web.get(address, Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == web.get(address).body


def test_parts_of_a_large_file_can_be_asked_for(web: Web) -> None:
    answer = web.get("/data/r1/scores.parquet", Range="bytes=0-3")
    assert (answer.status, answer.body) == (206, b"PAR1")
    assert answer.headers["cache-control"] == FOREVER


@pytest.mark.skipif(not BROTLI_MODULE.exists(), reason="the brotli module is not installed")
def test_brotli_is_handed_out_where_the_module_is_loaded() -> None:
    with running(with_brotli=True, changes=UNLIMITED) as web:
        web.release("r1", files_of("r1", "11111111"))
        for address in ("/", ASSET.format("11111111")):
            plain = web.get(address)
            answer = web.get(address, Accept_Encoding="gzip, deflate, br")
            assert answer.headers["content-encoding"] == "br"
            assert brotli.decompress(answer.body) == plain.body
            assert "Accept-Encoding" in answer.headers["vary"]
            assert answer.headers["etag"] != plain.headers["etag"]
            assert_secured(answer)
        assert web.get("/", Accept_Encoding="gzip").headers["content-encoding"] == "gzip"


def test_before_the_first_release_a_plain_page_says_so(empty: Web) -> None:
    answer = empty.get("/")
    assert answer.status == 503
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["cache-control"] == "no-store"
    assert b"No release yet" in answer.body
    assert b"Demo only, not betting advice" in answer.body
    assert_secured(answer)


def test_before_the_first_release_the_server_is_alive_and_not_ready(empty: Web) -> None:
    assert empty.get("/healthz").status == 200
    assert empty.get("/readyz").status == 503


def test_a_link_that_leads_nowhere_is_no_release() -> None:
    with running() as web:
        web.site.current.symlink_to("releases/gone")
        assert web.get("/").status == 503
        assert web.get("/readyz").status == 503


def test_a_page_opened_before_a_switch_still_finds_its_assets_and_data() -> None:
    with running(changes=UNLIMITED) as web:
        web.release("a", files_of("a", "aaaaaaaa"))
        page = web.get("/")
        assert web.get("/readyz").status == 200
        web.release("b", files_of("b-release", "bbbbbbbb"), 19)
        assert web.get("/", If_None_Match=page.headers["etag"]).body.startswith(b"b-release ")
        assert web.get("/data/scores.csv").body == b"release\nb-release\n"
        assert web.get(ASSET.format("aaaaaaaa")).body.startswith(b"run('a')")
        assert web.get(ASSET.format("bbbbbbbb")).body.startswith(b"run('b-release')")
        assert web.get("/data/a/scores.csv").body == b"release\na\n"
        assert web.get("/data/b/scores.csv").body == b"release\nb-release\n"


def test_no_visitor_sees_an_error_or_a_mixture_while_releases_are_switched() -> None:
    with running(changes=UNLIMITED) as web:
        web.release("a", {"index.html": "a" * 4000, "404.html": "-"})
        web.release("b", {"index.html": "b" * 4000, "404.html": "-"}, 19)
        with ThreadPoolExecutor(3) as pool:
            reading = [pool.submit(lambda: [web.get("/") for _ in range(150)]) for _ in range(3)]
            for release_id in ("a", "b") * 100:
                switch(web.site, release_id)
            answers = [answer for each in reading for answer in each.result()]
    assert {answer.status for answer in answers} == {200}
    assert {answer.body for answer in answers} <= {b"a" * 4000, b"b" * 4000}


def test_the_pattern_of_hashed_assets_is_that_of_the_pool() -> None:
    assert f'location ~ "^/{HASHED_ASSET.pattern}$"' in (CONFIGURATION / "site.conf").read_text(
        encoding="utf-8"
    )


def test_no_location_adds_a_header_and_so_drops_the_others() -> None:
    for file in CONFIGURATION.glob("*.conf"):
        if file.name != "headers.conf":
            assert "add_header" not in file.read_text(encoding="utf-8")
