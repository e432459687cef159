"""The live monitor on the track-record page, in words: the first night, an ordinary day, an alarm."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.archive.tables import write_table
from pipeline.publishing.render import render_pages
from tests.unit.forecasts.ledger_world import RECIPE

sys.path.insert(0, str(Path(__file__).parents[2] / "samples/published"))
from published_samples import frame_of, write_published


def day(number: int = 1, **changes: Any) -> dict[str, Any]:
    logs = {"log_e_value": 0.5, "log_e_market": 0.7, "log_e_own": -9.0, "highest_log_e_value": 0.9}
    return (
        {"recipe": RECIPE, "day": f"2026-11-{number:02d}", "n": 10 * number, "is_alarm": False}
        | logs
        | changes
    )


def page_with(folder: Path, rows: list[dict[str, Any]]) -> str:
    tables = write_published(folder / "tables")
    write_table(tables / "live_monitor.parquet", frame_of("live_monitor", rows))
    render_pages(tables, folder / "pages")
    return (folder / "pages/fragments/track-record.html").read_text(encoding="utf-8")


def test_on_the_first_night_nothing_is_filled_in(tmp_path: Path) -> None:
    page = page_with(tmp_path, [])
    assert "No match of the present recipe is settled yet" in page
    assert "Evidence against us now" not in page
    assert "How soon it would notice" in page


def test_evidence_is_told_as_odds_with_its_count_and_state(tmp_path: Path) -> None:
    page = page_with(tmp_path, [day(1), day(2)])
    assert "<dd>1.65 <small>to 1</small></dd>" in page
    assert '<td class="n">under 0.01</td>' in page
    assert page.index("Mon 2 Nov 2026") < page.index("Sun 1 Nov 2026")
    assert "<dd>no alarm</dd>" in page


def test_an_alarm_is_named(tmp_path: Path) -> None:
    page = page_with(tmp_path, [day(1, log_e_value=6.0, highest_log_e_value=6.0, is_alarm=True)])
    assert "<strong>Alarm</strong>" in page
    assert "403 <small>to 1</small>" in page


def test_evidence_about_an_earlier_recipe_is_not_that_of_the_present_one(tmp_path: Path) -> None:
    page = page_with(tmp_path, [day(1, recipe="older", is_alarm=True)])
    assert "No match of the present recipe is settled yet" in page
    assert "alarm, earlier recipe" in page


@pytest.mark.parametrize("words", ["5,100", "0.001", "scattered errors", "too bold"])
def test_the_power_is_stated(tmp_path: Path, words: str) -> None:
    assert words in page_with(tmp_path, [])
