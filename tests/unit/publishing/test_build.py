"""The MkDocs build in this process: refusals with reasons, the same bytes, dates of the run."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.errors import ReleaseError
from pipeline.publishing.build import build_site
from pipeline.publishing.render import render_pages

sys.path.insert(0, str(Path(__file__).parents[2] / "samples/published"))
from published_samples import write_published

ROOT = Path(__file__).parents[3]
BUILT_AT = datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered")
    render_pages(write_published(folder / "tables"), folder / "pages")
    return folder / "pages"


def _build(pages: Path, out: Path, content: Path = ROOT / "content") -> dict[str, bytes]:
    build_site(
        pages,
        content,
        ROOT / "mkdocs.yml",
        out,
        site_url="https://touchline.example/",
        built_at=BUILT_AT,
        release_id="r1",
    )
    return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def site(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return _build(pages, tmp_path_factory.mktemp("first") / "built")


def test_the_same_input_gives_the_same_bytes(site: dict[str, bytes], pages: Path, tmp_path: Path) -> None:
    assert _build(pages, tmp_path / "elsewhere/built") == site


def test_every_date_is_that_of_the_run(site: dict[str, bytes]) -> None:
    sitemap = site["sitemap.xml"].decode()
    assert sitemap.count("<lastmod>2026-11-23</lastmod>") == sitemap.count("<loc>") > 10


def test_addresses_in_the_sitemap_are_those_of_the_site(site: dict[str, bytes]) -> None:
    assert "<loc>https://touchline.example/divisions/e0/</loc>" in site["sitemap.xml"].decode()


def test_nothing_is_shipped_that_no_page_uses(site: dict[str, bytes]) -> None:
    assert not [name for name in site if name.endswith((".map", ".gz", ".py")) or "/lunr/" in name]


def test_our_assets_are_named_by_their_content(site: dict[str, bytes]) -> None:
    import hashlib

    own = [name for name in site if Path(name).name.startswith(("touchline.", "shell."))]
    assert len(own) == 4
    assert all(hashlib.sha256(site[name]).hexdigest()[:8] == name.split(".")[-2] for name in own)


def test_search_knows_titles_and_prose_but_no_numbers(site: dict[str, bytes]) -> None:
    index = site["search/search_index.json"].decode()
    assert "Premier League, England" in index
    assert "power method" in index
    assert "Brighton" not in index
    assert len(index) < 100_000


def test_a_warning_of_mkdocs_refuses_the_build_with_its_text(pages: Path, tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    (content / "glossary.md").write_text("# Glossary\n\n[gone](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"nowhere\.md"):
        _build(pages, tmp_path / "built", content)
    assert not (tmp_path / "built").exists()
