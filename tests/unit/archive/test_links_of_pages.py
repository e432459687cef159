"""Links of an index page: those below the base, relative, in order; the hostile ones are left out."""

from __future__ import annotations

import pytest

from pipeline.archive.fetch import links_of
from pipeline.domain.errors import FetchError

BASE = "https://www.football-data.co.uk/"


def page(*hrefs: str) -> bytes:
    return "<html><body>{}</body></html>".format(
        "<br>".join(f'<A HREF="{href}">x</A>' for href in hrefs)
    ).encode()


def test_links_come_in_order_and_once() -> None:
    body = page("mmz4281/2526/E1.csv", "mmz4281/2526/E0.csv", "mmz4281/2526/E1.csv", "notes.txt")
    assert links_of(body, "englandm.php") == ["mmz4281/2526/E1.csv", "mmz4281/2526/E0.csv", "notes.txt"]


def test_links_are_relative_to_the_base_and_not_to_the_page() -> None:
    assert links_of(page("b.csv", "/c.csv"), "deep/index.php", BASE) == ["deep/b.csv", "c.csv"]


def test_absolute_links_to_the_same_host_count_whatever_their_scheme() -> None:
    body = page("http://www.football-data.co.uk/spainm.php", "https://football-data.co.uk/italym.php")
    assert links_of(body, "data.php", BASE) == ["spainm.php", "italym.php"]


def test_links_outside_the_folder_of_the_base_are_left_out() -> None:
    base = "http://127.0.0.1:8900/@2026-04-24T19:04Z/"
    body = page("/fixtures.csv", "E0.csv", "/@2026-04-24T19:04Z/E1.csv")
    assert links_of(body, "", base) == ["E0.csv", "E1.csv"]


def test_a_generated_site_has_relative_links_only() -> None:
    assert links_of(page("E0.csv", "https://www.football-data.co.uk/E1.csv"), "", "embedded:") == ["E0.csv"]


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "mailto:someone@feed.invalid",
        "data:text/csv,a",
        "file:///etc/passwd",
        "//other.invalid/E0.csv",
        "https://www.football-data.co.uk.other.invalid/E0.csv",
        "https://www.football-data.co.uk@other.invalid/E0.csv",
        "http://[broken/E0.csv",
        "../E0.csv",
        "a/../../E0.csv",
        "%2e%2e/E0.csv",
        "a/%2e%2e%2f%2e%2e/E0.csv",
        "a%00.csv",
        "a%0d%0aHost:.csv",
        "a\\b.csv",
        "fixtures.csv?download=1",
        ".hidden/E0.csv",
        "x" * 300 + ".csv",
        "=cmd().csv",
        "#top",
        "",
    ],
)
def test_a_hostile_link_is_left_out(href: str) -> None:
    assert links_of(page(href, "D1.csv"), "data.php", BASE) == ["D1.csv"]


def test_a_page_that_claims_another_base_has_no_links() -> None:
    body = b'<html><head><base href="https://other.invalid/"></head><a href="E0.csv">x</a></html>'
    assert links_of(body, "data.php", BASE) == []


def test_a_fragment_is_no_part_of_a_path() -> None:
    assert links_of(page("englandm.php#2526"), "data.php", BASE) == ["englandm.php"]


@pytest.mark.parametrize("body", [b"", b"plain", b"\x00\xff\xfe", b"<", b"<p><!-- <a href='E0.csv'> --></p>"])
def test_a_page_without_links_has_none(body: bytes) -> None:
    assert links_of(body, "data.php", BASE) == []


@pytest.mark.parametrize("body", [b"<!-- all of it -->", b"<a href='E0.csv'>" * 5000])
def test_a_page_that_breaks_the_parser_is_a_fetch_error(body: bytes) -> None:
    with pytest.raises(FetchError, match="cannot be read as HTML"):
        links_of(body, "data.php", BASE)
