"""What pages tell of coverage and of points taken from clubs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.archive.tables import read_table, write_table
from pipeline.publishing.render import render_pages
from pipeline.publishing.view_models import coverage, divisions
from pipeline.publishing.views import load_run, load_tables

sys.path.insert(0, str(Path(__file__).parents[2] / "samples/published"))
from published_samples import write_published


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published(tmp_path_factory.mktemp("coverage"))


def test_the_sum_of_all_rows_is_told_in_one_sentence(folder: Path) -> None:
    totals = coverage.totals(load_tables(folder))
    assert totals.adds_up
    assert totals.sentence == (
        "5,700 rows read: 4,380 matches, 1,290 still to come, 30 set aside with a reason, "
        "and nothing is lost."
    )


def test_a_lost_row_is_called_a_fault(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    table = read_table(folder / "coverage.parquet")
    write_table(tmp_path / "coverage.parquet", table.assign(lost_count=[1, -1, *[0] * (len(table) - 2)]))
    totals = coverage.totals(load_tables(tmp_path))
    assert not totals.adds_up
    assert "a fault" in totals.sentence


def test_every_division_with_rows_has_its_seasons_and_a_link(folder: Path) -> None:
    tables = load_tables(folder)
    rows = coverage.division_rows(tables, divisions.all_divisions(tables, load_run(folder)))
    assert [row.division.code for row in rows] == ["E0", "E1", "D1", "I1", "SP1"]
    assert (rows[0].seasons, rows[0].rows, rows[0].lost) == ("3, 2024/25 to 2026/27", "1,140", "0")


def test_the_newest_season_stands_first_with_the_matches_of_a_whole_one(folder: Path) -> None:
    first, *_ = coverage.season_rows(load_tables(folder), "E0")
    assert (first.season, first.matches, first.expected, first.clubs) == ("2026/27", "120", "380", "20")


def test_points_taken_have_a_mark_and_a_footnote(folder: Path) -> None:
    tables = load_tables(folder)
    marked = [row for row in divisions.standings_of(tables, "E0") if row.note]
    assert [(row.club, row.note) for row in marked] == [("Everton", "1")]
    (footnote,) = divisions.footnotes_of(tables, "E0")
    assert footnote.text == "Everton: 6 points taken: late <accounts>."


def test_the_pages_lead_to_coverage_and_escape_the_reason(folder: Path, tmp_path: Path) -> None:
    render_pages(folder, tmp_path / "pages")
    fragments = tmp_path / "pages" / "fragments"
    page = (fragments / "divisions--e0.html").read_text(encoding="utf-8")
    assert 'href="../../coverage/"' in page
    assert 'id="deduction-1">1 Everton: 6 points taken: late &lt;accounts&gt;.' in page
    assert '<sup><a href="#deduction-1">1</a></sup>' in page
    assert "Level on points: goal difference; goals scored." in page
    assert 'href="../coverage/"' in (fragments / "status.html").read_text(encoding="utf-8")
    overview = (fragments / "coverage.html").read_text(encoding="utf-8")
    assert "5,700 rows read" in overview
    assert 'href="../divisions/e0/#seasons"' in overview
