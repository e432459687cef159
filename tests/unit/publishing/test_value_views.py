"""The value mark shows with the word and the record of its bucket."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.publishing.view_models import matches, value
from pipeline.publishing.views import PublishedTables, RunFacts, load_run, load_tables
from tests.samples.published.published_samples import write_published


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published(tmp_path_factory.mktemp("value"))


@pytest.fixture(scope="module")
def tables(folder: Path) -> PublishedTables:
    return load_tables(folder)


@pytest.fixture(scope="module")
def run(folder: Path) -> RunFacts:
    return load_run(folder)


def test_every_bucket_has_the_named_price_first(tables: PublishedTables, run: RunFacts) -> None:
    rows = value.bucket_rows(tables, run)
    assert [(row.label, row.source, row.record) for row in rows[:4]] == [
        ("above 2 points", "market average", "refuted"),
        ("above 2 points", "best price", "supported"),
        ("above 3 points", "market average", "refuted"),
        ("above 3 points", "best price", "supported"),
    ]


@pytest.mark.parametrize(
    ("edge", "label"),
    [
        (0.021, "above 2 points"),
        (0.05, "above 3 points"),
        (0.0501, "above 5 points"),
        (0.3, "above 8 points"),
    ],
)
def test_an_edge_has_the_record_of_the_highest_bucket_below_it(
    tables: PublishedTables, run: RunFacts, edge: float, label: str
) -> None:
    record = value.record_of_edge(tables, run, edge)
    assert record is not None
    assert (record.label, record.source) == (label, "market average")


def test_an_edge_below_every_bucket_has_no_record(tables: PublishedTables, run: RunFacts) -> None:
    assert value.record_of_edge(tables, run, 0.01) is None
    assert value.record_of_edge(tables, run, None) is None


def test_every_mark_on_the_list_shows_its_price_source_and_one_of_the_three_words(
    tables: PublishedTables, run: RunFacts
) -> None:
    days = matches.coming_days(tables, run)
    marked = [row for day in days for group in day.groups for row in group.rows if row.value_text]
    assert marked
    for row in marked:
        assert "(market average)" in row.value_text
        assert row.value_record.split(":")[0] in {"supported", "unproven", "refuted"}


def test_a_mark_without_any_backtest_is_unproven(tables: PublishedTables, run: RunFacts) -> None:
    bare = replace(tables, value_buckets=tables.value_buckets.iloc[:0])
    days = matches.coming_days(bare, run)
    records = {row.value_record for day in days for group in day.groups for row in group.rows}
    assert records == {"", "unproven: no backtest of this edge"}


def test_the_threshold_s_record_speaks_for_the_mark(tables: PublishedTables, run: RunFacts) -> None:
    record = value.threshold_record(tables, run)
    assert record is not None
    assert (record.label, record.n, record.record) == ("above 5 points", "91", "refuted")
