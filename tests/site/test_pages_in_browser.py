"""The built pages in a real browser, under the policy they are served with."""

from __future__ import annotations

import functools
import shutil
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from test_pages import built_site

CHROMIUM = shutil.which("chromium") or ""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGES = (
    "",
    "divisions/",
    "divisions/e1/",
    "metrics/",
    "skill/",
    "method/",
    "status/",
    "quality/",
    "models/",
    "terms/",
    "downloads/",
    "glossary/",
    "404.html",
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine")


class Handler(SimpleHTTPRequestHandler):
    """Serve files with the strict policy, silently."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    site = built_site(tmp_path_factory.mktemp("site"), is_simulated=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """A function that opens an address in a fresh context and fails the test on any console error."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(url: str, **settings: Any) -> Any:
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_breaks_the_policy_or_scrolls_sideways(address: str, opened: Any, width: int) -> None:
    page = opened(address, viewport={"width": width, "height": 800})
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_no_caption_is_squeezed_on_a_phone(address: str, opened: Any) -> None:
    page = opened(address, viewport={"width": 390, "height": 800})
    for path in PAGES:
        page.goto(address + path)
        for caption in page.locator("caption span:visible").all():
            box = caption.bounding_box()
            assert box["height"] < 60, f"{path}: {caption.inner_text()}"


def test_times_become_local_with_the_weekday_where_the_day_differs(address: str, opened: Any) -> None:
    page = opened(address + "divisions/e0/", timezone_id="Asia/Tokyo")
    texts = page.locator("td.t time").all_text_contents()
    assert texts[:4] == ["24 Nov", "21:30", "Wed 00:00", "Wed 04:45"]
    assert "Asia/Tokyo" in page.locator("[data-zone-note]").inner_text()


def test_without_scripts_times_are_utc_and_the_filter_is_away(address: str, opened: Any) -> None:
    page = opened(address, java_script_enabled=False)
    assert page.locator("td.t time").nth(1).inner_text() == "12:30"
    assert not page.locator("[data-filter]").is_visible()
    assert page.locator(".tl-matches tbody tr").count() > 50


def test_a_chosen_region_is_shown_alone_and_kept_in_the_address(address: str, opened: Any) -> None:
    page = opened(address)
    page.select_option("select[name=region]", "Italy")
    shown = {each.get_attribute("data-division") for each in page.locator("tbody[data-region]:visible").all()}
    assert shown == {"I1"}
    assert page.url.endswith("?region=Italy")
    assert page.locator("[data-filter-count]").inner_text() == "6 fixtures"


def test_an_address_with_a_filter_opens_filtered(address: str, opened: Any) -> None:
    page = opened(address + "?division=E1&value=1")
    rows = page.locator("section[data-day] tbody:visible tr:visible:not(.tl-group)")
    coming = page.locator(".tl-matches:not(.tl-matches--results) tr:visible[data-value]").count()
    assert (
        coming
        == page.locator(".tl-matches:not(.tl-matches--results) tbody tr:visible:not(.tl-group)").count()
        > 0
    )
    assert rows.count() >= coming


def test_an_unknown_filter_in_the_address_shows_everything(address: str, opened: Any) -> None:
    page = opened(address + "?region=%3Cscript%3E&division=nope")
    assert page.locator("[data-filter-count]").inner_text() == "36 fixtures"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_dark_system_gets_a_dark_page(address: str, opened: Any, scripts: bool) -> None:
    page = opened(address, color_scheme="dark", java_script_enabled=scripts)
    page.wait_for_load_state("networkidle")
    light = opened(address, color_scheme="light", java_script_enabled=scripts)
    corner = {"x": 4, "y": 400, "width": 40, "height": 40}
    assert page.screenshot(clip=corner) != light.screenshot(clip=corner)


def test_the_chosen_colours_stay_on_the_next_page(address: str, opened: Any) -> None:
    page = opened(address, color_scheme="light")
    page.locator("label[for=__palette_1]").click()
    page.goto(address + "metrics/")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_search_finds_a_division(address: str, opened: Any) -> None:
    page = opened(address, viewport={"width": 1280, "height": 800})
    page.locator(".md-search__input").click()
    page.keyboard.type("bundesliga", delay=20)
    found = page.locator(".md-search-result__link").first
    found.wait_for(timeout=20_000)
    assert "divisions/d1/" in (found.get_attribute("href") or "")
