"""The other markets of a division as text, and the scores of goals."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.publishing.view_models.markets import MarketRow, market_rows
from pipeline.publishing.view_models.scores import goal_rows
from pipeline.publishing.views import PublishedTables, RunFacts, load_run, load_tables

sys.path.insert(0, str(Path(__file__).parents[2] / "samples/published"))
from published_samples import HOSTILE, write_published


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[PublishedTables, RunFacts]:
    folder = write_published(tmp_path_factory.mktemp("tables"))
    return load_tables(folder), load_run(folder)


def _row(loaded: tuple[PublishedTables, RunFacts]) -> MarketRow:
    tables, _ = loaded
    rows = market_rows(tables, "E0")
    forecast = tables.upcoming[(tables.upcoming["division"] == "E0") & tables.upcoming["p_home"].notna()]
    assert len(rows) == len(forecast) > 0
    return rows[0]


def test_every_forecast_fixture_has_a_row_with_its_chances(
    loaded: tuple[PublishedTables, RunFacts],
) -> None:
    row = _row(loaded)
    assert row.over == ("76", "52", "30")
    assert row.both_score == "54"


def test_a_fair_price_is_one_over_its_chance(loaded: tuple[PublishedTables, RunFacts]) -> None:
    assert _row(loaded).handicap_prices == ("1.98", "2.02")


def test_the_three_likeliest_scores_are_named(loaded: tuple[PublishedTables, RunFacts]) -> None:
    assert _row(loaded).scores == ("1–0 12 %", "2–1 10 %", "1–1 8 %")


def test_a_hostile_club_stays_text(loaded: tuple[PublishedTables, RunFacts]) -> None:
    clubs = {club for row in market_rows(loaded[0], "E1") for club in (row.home, row.away)}
    assert HOSTILE[0] in clubs


def test_a_division_without_forecasts_has_no_rows(loaded: tuple[PublishedTables, RunFacts]) -> None:
    assert market_rows(loaded[0], "ZZ9") == ()


def test_the_scores_of_goals_come_event_by_event_the_best_first(
    loaded: tuple[PublishedTables, RunFacts],
) -> None:
    rows = goal_rows(*loaded)
    assert [row.event for row in rows] == ["Over 2.5 goals"] * 4 + ["Both teams to score"] * 4
    assert rows[-1].log_loss == "0.6930"
    assert rows[-1].gap_word == "worse"
    market = next(row for row in rows if row.gap == "–")
    assert market.gap_word == ""
