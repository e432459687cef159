"""Every fault of a server ends in its stated reason, in bounded time; a good answer comes back whole."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from pipeline.archive.fetch import USER_AGENT, GeneratedFetcher, HttpFetcher
from pipeline.archive.transfer import Limits
from pipeline.domain.errors import FetchError, SettingError

CSV = b"Div,Date,HomeTeam\nE0,15/08/2025,Ayford\n"
QUICK = Limits(
    connect_timeout=0.5, read_timeout=0.3, file_deadline=2.0, backoff=0.001, longest_retry_after=1, retries=2
)


@pytest.fixture
def fetcher(site: Any) -> Iterator[HttpFetcher]:
    built = HttpFetcher(site.base_url, limits=QUICK)
    yield built
    built.close()


def reason(fetcher: HttpFetcher, path: str = "E0.csv") -> str:
    with pytest.raises(FetchError) as caught:
        fetcher.get(path)
    return caught.value.reason


def test_a_good_answer_comes_whole_with_its_marks(site: Any, fetcher: HttpFetcher) -> None:
    marks = {"ETag": '"a1"', "Last-Modified": "Sat, 16 Aug 2025 10:00:00 GMT"}
    site.serve("E0.csv", site.reply(body=CSV, headers=marks))
    answer = fetcher.get("E0.csv")
    assert (answer.status, answer.body) == (200, CSV)
    assert (answer.etag, answer.last_modified) == ('"a1"', "Sat, 16 Aug 2025 10:00:00 GMT")
    assert answer.url == site.base_url + "E0.csv"


def test_a_file_that_did_not_change_answers_304_without_a_body(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(body=CSV, headers={"ETag": '"a1"'}))
    answer = fetcher.get("E0.csv", etag='"a1"', last_modified="Sat, 16 Aug 2025 10:00:00 GMT")
    assert (answer.status, answer.body, answer.etag) == (304, b"", '"a1"')
    assert site.asked[0][1]["If-Modified-Since"] == "Sat, 16 Aug 2025 10:00:00 GMT"


def test_304_to_a_first_request_is_an_error(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(304))
    assert reason(fetcher) == "answers 304"


def test_the_client_says_who_it_is_and_asks_for_plain_bytes(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(body=CSV))
    fetcher.get("E0.csv")
    headers = site.asked[0][1]
    assert headers["User-Agent"] == USER_AGENT
    assert headers["Accept-Encoding"] == "identity"


def test_a_body_compressed_unasked_is_read_all_the_same(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(body=gzip.compress(CSV), headers={"Content-Encoding": "gzip"}))
    assert fetcher.get("E0.csv").body == CSV


def test_a_missing_file_is_an_error_that_is_not_retried(site: Any, fetcher: HttpFetcher) -> None:
    assert reason(fetcher) == "answers 404"
    assert site.paths_asked() == ["E0.csv"]


def test_a_server_that_recovers_is_asked_again(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(503), site.reply(429), site.reply(body=CSV))
    assert fetcher.get("E0.csv").body == CSV


def test_a_server_that_does_not_recover_is_an_error_after_the_retries(
    site: Any, fetcher: HttpFetcher
) -> None:
    site.serve("E0.csv", site.reply(503))
    assert reason(fetcher) == "answers 503"
    assert len(site.asked) == 1 + QUICK.retries


def test_retry_after_is_respected_up_to_its_ceiling(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(503, headers={"Retry-After": "3600"}), site.reply(body=CSV))
    began = time.monotonic()
    fetcher.get("E0.csv")
    assert 0.9 < time.monotonic() - began < 600


def test_a_redirect_is_an_error_that_names_where_it_points(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("mmz4281/2627/E0.csv", site.reply(301, headers={"Location": "/mmz4281/2627/EC.csv"}))
    site.serve("mmz4281/2627/EC.csv", site.reply(body=CSV))
    assert reason(fetcher, "mmz4281/2627/E0.csv") == "answers 301 to mmz4281/2627/EC.csv"
    assert site.paths_asked() == ["mmz4281/2627/E0.csv"]


def test_a_redirect_to_another_host_is_named_without_its_control_signs(
    site: Any, fetcher: HttpFetcher
) -> None:
    site.serve("E0.csv", site.reply(302, headers={"Location": "https://other.invalid/x\x1b[31m?q=1"}))
    assert reason(fetcher).startswith("answers 302 to https://other.invalid/x")
    assert "\x1b" not in reason(fetcher)


def test_a_redirect_with_an_endless_body_is_not_read(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(301, b"x" * 1000, {"Location": "/EC.csv"}, seconds_a_byte=0.05))
    began = time.monotonic()
    assert reason(fetcher) == "answers 301 to EC.csv"
    assert time.monotonic() - began < 25  # the whole body takes 50 s


def test_a_page_of_choices_is_an_error_that_names_them(site: Any, fetcher: HttpFetcher) -> None:
    page = b'<html><ul><li><a href="/E1.csv">/E1.csv</a><li><a href="/E2.csv">/E2.csv</a></ul></html>'
    site.serve("E0.csv", site.reply(300, page))
    assert reason(fetcher) == "answers 300 to E1.csv, E2.csv"


def test_a_server_that_says_nothing_is_left_in_time(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(hangs=True))
    began = time.monotonic()
    assert reason(fetcher) == "no answer within 0.3 s"
    assert time.monotonic() - began < 30


def test_a_dripping_body_is_left_at_the_deadline(site: Any) -> None:
    fetcher = HttpFetcher(site.base_url, limits=replace(QUICK, file_deadline=0.5))
    site.serve("E0.csv", site.reply(body=CSV * 100, seconds_a_byte=0.02))
    began = time.monotonic()
    assert reason(fetcher).startswith("is too slow: ")
    assert time.monotonic() - began < 30
    fetcher.close()


def test_a_body_that_stalls_is_an_error(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(body=CSV, seconds_a_byte=1.0))
    assert reason(fetcher) == "stalled after 1 bytes"


def test_a_body_shorter_than_announced_is_an_error(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("E0.csv", site.reply(body=CSV, announced=len(CSV) * 2))
    assert reason(fetcher) == f"truncated transfer: {len(CSV)} bytes of {2 * len(CSV)}"


def test_a_csv_cut_inside_a_line_is_an_error_though_its_length_is_true(
    site: Any, fetcher: HttpFetcher
) -> None:
    site.serve("E0.csv", site.reply(body=CSV[:25]))
    assert reason(fetcher) == "stops in the middle of a line after 25 bytes"


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_body_is_an_error(site: Any, fetcher: HttpFetcher, body: bytes) -> None:
    site.serve("E0.csv", site.reply(body=body))
    assert reason(fetcher) == "answers with an empty body"


@pytest.mark.parametrize(
    ("body", "kind"), [(b"\xef\xbb\xbf <html>down</html>\n", "text/csv"), (CSV, "text/html; charset=utf-8")]
)
def test_html_where_a_csv_was_asked_for_is_an_error(
    site: Any, fetcher: HttpFetcher, body: bytes, kind: str
) -> None:
    site.serve("E0.csv", site.reply(body=body, headers={"Content-Type": kind}))
    assert reason(fetcher) == "answers HTML where a CSV was asked for"


def test_html_is_welcome_where_a_page_was_asked_for(site: Any, fetcher: HttpFetcher) -> None:
    site.serve("data.php", site.reply(body=b"<html></html>", headers={"Content-Type": "text/html"}))
    assert fetcher.get("data.php").body == b"<html></html>"


def test_a_body_beyond_the_limit_is_an_error(site: Any) -> None:
    fetcher = HttpFetcher(site.base_url, limits=replace(QUICK, body_bytes=1000))
    site.serve("E0.csv", site.reply(body=CSV * 1000))
    assert reason(fetcher) == "is larger than 1000 bytes"
    fetcher.close()


def test_a_small_body_that_unpacks_beyond_the_limit_is_an_error(site: Any) -> None:
    fetcher = HttpFetcher(site.base_url, limits=replace(QUICK, body_bytes=100_000))
    packed = gzip.compress(b"a,b\n" * 10_000_000, compresslevel=1)
    site.serve("E0.csv", site.reply(body=packed, headers={"Content-Encoding": "gzip"}))
    assert reason(fetcher) == "is larger than 100000 bytes"
    fetcher.close()


def test_a_dead_server_is_asked_only_so_often(site: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    fetcher = HttpFetcher(f"http://127.0.0.1:{port}/", limits=QUICK)
    assert [reason(fetcher) for _ in range(3)] == ["connection refused"] * 3
    assert reason(fetcher) == "not asked: 3 requests failed in a row, the last: connection refused"
    fetcher.close()


def test_missing_files_do_not_stop_the_asking(site: Any, fetcher: HttpFetcher) -> None:
    assert {reason(fetcher) for _ in range(5)} == {"answers 404"}


def test_an_answer_ends_the_row_of_failures(site: Any) -> None:
    fetcher = HttpFetcher(site.base_url, limits=replace(QUICK, failures_in_a_row=2, retries=0))
    site.serve("E1.csv", site.reply(hangs=True))
    site.serve("E0.csv", site.reply(body=CSV))
    reason(fetcher, "E1.csv")
    fetcher.get("E0.csv")
    assert [reason(fetcher, "E1.csv") for _ in range(2)] == ["no answer within 0.3 s"] * 2
    assert reason(fetcher, "E1.csv").startswith("not asked")
    fetcher.close()


def test_the_deadline_of_all_files_ends_the_asking(site: Any) -> None:
    fetcher = HttpFetcher(site.base_url, deadline_seconds=0.05, limits=QUICK)
    site.serve("E0.csv", site.reply(body=CSV))
    fetcher.get("E0.csv")
    time.sleep(0.06)
    assert reason(fetcher) == "not asked: 0.05 s for all files are up"
    assert len(site.asked) == 1
    fetcher.close()


def test_requests_keep_their_distance(site: Any) -> None:
    fetcher = HttpFetcher(site.base_url, politeness_seconds=0.1, limits=QUICK)
    site.serve("E0.csv", site.reply(body=CSV))
    began = time.monotonic()
    for _ in range(3):
        fetcher.get("E0.csv")
    assert time.monotonic() - began >= 0.2
    fetcher.close()


@pytest.mark.parametrize(
    "path", ["../E0.csv", "/etc/passwd", "a//b.csv", "http://other.invalid/", "a?b", "a\nb", "."]
)
def test_a_path_that_leaves_the_base_is_never_asked_for(site: Any, fetcher: HttpFetcher, path: str) -> None:
    assert reason(fetcher, path) == "is no path below the base"
    assert site.asked == []


@pytest.mark.parametrize("base_url", ["file:///etc/", "football-data.invalid", "http://"])
def test_a_base_address_that_is_none_is_a_setting_error(base_url: str) -> None:
    with pytest.raises(SettingError, match="base_url"):
        HttpFetcher(base_url)


def test_a_generated_site_answers_as_a_server_would() -> None:
    fetcher = GeneratedFetcher({"E0.csv": CSV}.get)
    first = fetcher.get("E0.csv")
    again = fetcher.get("E0.csv", etag=first.etag)
    assert (first.status, first.body, first.url) == (200, CSV, "embedded:E0.csv")
    assert (again.status, again.body, again.etag) == (304, b"", first.etag)


def test_a_file_the_generated_site_has_not_answers_404() -> None:
    with pytest.raises(FetchError, match="answers 404"):
        GeneratedFetcher({"E0.csv": CSV}.get).get("E1.csv")


def test_a_generated_file_that_changed_has_another_mark() -> None:
    first = GeneratedFetcher({"E0.csv": CSV}.get).get("E0.csv")
    assert GeneratedFetcher({"E0.csv": CSV * 2}.get).get("E0.csv", etag=first.etag).status == 200
