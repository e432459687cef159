"""The published tables as pages see them, and the texts made of them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.errors import ContractError
from pipeline.publishing.view_models import (
    divisions,
    downloads,
    matches,
    reliability,
    returns,
    scores,
    status,
)
from pipeline.publishing.views import PublishedTables, RunFacts, load_run, load_tables

sys.path.insert(0, str(Path(__file__).parents[2] / "samples/published"))
from published_samples import HOSTILE, frame_of, run_document, write_published


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def tables(folder: Path) -> PublishedTables:
    return load_tables(folder)


@pytest.fixture(scope="module")
def run(folder: Path) -> RunFacts:
    return load_run(folder)


def test_an_absent_table_is_named(tmp_path: Path) -> None:
    write_published(tmp_path)
    (tmp_path / "returns.parquet").unlink()
    with pytest.raises(ContractError, match="returns"):
        load_tables(tmp_path)


def test_an_absent_backtest_is_named(tmp_path: Path) -> None:
    write_published(tmp_path)
    (tmp_path / "backtest.parquet").unlink()
    with pytest.raises(ContractError, match="backtest"):
        load_tables(tmp_path)


def test_a_table_with_another_column_is_refused(tmp_path: Path) -> None:
    from pipeline.archive.tables import write_table

    write_published(tmp_path)
    write_table(tmp_path / "notices.parquet", frame_of("notices", []).assign(extra=1))
    with pytest.raises(ContractError, match="extra"):
        load_tables(tmp_path)


@pytest.mark.parametrize("fact", ["as_of", "beats_market", "families", "horizon_days"])
def test_a_run_without_a_fact_is_refused(tmp_path: Path, fact: str) -> None:
    from pipeline.archive.atomic import write_json

    document = run_document()
    del document[fact]
    write_json(tmp_path / "run.json", document)
    with pytest.raises(ContractError, match=fact):
        load_run(tmp_path)


def test_an_instant_without_a_zone_is_refused(tmp_path: Path) -> None:
    from pipeline.archive.atomic import write_json

    write_json(tmp_path / "run.json", run_document(as_of="2026-11-23T14:00:00"))
    with pytest.raises(ContractError, match="time zone"):
        load_run(tmp_path)


def test_an_unknown_family_keeps_its_name(run: RunFacts) -> None:
    assert (run.family_title("lightgbm"), run.family_title("new_one")) == ("Anchored trees", "new_one")


def test_no_fixture_is_lost_on_the_way_to_the_page(tables: PublishedTables, run: RunFacts) -> None:
    assert sum(day.count for day in matches.coming_days(tables, run)) == len(tables.upcoming)


def test_no_result_is_lost_on_the_way_to_the_page(tables: PublishedTables) -> None:
    assert sum(day.count for day in matches.recent_days(tables)) == len(tables.recent)


def test_fixtures_come_nearest_day_first_and_results_newest_first(
    tables: PublishedTables, run: RunFacts
) -> None:
    coming = [day.iso for day in matches.coming_days(tables, run)]
    recent = [day.iso for day in matches.recent_days(tables)]
    assert (coming, recent) == (sorted(coming), sorted(recent, reverse=True))


def test_the_divisions_of_a_day_stand_by_country_and_tier(tables: PublishedTables, run: RunFacts) -> None:
    first = matches.coming_days(tables, run)[0]
    assert [group.code for group in first.groups] == ["E0", "E1", "D1", "G1", "I1", "SP1"]


def test_a_reason_shared_by_a_group_is_said_once(tables: PublishedTables, run: RunFacts) -> None:
    (withheld,) = [group for group in matches.coming_days(tables, run)[0].groups if group.code == "SP1"]
    assert len(withheld.notes) == 1
    assert withheld.notes[0].startswith("No forecast: ")
    assert all(not row.notes for row in withheld.rows)


def test_a_fallback_names_the_family_that_speaks(tables: PublishedTables, run: RunFacts) -> None:
    (italy,) = [group for group in matches.coming_days(tables, run)[0].groups if group.code == "I1"]
    assert italy.notes == ("Forecast by Goal model: no price is known yet",)


def test_a_kick_off_known_to_the_day_shows_no_time(tables: PublishedTables, run: RunFacts) -> None:
    rows = [
        row for day in matches.coming_days(tables, run, "E0") for group in day.groups for row in group.rows
    ]
    assert [(row.kick_off, row.time) for row in rows if "T" not in row.kick_off] == [("2026-11-24", "24 Nov")]


def test_a_value_mark_says_outcome_price_and_edge_in_words(tables: PublishedTables, run: RunFacts) -> None:
    rows = [row for day in matches.coming_days(tables, run) for group in day.groups for row in group.rows]
    marked = [row for row in rows if row.value_at is not None]
    assert len(marked) == tables.upcoming["value_side"].notna().sum() > 0
    row = marked[0]
    assert row.prices is not None
    assert row.edges is not None
    assert row.prices[row.value_at or 0] in row.value_text
    assert row.edges[row.value_at or 0] in row.value_text


def test_without_prices_there_is_no_edge(tables: PublishedTables, run: RunFacts) -> None:
    rows = [
        row for day in matches.coming_days(tables, run, "I1") for group in day.groups for row in group.rows
    ]
    assert {(row.prices, row.edges, row.value_text) for row in rows} == {(None, None, "")}


def test_every_row_of_a_result_says_right_or_wrong(tables: PublishedTables) -> None:
    rows = [row for day in matches.recent_days(tables) for group in day.groups for row in group.rows]
    assert {row.verdict for row in rows} == {"right", "wrong"}


def test_a_published_forecast_is_told_from_a_backtest(tables: PublishedTables) -> None:
    rows = [row for day in matches.recent_days(tables, "E0") for group in day.groups for row in group.rows]
    assert sum("published before kick-off" in row.notes for row in rows) == 1


def test_the_best_log_loss_stands_first_and_the_market_has_no_gap(
    tables: PublishedTables, run: RunFacts
) -> None:
    rows = scores.family_rows(tables, run, "all", "all")
    assert [row.label for row in rows] == ["Market", "Anchored trees", "Goal model", "Base rates"]
    assert (rows[0].gap, rows[0].mark) == ("–", None)


def test_every_division_row_names_the_market_on_the_same_matches(
    tables: PublishedTables, run: RunFacts
) -> None:
    rows = scores.champion_rows(tables, run, "division")
    assert {row.market_log_loss for row in rows} == {"0.9911"}
    assert rows[0].label == "England, Championship"


def test_seasons_are_printed_by_their_name(tables: PublishedTables, run: RunFacts) -> None:
    labels = [row.label for row in scores.champion_rows(tables, run, "season")]
    assert labels == ["2021/22", "2022/23", "2023/24", "2024/25", "2025/26"]


def test_yardsticks_place_no_bets_of_ours(tmp_path: Path, run: RunFacts) -> None:
    from dataclasses import replace

    tables = load_tables(write_published(tmp_path))
    market = tables.returns.head(2).assign(family="market")
    tables = replace(tables, returns=market)
    assert returns.return_rows(tables, run, "all", "all") == ()


def test_few_bets_are_marked_and_say_nothing(tables: PublishedTables, run: RunFacts) -> None:
    rows = returns.return_rows(tables, run, "division", "E0")
    assert [(row.rule, row.is_thin) for row in rows[:2]] == [("Every pick", False), ("Value bets only", True)]
    assert rows[1].record == "too few bets to say"


def test_empty_bins_leave_the_reliability_curve(tables: PublishedTables) -> None:
    panels = reliability.panels_of(tables, "lightgbm")
    assert [(panel.side, len(panel.dots)) for panel in panels] == [("home", 10), ("draw", 5), ("away", 9)]
    assert len(reliability.bins_of(tables, "lightgbm")) == 24


def test_a_family_without_calibration_has_no_panel(tables: PublishedTables) -> None:
    assert reliability.panels_of(tables, "unknown") == ()


def test_standings_keep_every_club_in_order(tables: PublishedTables) -> None:
    rows = divisions.standings_of(tables, "E1")
    assert [row.club for row in rows] == [*HOSTILE, "Ayr"]
    assert rows[3].elo == "–"


def test_a_division_without_results_says_none(tables: PublishedTables, run: RunFacts) -> None:
    (greece,) = [each for each in divisions.all_divisions(tables, run) if each.code == "G1"]
    assert (greece.last_result, greece.age, greece.state_word) == ("none", "–", "no data")


def test_the_status_counts_what_is_wrong(tables: PublishedTables, run: RunFacts) -> None:
    summary = status.summary(tables, run, divisions.all_divisions(tables, run))
    assert summary.sentence == "3 of 6 divisions are up to date; 1 stale, 1 withheld, 1 without data."
    assert (summary.withheld_forecasts, summary.newest_age) == ("12", "26 hours")


def test_every_published_table_can_be_downloaded(tables: PublishedTables, run: RunFacts) -> None:
    from pipeline.publishing.quality_tables import QUALITY_TABLES
    from pipeline.publishing.tables import TABLES

    offered = downloads.downloads(tables, run)
    assert {each.name for each in offered} == {*TABLES, *QUALITY_TABLES}
    assert offered[0].forms[0] == ("CSV", "data/20261123T1400Z-1a2b3c4d/upcoming.csv")


def test_the_run_knows_its_instants_in_utc(run: RunFacts) -> None:
    assert run.as_of == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_the_prices_of_a_division_name_source_and_time_once(tables: PublishedTables) -> None:
    assert matches.prices_of(tables, "E0") == "market average, Fri 20 Nov 16:00 UTC"
    assert matches.prices_of(tables, "I1") == ""


def test_prices_of_several_times_are_named_from_first_to_last(folder: Path) -> None:
    tables = load_tables(folder)
    last = tables.upcoming.index[tables.upcoming["division"] == "E0"][-1]
    tables.upcoming.loc[last, "price_at"] = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert matches.prices_of(tables, "E0") == "market average, Fri 20 Nov 16:00 to 18:30 UTC"
    tables.upcoming.loc[last, "price_at"] = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    assert matches.prices_of(tables, "E0") == "market average, Fri 20 Nov 16:00 to Sat 21 Nov 09:00 UTC"
