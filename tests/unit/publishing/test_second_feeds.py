"""Second feeds on the pages: prices under their own name and time, and what became of their rows."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.publishing.other_prices import listed_by, other_prices
from pipeline.publishing.render import render_pages
from pipeline.publishing.view_models import matches
from pipeline.publishing.views import load_run, load_tables

sys.path.insert(0, str(Path(__file__).parents[2] / "samples/published"))
from published_samples import run_document, write_published

AT = pd.Timestamp("2026-04-25T14:00Z")
HOSTILE = "<script>alert(9)</script>"
FEED: dict[str, Any] = {
    "name": "fonbet",
    "title": "Fonbet",
    "caution": "not verified live: read by rules",
    "reasons": ["fonbet/line.json: answers 503"],
    "report": {
        "feed": "fonbet",
        "stood_at": "2026-11-23T13:50:00+00:00",
        "listed_count": 1234,
        "joined_count": 2,
        "added_count": 1,
        "excluded": {"in play": 1200, "another sport": 31},
        "unmatched": [{"name": HOSTILE, "country": "England", "looks_like": []}],
    },
}


def fixtures(*files: str) -> pd.DataFrame:
    rows = [
        {
            "match_id": f"m{n}",
            "division": "E0",
            "kick_off_at": AT,
            "home": "A",
            "away": "B",
            "source_file": file,
        }
        for n, file in enumerate(files)
    ]
    return pd.DataFrame(rows).astype({"kick_off_at": "datetime64[us, UTC]"})


def quotes(**columns: list[float]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    frame = pd.DataFrame({"match_id": [f"m{n}" for n in range(count)], **columns})
    return frame.assign(fonbet_early_at=pd.Timestamp("2026-04-24T18:00Z"))


def test_every_priced_fixture_has_a_row_a_feed_and_what_a_feed_does_not_price_is_missing() -> None:
    priced = quotes(
        fonbet_early_home=[2.1, None],
        fonbet_early_draw=[3.3, None],
        fonbet_early_away=[3.6, None],
        own_early_home=[None, 1.5],
    ).assign(own_early_at=pd.Timestamp("2026-04-24T17:00Z"))
    table = other_prices(fixtures("a", "b"), priced, {"fonbet": "Fonbet", "own": "own fixtures file"})
    assert table["match_id"].to_list() == ["m0", "m1"]
    assert table["price_source"].to_list() == ["Fonbet", "own fixtures file"]
    assert table["price_home"].to_list() == [2.1, 1.5]
    assert table["handicap_line"].isna().all()
    assert table["price_at"].to_list() == [
        pd.Timestamp("2026-04-24T18:00Z"),
        pd.Timestamp("2026-04-24T17:00Z"),
    ]


def test_a_line_of_a_handicap_alone_is_no_price() -> None:
    table = other_prices(fixtures("a"), quotes(fonbet_early_handicap_line=[-1.0]), {"fonbet": "Fonbet"})
    assert table.empty


def test_a_fixture_is_listed_by_the_feed_of_its_file_and_the_main_feeds_by_none() -> None:
    listed = listed_by(
        fixtures("fixtures.csv", "mmz4281/2526/E0.csv", "fonbet/line.json"), {"fonbet": "Fonbet"}
    )
    assert listed.isna().to_list() == [True, True, False]
    assert listed[2] == "Fonbet"


def test_a_row_of_the_match_list_has_the_prices_with_name_and_time(tmp_path: Path) -> None:
    tables = load_tables(write_published(tmp_path))
    rows = [
        row
        for day in matches.coming_days(tables, load_run(tmp_path))
        for group in day.groups
        for row in group.rows
    ]
    texts = {text for row in rows for text in row.other_prices}
    assert texts == {"Fonbet: 2.15 / 3.40 / 3.60, Mon 23 Nov 14:00 UTC"}
    assert any(not row.other_prices for row in rows)


@pytest.fixture(scope="module")
def status(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("status")
    write_published(folder / "tables", feeds=[FEED, FEED | {"title": "Silent", "report": None}])
    render_pages(folder / "tables", folder / "pages")
    return (folder / "pages/fragments/status.html").read_text(encoding="utf-8")


def test_the_status_page_says_what_became_of_every_row(status: str) -> None:
    for text in (
        "1,234 rows",
        "2 of fixtures that the main feed lists",
        "1 that became fixtures",
        "1,231 not used",
    ):
        assert text in status
    for reason, number in (("in play", "1,200"), ("another sport", "31")):
        assert f'<tr><th scope="row">{reason}</th><td class="n">{number}</td></tr>' in status


def test_the_status_page_says_that_the_feed_is_not_verified_live(status: str) -> None:
    assert "<strong>Fonbet is not verified live: read by rules.</strong>" in status


def test_the_status_page_names_a_feed_that_gave_nothing_and_why(status: str) -> None:
    assert "No list of it could be read in this run." in status
    assert "fonbet/line.json: answers 503" in status


def test_a_refused_name_is_text_on_the_status_page(status: str) -> None:
    assert "&lt;script&gt;alert(9)&lt;/script&gt;" in status
    assert HOSTILE not in status


def test_a_run_without_second_feeds_says_nothing_of_them(tmp_path: Path) -> None:
    write_published(tmp_path / "tables")
    render_pages(tmp_path / "tables", tmp_path / "pages")
    assert "Second feeds" not in (tmp_path / "pages/fragments/status.html").read_text(encoding="utf-8")
    assert "feeds" not in run_document()
    assert load_run(tmp_path / "tables").feeds == ()


def test_the_time_of_a_feeds_list_is_an_instant(tmp_path: Path) -> None:
    write_published(tmp_path, feeds=[FEED])
    (feed,) = load_run(tmp_path).feeds
    assert feed.stood_at == datetime(2026, 11, 23, 13, 50, tzinfo=UTC)
