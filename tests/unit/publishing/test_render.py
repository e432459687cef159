"""Fragments: strict, escaped, the same every time."""

from __future__ import annotations

import sys
from pathlib import Path

import jinja2
import pytest

from pipeline.archive.atomic import read_json
from pipeline.publishing.render import TEMPLATES, environment_of, render_pages

sys.path.insert(0, str(Path(__file__).parents[2] / "samples/published"))
from published_samples import frame_of, write_published


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered")
    render_pages(write_published(folder / "tables"), folder / "pages")
    return folder / "pages"


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


NAVIGATION = ("", "divisions/", "metrics/", "skill/", "track-record/", "status/", "downloads/")


def test_the_index_lists_every_page_and_its_fragment_exists(pages: Path) -> None:
    index = read_json(pages / "pages.json")["pages"]
    assert [page["path"] for page in index if page["in_nav"]] == [*NAVIGATION]
    assert {page["path"] for page in index if not page["in_nav"]} == {
        "coverage/",
        "quality/",
        "terms/",
        "models/",
    } | {f"divisions/{code}/" for code in ("e0", "e1", "d1", "i1", "sp1", "g1")}
    assert all((pages / page["fragment"]).is_file() for page in index)


def test_scraped_text_stays_text(pages: Path) -> None:
    text = "".join(body.decode() for name, body in _bytes_of(pages).items() if name.endswith(".html"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script" not in text
    assert "<b>D1" not in text


def test_the_same_tables_give_the_same_bytes(pages: Path, tmp_path: Path) -> None:
    render_pages(write_published(tmp_path / "tables"), tmp_path / "pages")
    assert _bytes_of(tmp_path / "pages") == _bytes_of(pages)


def test_an_undefined_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ nobody_gave_this }}", encoding="utf-8")
    with pytest.raises(jinja2.UndefinedError):
        environment_of(tmp_path).get_template("page.html").render()


def test_a_failed_rendering_leaves_the_old_pages(tmp_path: Path) -> None:
    render_pages(write_published(tmp_path / "tables"), tmp_path / "pages")
    before = _bytes_of(tmp_path / "pages")
    broken = tmp_path / "templates"
    for file in TEMPLATES.rglob("*.html"):
        copy = broken / file.relative_to(TEMPLATES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (broken / "pages/status.html").write_text("{{ nobody_gave_this }}", encoding="utf-8")
    with pytest.raises(jinja2.UndefinedError):
        render_pages(tmp_path / "tables", tmp_path / "pages", templates=broken)
    assert _bytes_of(tmp_path / "pages") == before


def test_a_run_with_empty_tables_still_has_every_page(tmp_path: Path) -> None:
    from pipeline.archive.tables import write_table

    tables = write_published(tmp_path / "tables", divisions=())
    for name in ("scores", "calibration", "returns", "notices"):
        write_table(tables / f"{name}.parquet", frame_of(name, []))
    render_pages(tables, tmp_path / "pages")
    first = (tmp_path / "pages/fragments/index.html").read_text(encoding="utf-8")
    assert "There is no backtest of these forecasts yet" in first
    assert "No fixture is listed within the next 14 days" in first


@pytest.mark.parametrize(
    ("beats", "words"),
    [(None, "not known yet"), (True, "<strong>beat the market</strong>"), (False, "do not beat the market")],
)
def test_the_first_page_says_whether_the_market_is_beaten(
    tmp_path: Path, beats: bool | None, words: str
) -> None:
    render_pages(write_published(tmp_path / "tables", beats_market=beats), tmp_path / "pages")
    assert words in (tmp_path / "pages/fragments/index.html").read_text(encoding="utf-8")


def test_a_real_run_has_no_banner_and_a_simulated_one_has(tmp_path: Path, pages: Path) -> None:
    render_pages(write_published(tmp_path / "tables", is_simulated=True), tmp_path / "pages")
    simulated = (tmp_path / "pages/shell/banner.html").read_text(encoding="utf-8")
    assert "simulated league" in simulated
    assert (pages / "shell/banner.html").read_text(encoding="utf-8").strip() == ""


def test_a_replay_says_so_with_its_instant(tmp_path: Path) -> None:
    render_pages(write_published(tmp_path / "tables", is_replay=True), tmp_path / "pages")
    banner = (tmp_path / "pages/shell/banner.html").read_text(encoding="utf-8")
    assert "<strong>Replay:</strong> Mon 23 Nov 2026, 14:00 UTC once more" in banner


def test_a_replay_of_todays_files_says_that_it_is_a_reconstruction(tmp_path: Path) -> None:
    tables = write_published(tmp_path / "tables", is_replay=True, is_reconstruction=True)
    render_pages(tables, tmp_path / "pages")
    banner = (tmp_path / "pages/shell/banner.html").read_text(encoding="utf-8")
    assert "<strong>Reconstruction:</strong> Mon 23 Nov 2026, 14:00 UTC" in banner
    assert "Replay:" not in banner


def test_the_names_of_a_simulated_division_carry_a_tag(tmp_path: Path) -> None:
    render_pages(write_published(tmp_path / "tables", is_simulated=True), tmp_path / "pages")
    assert 'tl-tag--simulated">simulated<' in (tmp_path / "pages/fragments/divisions--e0.html").read_text()


def test_a_division_with_closing_prices_only_says_so_wherever_its_figures_stand(pages: Path) -> None:
    division = (pages / "fragments/divisions--i1.html").read_text(encoding="utf-8")
    metrics = (pages / "fragments/metrics.html").read_text(encoding="utf-8")
    assert "<strong>closing prices only</strong>" in division
    assert "Betting returns in this division" not in division
    assert "Italy, Serie A (closing prices only)</a>" in metrics
    other = (pages / "fragments/divisions--e0.html").read_text(encoding="utf-8")
    assert "closing prices only" not in other
    assert "Betting returns in this division" in other
