"""The published tables on the quality of the data, and the pages that tell them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.domain.tables import columns_of
from pipeline.publishing.quality_tables import QUALITY_TABLES, quality_tables
from pipeline.publishing.render import render_pages
from pipeline.publishing.view_models import quality, terms
from pipeline.publishing.views import PublishedTables, load_tables
from pipeline.sources.terms import all_terms, terms_of
from tests.samples.published.published_samples import write_published

FOUND = {
    "name": "the clubs differ",
    "column": "is_own_opponent",
    "severity": "row",
    "is_met": False,
    "checked_count": 380,
    "failed_count": 2,
    "reason": "a club cannot play itself",
    "divisions": {"E0": 2},
    "examples": [{"division": "E0", "subject": "E0-2025-ayr--ayr-1", "value": "=cmd()"}],
}
CLUBS = [
    {
        "country": "England",
        "season": 2025,
        "new": [{"name": "Ayr Town", "divisions": ["E1"], "first_on": "2025-08-09", "looks_like": ["Ayr"]}],
    }
]


def a_feed(**changes: Any) -> dict[str, Any]:
    return {**vars(terms_of("football_data")), "is_used": True, **changes}


@pytest.fixture
def built() -> dict[str, pd.DataFrame]:
    entries = [("E0", "no number", "row"), ("E0", "no number", "row"), ("", "answers HTML", "file")]
    quarantine = pd.DataFrame(entries, columns=["division", "reason", "scope"], dtype="str")
    suites = {"matches": {"is_met": False, "expectations": [FOUND]}}
    return quality_tables(suites, quarantine, CLUBS, [a_feed()])


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality")
    render_pages(write_published(folder / "tables"), folder / "pages")
    return folder


@pytest.fixture(scope="module")
def tables(rendered: Path) -> PublishedTables:
    return load_tables(rendered / "tables")


def test_every_table_keeps_its_columns(built: dict[str, pd.DataFrame]) -> None:
    assert tuple(built) == QUALITY_TABLES
    for name, table in built.items():
        assert list(table.columns) == [column.name for column in columns_of(name, "pipeline.publishing")]


def test_a_failed_check_is_told_with_its_divisions_and_examples(built: dict[str, pd.DataFrame]) -> None:
    check = built["quality_checks"].iloc[0]
    assert (check["failed_count"], check["divisions_count"], bool(check["is_met"])) == (2, 1, False)
    assert built["quality_divisions"].iloc[0].tolist() == ["matches", "the clubs differ", "E0", 2]
    assert built["quality_examples"].iloc[0]["value"] == "=cmd()"


def test_the_quarantine_is_counted_by_division_and_reason(built: dict[str, pd.DataFrame]) -> None:
    assert built["quality_quarantine"].to_numpy().tolist() == [
        ["", "answers HTML", "file", 1],
        ["E0", "no number", "row", 2],
    ]


def test_a_new_club_is_told_with_what_it_looks_like(built: dict[str, pd.DataFrame]) -> None:
    assert built["new_clubs"].iloc[0].tolist() == ["England", "Ayr Town", "E1", "2025-08-09", "Ayr"]


def test_a_run_without_any_trouble_gives_empty_tables() -> None:
    nothing = pd.DataFrame({"division": [], "reason": [], "scope": []}, dtype="str")
    built = quality_tables({}, nothing, [], [])
    assert all(table.empty for table in built.values())


def test_the_page_counts_failures_and_warnings_apart(tables: PublishedTables) -> None:
    totals = quality.totals_of(tables)
    assert (totals.checks, totals.failed, totals.warnings, totals.entries) == ("6", "3", "1", "16")


def test_what_the_feed_wrote_is_text_on_the_page(rendered: Path) -> None:
    page = (rendered / "pages/fragments/quality.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "the &lt;b&gt;header&lt;/b&gt; is unknown" in page


def test_reasons_stand_with_the_most_frequent_first(tables: PublishedTables) -> None:
    assert [(row.name, row.entries) for row in quality.reasons_of(tables)] == [
        ("a price of 1 or less", "15"),
        ("the <b>header</b> is unknown", "1"),
    ]


def test_the_terms_name_attribution_rate_and_robots_of_each_feed(rendered: Path) -> None:
    page = (rendered / "pages/fragments/terms.html").read_text(encoding="utf-8")
    for word in ("Attribution", "Terms", "Robots", "at least 0.5 s between two"):
        assert word in page, word


def test_a_feed_that_is_fetched_from_nowhere_has_no_rate(tables: PublishedTables) -> None:
    assert [feed.rate == "" for feed in terms.feeds_of(tables)] == [False, True]


@pytest.mark.parametrize("feed", ["football_data", "fonbet", "embedded", "tiny", "csv_folder"])
def test_every_feed_has_terms(feed: str) -> None:
    own = terms_of(feed)
    assert all((own.title, own.provides, own.attribution, own.terms, own.robots, own.prices))


def test_the_feeds_that_a_run_can_read_are_among_them() -> None:
    from pipeline.sources.catalogue import source_names

    assert set(source_names()) <= set(all_terms())
