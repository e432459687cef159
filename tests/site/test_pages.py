"""The built pages as a browser and a reader meet them: policy, links, words, tables."""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from pipeline.publishing.build import build_site
from pipeline.publishing.render import render_pages

sys.path.insert(0, str(Path(__file__).parents[1] / "samples/published"))
from published_samples import write_published

ROOT = Path(__file__).parents[2]
MANY = tuple(
    (f"X{at}", f"League {at}", f"Country {at // 2:02}", 1 + at % 2, "accepted", None) for at in range(22)
)


def built_site(folder: Path, **facts: object) -> Path:
    """Build a whole site of sample tables below a folder and return where it stands."""
    render_pages(write_published(folder / "tables", **facts), folder / "pages")  # type: ignore[arg-type]
    build_site(
        folder / "pages",
        ROOT / "content",
        ROOT / "mkdocs.yml",
        folder / "built",
        site_url="https://touchline.example/",
        built_at=datetime(2026, 11, 23, 14, tzinfo=UTC),
        release_id="20261123T1400Z-1a2b3c4d",
    )
    return folder / "built"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_site(tmp_path_factory.mktemp("site"), is_simulated=True, is_replay=True)


class Elements(HTMLParser):
    """All start tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def _pages(site: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(site.rglob("*.html")):
        yield file.relative_to(site).as_posix(), file.read_text(encoding="utf-8")


def test_no_page_holds_what_the_content_security_policy_blocks(site: Path) -> None:
    for name, text in _pages(site):
        for tag, attributes in Elements(text).found:
            assert tag != "style", name
            assert "style" not in attributes, (name, tag)
            assert not [key for key in attributes if key.startswith("on")], (name, tag)
            if tag == "script":
                assert attributes.get("src") or attributes.get("type") == "application/json", name


def test_no_page_loads_anything_from_outside(site: Path) -> None:
    for name, text in _pages(site):
        for tag, attributes in Elements(text).found:
            if tag in ("script", "img", "iframe", "source") or (
                tag == "link" and attributes["rel"] != "canonical"
            ):
                address = attributes.get("src") or attributes.get("href") or ""
                assert not urlsplit(address).netloc, (name, address)


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    ids = {name: {a["id"] for _, a in Elements(text).found if a.get("id")} for name, text in _pages(site)}
    for name, text in _pages(site):
        base = "https://site/" + name.removesuffix("index.html")
        for _, attributes in Elements(text).found:
            target = urlsplit(urljoin(base, attributes.get("href") or attributes.get("src") or ""))
            path = target.path.removeprefix("/")
            if target.netloc != "site" or path.startswith("data/"):
                continue
            page = f"{path}index.html" if path.endswith("/") or not path else path
            assert (site / page).is_file(), (name, target.geturl())
            if target.fragment:
                assert target.fragment in ids[page], (name, target.geturl())


def test_every_page_disclaims_and_names_its_run(site: Path) -> None:
    for name, text in _pages(site):
        for words in (
            "Demo only, not betting advice",
            "20261123T1400Z-1a2b3c4d",
            "Mon 23 Nov 2026, 13:52 UTC",
            "9c64f83",
        ):
            assert words in text, (name, words)


def test_every_page_of_a_simulated_replay_says_both(site: Path) -> None:
    for name, text in _pages(site):
        assert "simulated league" in text, name
        assert "Mon 23 Nov 2026, 14:00 UTC once more" in text, name


def test_every_page_has_a_title_of_its_own_and_one_heading(site: Path) -> None:
    titles = [re.search(r"<title>(.*?)</title>", text, re.S) for _, text in _pages(site)]
    assert all(titles)
    assert len({title.group(1) for title in titles if title}) == len(titles)
    assert {text.count("<h1") for _, text in _pages(site)} == {1}


def test_every_data_table_has_a_caption_and_scoped_heads(site: Path) -> None:
    for name, text in _pages(site):
        tables = re.findall(r'<table class="tl-.*?</table>', text, re.S)
        assert all("<caption" in table for table in tables), name
        heads = [attributes for table in tables for tag, attributes in Elements(table).found if tag == "th"]
        assert all(attributes.get("scope") for attributes in heads), name


def test_a_kick_off_is_readable_for_machines_in_utc(site: Path) -> None:
    text = (site / "divisions/e0/index.html").read_text(encoding="utf-8")
    assert re.search(r'<time datetime="2026-11-24T12:30Z">12:30</time>', text)
    assert '<time datetime="2026-11-24">24 Nov</time>' in text


def test_scraped_text_is_escaped_on_every_page(site: Path) -> None:
    for name, text in _pages(site):
        assert "alert(1)</script>" not in text, name
        assert "<Liga>" not in text, name


def test_data_addresses_carry_the_release(site: Path) -> None:
    text = (site / "downloads/index.html").read_text(encoding="utf-8")
    addresses = {urljoin("/downloads/", found) for found in re.findall(r'href="([^"]*data/[^"]*)"', text)}
    assert "/data/20261123T1400Z-1a2b3c4d/upcoming.parquet" in addresses
    assert len(addresses) == 36


def test_the_release_rules_find_nothing(site: Path, tmp_path: Path) -> None:
    from pipeline.publishing.page_rules import page_problems, read_page

    for file in sorted(site.rglob("*.html")):
        body, name = file.read_bytes(), file.relative_to(site).as_posix()
        assert not list(page_problems(read_page(name, body), body, is_simulated=True))


def test_400_fixtures_stay_below_60_kilobytes_on_the_wire(tmp_path: Path) -> None:
    site = built_site(tmp_path, divisions=MANY, fixtures_a_division=18)
    body = (site / "index.html").read_bytes()
    assert body.count(b'<td role="cell" class="t"') == 396
    assert len(gzip.compress(body, 9)) < 60_000
