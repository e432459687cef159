"""The published tables, from small findings typed by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import ContractError
from pipeline.domain.tables import columns_of
from pipeline.evaluation.comparison import published_table
from pipeline.publishing.tables import TABLES, Findings, build_tables

CUT_OFF = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
DIVISIONS = divisions_of("tiny")
PACKAGE = "pipeline.publishing"
COUNTED = {
    "division": "AR1",
    "season": 2025,
    "rows_count": 5,
    "matches_count": 3,
    "to_come_count": 1,
    "quarantined_count": 1,
    "lost_count": 0,
}

WRITTEN_BEFORE = (
    "settled",
    "ledger_results",
    "track_record",
    "lead_times",
    "live_monitor",
    "live_monitor_power",
    "ledger_runs",
    "ledger_corrections",
    "decisions",
    "challengers",
    "retraining_nights",
    "gate_policy",
    "gate_power",
)
NUMBERS = (
    "expected_home_goals",
    "expected_away_goals",
    "p_over15",
    "p_over35",
    "p_both_score",
    "handicap_line",
    "p_handicap_home",
    "p_handicap_away",
)


def typed(table: str, rows: list[dict[str, Any]], package: str = PACKAGE) -> pd.DataFrame:
    """Return rows as a table of the contract, every column present and typed."""
    types = {"text": "str", "integer": "int64", "number": "float64", "instant": "datetime64[us, UTC]"}
    columns = [column for column in columns_of(table, package) if "*" not in column.name]
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return frame.astype({column.name: types[column.type] for column in columns if column.type in types})


def clubs(home: str, away: str) -> dict[str, Any]:
    return {"home": home, "away": away, "home_id": f"x.{home.lower()}", "away_id": f"x.{away.lower()}"}


def fixture(match_id: str, at: str) -> dict[str, Any]:
    return {
        "match_id": match_id,
        "division": "AR1",
        "season": 2025,
        "kick_off_at": pd.Timestamp(at, tz="UTC"),
        "kick_off_precision": "minute",
        **clubs("Ayr", "Bex"),
        "status": "upcoming",
        "source_file": "fixtures.csv",
        "source_row": 2,
    }


def match(match_id: str, at: str, home_goals: int, away_goals: int) -> dict[str, Any]:
    outcome = 1 if home_goals == away_goals else 0 if home_goals > away_goals else 2
    played = {"home_goals": home_goals, "away_goals": away_goals, "outcome": outcome}
    return {key: value for key, value in fixture(match_id, at).items() if key != "status"} | played


def quote(match_id: str, *prices: float) -> dict[str, Any]:
    named = dict(zip(("avg_early_home", "avg_early_draw", "avg_early_away"), prices, strict=True))
    return {"match_id": match_id, "early_at": pd.Timestamp("2026-04-24T14:00", tz="UTC"), **named}


def forecast(match_id: str, *shares: float) -> dict[str, Any]:
    return {"match_id": match_id} | dict(zip(("p_home", "p_draw", "p_away"), shares, strict=True))


@pytest.fixture
def findings() -> Findings:
    fixture_forecasts = pd.DataFrame(
        [
            forecast("f1", 0.60, 0.22, 0.18) | {"forecast_family": "poisson"},
            forecast("f2", np.nan, np.nan, np.nan) | {"withheld_reason": "no result since May"},
        ]
    ).astype({"forecast_family": "str", "withheld_reason": "str"})
    walk_forward = pd.DataFrame([forecast("m1", 0.5, 0.3, 0.2) | {"family": "poisson"}]).astype(
        {"family": "str"}
    )
    states = {"state": "accepted", "reason": "", "last_result_at": "2026-04-20T19:00:00+00:00"}
    return Findings(
        matches=typed(
            "matches",
            [match("m1", "2026-04-20T19:00", 2, 0), match("m0", "2026-01-02T15:00", 0, 0)],
            "pipeline.domain",
        ),
        fixtures=typed(
            "fixtures",
            [fixture("f1", "2026-04-25T14:00"), fixture("f2", "2026-04-25T16:30")],
            "pipeline.domain",
        ),
        quotes=pd.DataFrame(
            [quote("f1", 2.1, 3.4, 3.6), quote("m1", 1.9, 3.5, 4.2), quote("f2", 2.0, np.nan, 4.0)]
        ).astype({"early_at": "datetime64[us, UTC]"}),
        fixture_forecasts=fixture_forecasts.assign(fallback_reason=pd.Series([None, None], dtype="str")),
        recent_forecasts=walk_forward.assign(forecast_kind="backtest").astype({"forecast_kind": "str"}),
        walk_forward=walk_forward,
        scores=typed("scores", []),
        calibration=typed("calibration", []),
        returns=typed("returns", []),
        markets=pd.DataFrame(
            [{"match_id": "f1", "totals_source": "model", "p_over25": 0.52, **dict.fromkeys(NUMBERS, 0.5)}]
        ).astype({"match_id": "str", "totals_source": "str"}),
        likely_scores=pd.DataFrame(
            {"match_id": ["f1", "f1"], "rank": [1, 2], "home_goals": [1, 1], "away_goals": [0, 1]}
        ).assign(probability=[0.12, 0.11]),
        goal_scores=typed("goal_scores", []),
        contributions=pd.DataFrame(
            {"match_id": ["f1", "f1"], "family": ["poisson"] * 2, "group": ["base", "strength"]}
        ).assign(log_home=[0.2, 0.8], log_away=[0.1, -0.3]),
        model_cards=typed("model_cards", []).astype({"matches_count": "Int64"}),
        value_buckets=published_table("value_buckets", []),
        skill=published_table("skill", []),
        skill_costs=published_table("skill_costs", []),
        ratings=pd.DataFrame({"club_id": ["x.ayr"], "elo": [1512.5]}),
        verdict={"divisions": dict.fromkeys(DIVISIONS, states)},
        notices=typed("notices", []),
        coverage=pd.DataFrame([COUNTED]).astype({"division": "str"}),
    )


@pytest.fixture
def tables(findings: Findings) -> dict[str, pd.DataFrame]:
    return build_tables(findings, DIVISIONS, cut_off_at=CUT_OFF, champion="poisson", threshold=0.05)


def test_a_second_feed_whose_prices_are_not_published_has_none_in_any_table(findings: Findings) -> None:
    quotes = findings.quotes.assign(
        fonbet_early_home=2.2,
        fonbet_early_draw=3.3,
        fonbet_early_away=3.4,
        fonbet_early_at=pd.Timestamp("2026-04-24T18:00Z"),
    )
    beside = replace(findings, quotes=quotes, feed_titles={"fonbet": "Fonbet"})
    for unpriced, is_priced in ((frozenset[str](), True), (frozenset({"fonbet"}), False)):
        told = replace(beside, unpriced_feeds=unpriced)
        tables = build_tables(told, DIVISIONS, cut_off_at=CUT_OFF, champion="poisson", threshold=0.05)
        assert (len(tables["other_prices"]) > 0) == is_priced


def test_every_published_table_is_built_but_those_that_earlier_stages_write(
    tables: dict[str, pd.DataFrame],
) -> None:
    assert set(tables) == set(TABLES) - set(WRITTEN_BEFORE)


def test_derived_markets_name_their_fixture_and_a_fixture_without_forecast_has_none(
    tables: dict[str, pd.DataFrame],
) -> None:
    assert tables["markets"][["match_id", "home", "p_over25"]].to_dict("records") == [
        {"match_id": "f1", "home": "Ayr", "p_over25": 0.52}
    ]
    assert tables["likely_scores"]["rank"].tolist() == [1, 2]
    assert set(tables["likely_scores"]["away"]) == {"Bex"}


def test_an_edge_is_the_forecast_minus_the_power_implied_probability(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["upcoming"].set_index("match_id").loc["f1"]
    assert row["implied_home"] + row["implied_draw"] + row["implied_away"] == pytest.approx(1, abs=2e-6)
    assert row["edge_home"] == pytest.approx(row["p_home"] - row["implied_home"], abs=2e-6)
    assert row["value_side"] == "home"
    assert row["price_source"] == "market average"


def test_a_withheld_fixture_keeps_its_reason_and_has_no_edge(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["upcoming"].set_index("match_id").loc["f2"]
    assert row["withheld_reason"] == "no result since May"
    assert pd.isna(row["p_home"])
    assert pd.isna(row["edge_home"])
    assert pd.isna(row["value_side"])


def test_a_value_mark_names_its_price_and_whose_it_is(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["upcoming"].set_index("match_id").loc["f1"]
    assert (row["value_price_source"], row["value_price"]) == ("market average", row["price_home"])


@pytest.mark.parametrize(("champion", "source"), [("lightgbm", "avg"), ("poisson", "fonbet")])
def test_no_value_mark_where_another_family_speaks_or_the_source_has_no_price(
    findings: Findings, champion: str, source: str
) -> None:
    built = build_tables(
        findings, DIVISIONS, cut_off_at=CUT_OFF, champion=champion, threshold=0.05, price_source=source
    )
    row = built["upcoming"].set_index("match_id").loc["f1"]
    assert row[["value_side", "value_price", "value_price_source"]].isna().all()
    assert row["edge_home"] > 0.05


def test_half_a_quote_is_no_quote(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["upcoming"].set_index("match_id").loc["f2"]
    assert pd.isna(row["price_home"])
    assert pd.isna(row["price_source"])


def test_recent_results_stand_beside_their_forecast_and_its_score(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["recent"]["match_id"].tolist() == ["m1"]
    row = tables["recent"].iloc[0]
    assert row["is_pick_right"]
    assert row["log_loss"] == pytest.approx(-np.log(0.5), abs=1e-6)
    assert row["forecast_kind"] == "backtest"


def test_a_result_without_a_forecast_is_listed_without_a_score(findings: Findings) -> None:
    bare = replace(findings, recent_forecasts=findings.recent_forecasts.iloc[:0])
    row = build_tables(bare, DIVISIONS, cut_off_at=CUT_OFF, champion="poisson", threshold=0.05)[
        "recent"
    ].iloc[0]
    assert pd.isna(row["is_pick_right"])
    assert pd.isna(row["log_loss"])
    assert row["market_log_loss"] > 0


def test_standings_carry_the_rating_where_there_is_one(tables: dict[str, pd.DataFrame]) -> None:
    elo = tables["standings"].set_index("club")["elo"]
    assert elo["Ayr"] == 1512.5
    assert np.isnan(elo["Bex"])


def test_divisions_count_what_they_have(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["divisions"].set_index("division").loc["AR1"]
    assert (row["matches_count"], row["season_matches_count"], row["fixtures_count"]) == (2, 2, 2)
    assert row["season_label"] == "2025/26"


def test_a_table_that_breaks_its_columns_is_refused(findings: Findings) -> None:
    wrong = replace(findings, scores=findings.scores.assign(n=pd.Series([], dtype="str")))
    with pytest.raises(ContractError, match="scores"):
        build_tables(wrong, DIVISIONS, cut_off_at=CUT_OFF, champion="poisson", threshold=0.05)


def test_coverage_counts_what_was_read_accepted_and_priced(findings: Findings) -> None:
    lost = {**COUNTED, "season": 2024, "matches_count": 2, "lost_count": 1}
    counted = replace(findings, coverage=pd.DataFrame([COUNTED, lost]).astype({"division": "str"}))
    table = build_tables(counted, DIVISIONS, cut_off_at=CUT_OFF, champion="poisson", threshold=0.05)[
        "coverage"
    ]
    assert table["season_label"].tolist() == ["2025/26", "2024/25"]
    newest, before = table.to_dict("records")
    assert (newest["rows_count"], newest["matches_count"], newest["accepted_count"]) == (5, 3, 2)
    assert (newest["expected_count"], newest["clubs_count"]) == (132, 2)
    assert (newest["early_prices_count"], newest["closing_prices_count"]) == (1, 0)
    assert newest["first_kick_off_at"] == pd.Timestamp("2026-01-02T15:00", tz="UTC")
    assert (before["lost_count"], before["accepted_count"]) == (1, 0)
    assert pd.isna(before["last_kick_off_at"])


def test_a_division_that_is_kept_from_an_earlier_run_is_covered_without_rows(findings: Findings) -> None:
    kept = replace(findings, coverage=findings.coverage.iloc[:0])
    row = build_tables(kept, DIVISIONS, cut_off_at=CUT_OFF, champion="poisson", threshold=0.05)[
        "coverage"
    ].iloc[0]
    assert (row["rows_count"], row["accepted_count"]) == (0, 2)


def test_divisions_say_how_they_are_played_and_how_ties_are_broken(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["divisions"].set_index("division").loc["AR1"]
    assert row["season_format"] == "each club meets each other at home and away"
    assert row["tie_breaks"] == "goal difference; goals scored"


def test_the_parts_of_a_forecast_name_their_fixture(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["contributions"][["match_id", "home", "group", "log_home"]].to_dict("records") == [
        {"match_id": "f1", "home": "Ayr", "group": "base", "log_home": 0.2},
        {"match_id": "f1", "home": "Ayr", "group": "strength", "log_home": 0.8},
    ]
