"""A correction received is shown, apart from what went wrong, and does not cloud the state of the data."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.archive.tables import write_table
from pipeline.publishing.render import render_pages
from pipeline.publishing.view_models import divisions, status
from pipeline.publishing.views import load_run, load_tables

sys.path.insert(0, str(Path(__file__).parents[2] / "samples/published"))
from published_samples import AS_OF, DIVISIONS, frame_of, write_published

CORRECTION = {
    "kind": "correction",
    "subject": "mmz4281/1516/E0.csv",
    "reason": "1 of 380 rows changed, 0 added, 0 removed: <b>Ayford</b> - Benham (home goals 1, now 2)",
    "last_good_at": AS_OF,
}


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Published tables whose only notice is a correction, all divisions accepted."""
    folder = write_published(tmp_path / "tables", divisions=DIVISIONS[:1])
    write_table(folder / "notices.parquet", frame_of("notices", [CORRECTION]))
    return folder


def test_a_correction_is_no_notice_of_something_wrong(tables: Path) -> None:
    published = load_tables(tables)
    assert status.notices(published) == ()
    assert [each.subject for each in status.corrections(published)] == ["mmz4281/1516/E0.csv"]
    assert status.corrections(published)[0].kind == "Correction"


def test_corrections_leave_the_state_good(tables: Path) -> None:
    published, run = load_tables(tables), load_run(tables)
    accepted = published.divisions.assign(
        state=pd.Series(["accepted"] * len(published.divisions), dtype="str")
    )
    published = type(published)(**{**vars(published), "divisions": accepted})
    assert status.summary(published, run, divisions.all_divisions(published, run)).is_good


def test_the_status_page_names_the_file_the_rows_and_the_time(tables: Path, tmp_path: Path) -> None:
    render_pages(tables, tmp_path / "pages")
    page = (tmp_path / "pages/fragments/status.html").read_text(encoding="utf-8")
    assert '<h2 id="corrections">Corrections received</h2>' in page
    assert "1 of 380 rows changed" in page
    assert "<b>Ayford" not in page
    assert "Nothing went wrong" in page


def test_a_feed_saved_anew_does_not_flood_the_page(tables: Path, tmp_path: Path) -> None:
    write_table(tables / "notices.parquet", frame_of("notices", [CORRECTION] * 60))
    render_pages(tables, tmp_path / "pages")
    page = (tmp_path / "pages/fragments/status.html").read_text(encoding="utf-8")
    assert page.count("1 of 380 rows changed") == 50
    assert "And 10 more files" in page


def test_a_run_without_corrections_shows_no_such_section(tmp_path: Path) -> None:
    render_pages(write_published(tmp_path / "tables"), tmp_path / "pages")
    assert "Corrections received" not in (tmp_path / "pages/fragments/status.html").read_text(
        encoding="utf-8"
    )
