"""Every check on the tables we make: sound tables pass it, a table broken on purpose fails it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ContractError
from pipeline.validation.checks import Check, own_checks, own_keys
from pipeline.validation.engine import run_checks
from pipeline.validation.own_frames import own_frame
from pipeline.validation.own_tables import check_own, refuse

Tables = dict[str, pd.DataFrame]
KEYS = ["m1", "m2", "m3"]
SHARES = {"home": 0.5, "draw": 0.3, "away": 0.2}


def triple(prefix: str, values: dict[str, float] | None = None) -> dict[str, float]:
    return {f"{prefix}_{side}": value for side, value in (values or SHARES).items()}


def three(**values: Any) -> pd.DataFrame:
    """Three rows alike but for their key."""
    return pd.DataFrame([{"match_id": key, "division": "E1", **values} for key in KEYS])


def some(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows)


def sound() -> Tables:
    """One small table of each name in which nothing is wrong."""
    priced = {**triple("price", {"home": 2.0, "draw": 3.4, "away": 4.2}), **triple("implied")}
    edges = triple("edge", dict.fromkeys(SHARES, 0.0))
    ratings = {"elo_difference": 1.0, "elo_home": 1500.0, "expected_home_goals": 1.4}
    form = {"form_points_home": 1.5, "rest_days_home": 7.0}
    played = {"is_played": True, "outcome": 0.0}
    score = {
        "scope": "all",
        "key": "all",
        "n": 40,
        "accuracy": 0.5,
        "brier": 0.6,
        "rps": 0.2,
        "log_loss": 1.0,
    }
    interval = {"log_loss_low": 0.9, "log_loss_high": 1.1}
    bets = {"n": 30, "matches_count": 40, "roi": -0.1, "price_source": "market average (early)"}
    nobody = {"withheld_reason": None}
    return {
        "features": three(**ratings, **form, **triple("market"), **played),
        "forecasts": three(**triple("p"), **nobody),
        "upcoming": three(**triple("p"), **priced, **edges, **nobody),
        "recent": three(**triple("p"), **priced, home_goals=2, away_goals=1, outcome=0, log_loss=0.7),
        "divisions": some(
            [
                {"division": "E1", "state": "accepted", "reason": None, "season_matches_count": 3},
                {"division": "E2", "state": "stale", "reason": "no result", "season_matches_count": 0},
            ]
        ),
        "standings": some(
            [
                {"division": "E1", "season": 2025, "club_id": club, "position": place}
                | {"played": 3, "won": 1, "drawn": 1, "lost": 1, "points": 4}
                for place, club in enumerate(("ayr", "bex"), start=1)
            ]
        ),
        "scores": some([{**score, **interval, "family": name} for name in ("market", "poisson")]),
        "calibration": some(
            [
                {"family": "poisson", "side": "home", "bin": place, "observed_share": 0.5}
                | {"low": 0.4, "high": 0.6}
                for place in range(2)
            ]
        ),
        "returns": some(
            [
                {"scope": "all", "key": "all", "family": "poisson", "rule": rule, **bets}
                for rule in ("all_picks", "value_bets")
            ]
        ),
        "notices": some(
            [
                {"kind": "file", "subject": each, "reason": "answers 404", "last_good_at": None}
                for each in ("a.csv", "b.csv")
            ]
        ),
        "backtest": three(family="poisson", **triple("p")),
        "markets": three(p_over25=0.5),
        "likely_scores": three(rank=1, probability=0.1),
        "goal_scores": some([{"event": "over25", "family": "poisson"}]),
        "contributions": three(group="strength"),
        "model_cards": some([{"family": "poisson"}]),
        "value_buckets": some([{"family": "poisson", "bucket": 0.05, "price_source": "avg"}]),
        "skill": some([{"scope": "all", "key": "all", "setting": "independent", "family": "poisson"}]),
        "skill_costs": some([{"family": "poisson", "block": "2025"}]),
        "other_prices": three(price_source="Fonbet"),
        "coverage": some([{"division": "E1", "season": 2025, "lost_count": 0}]),
        "settled": three(role="champion", **triple("p")),
        "ledger_results": three(),
        "track_record": some([{"role": "champion", "metric": "log_loss"}]),
        "lead_times": some([{"hours": 24, "role": "champion", "metric": "log_loss"}]),
        "live_monitor": some([{"recipe": "0a1b2c3d4e5f", "day": "2026-04-24"}]),
        "live_monitor_power": some([{"kind": "right", "gap": 0.0}]),
        "ledger_runs": some([{"run_id": "20260424T1904Z-publish"}]),
        "ledger_corrections": three(seen_at="2026-04-24"),
        "decisions": some([{"run_id": "n1", "role": "anchored"}]),
        "challengers": some([{"run_id": "n1", "role": "anchored", "name": "lightgbm"}]),
        "retraining_nights": some([{"run_id": "n1"}]),
        "gate_policy": some([{"part": "gate", "rule": "level"}]),
        "gate_power": some([{"pair": "Siblings", "matches_count": 15000, "challengers_count": 1}]),
    }


def wanted() -> dict[str, list[str]]:
    promised = dict.fromkeys(("features", "forecasts", "upcoming", "recent", "backtest"), KEYS)
    return {**promised, "divisions": ["E1", "E2"]}


def put(column: str, value: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Write a value into the first row."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        rows[column] = [value, *rows[column].tolist()[1:]]
        return rows

    return change


def repeated(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([rows, rows.iloc[:1]], ignore_index=True)


def without_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.iloc[1:]


def renamed(rows: pd.DataFrame) -> pd.DataFrame:
    return put("match_id", "m9")(rows)


# by the column a check looks at; where two checks look at one, the table must break both alike
BREAKS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "row_key": repeated,
    "is_there": without_first,
    "is_wanted": renamed,
    "p_sum": put("p_home", 0.6),
    "p_lowest": put("p_home", 0.0),
    "p_count": put("p_home", np.nan),
    "implied_sum": put("implied_home", 0.6),
    "implied_lowest": put("implied_home", -0.1),
    "implied_count": put("implied_home", np.nan),
    "market_sum": put("market_home", 0.6),
    "market_lowest": put("market_home", 0.0),
    "market_count": put("market_home", np.nan),
    "price_lowest": put("price_home", 1.0),
    "edge_error": put("edge_home", 0.1),
    "is_told": put("withheld_reason", "no result since May"),
    "is_outcome_right": put("outcome", 2),
    "infinite_count": put("elo_home", np.inf),
    "elo_difference": put("elo_difference", np.nan),
    "elo_home": put("elo_home", -1.0),
    "expected_home_goals": put("expected_home_goals", 13.0),
    "form_points_home": put("form_points_home", 3.1),
    "rest_days_home": put("rest_days_home", 15.0),
    "is_labelled": put("outcome", np.nan),
    "log_loss": put("log_loss", 0.0),
    "state": put("state", "lost"),
    "is_explained": put("state", "withheld"),
    "season_matches_count": put("season_matches_count", -1),
    "is_sum_right": put("played", 4),
    "points_excess": put("points", 5),
    "position": put("position", 0),
    "n_spread": put("n", 41),
    "n": put("n", 0),
    "accuracy": put("accuracy", 1.2),
    "brier": put("brier", 2.1),
    "rps": put("rps", -0.1),
    "is_in_interval": put("log_loss", 1.5),
    "observed_share": put("observed_share", 1.5),
    "band_width": put("low", 0.7),
    "bets_beyond_matches": put("n", 41),
    "roi": put("roi", -1.5),
    "price_source": put("price_source", "market average (closing)"),
    "subject": put("subject", ""),
    "p_over25": put("p_over25", 1.2),
    "probability": put("probability", -0.1),
    "lost_count": put("lost_count", 1),
}


def failed(document: dict[str, Any], suite: str) -> list[str]:
    return [found["name"] for found in document[suite]["expectations"] if not found["is_met"]]


@pytest.fixture(scope="module")
def on_sound_tables() -> dict[str, Any]:
    return check_own(sound(), wanted())


def test_every_check_has_a_table_that_must_fail() -> None:
    assert {check.columns[0] for check in own_checks()} == set(BREAKS)


def test_sound_tables_pass_every_check(on_sound_tables: dict[str, Any]) -> None:
    refuse(on_sound_tables)
    found = [each for suite in on_sound_tables.values() for each in suite["expectations"]]
    assert len(found) == len(own_checks())
    assert all(each["is_met"] and each["checked_count"] for each in found)


@pytest.mark.parametrize("check", own_checks(), ids=lambda check: f"{check.suite}: {check.name}")
def test_a_broken_table_fails_its_check(check: Check) -> None:
    broken = BREAKS[check.columns[0]](sound()[check.suite])
    promised = wanted().get(check.suite)
    frame = own_frame(check.suite, broken, own_keys()[check.suite], promised, is_whole=promised is not None)
    findings = run_checks({check.suite: frame}, [check])
    assert [each.is_met for each in findings] == [False]
    assert len(findings[0].rows)


def test_a_row_dropped_or_invented_is_named() -> None:
    document = check_own({"forecasts": without_first(sound()["forecasts"])}, wanted())
    with pytest.raises(ContractError, match=r"'no fixture is dropped' failed in 1 of 3 rows, first m1"):
        refuse(document)
    document = check_own({"upcoming": renamed(sound()["upcoming"])}, {"upcoming": ["m2", "m3"]})
    assert failed(document, "upcoming") == ["no fixture is invented"]


def test_a_refusal_names_check_rows_and_the_first_example() -> None:
    document = check_own({"forecasts": put("p_home", 0.9)(sound()["forecasts"])})
    with pytest.raises(ContractError) as caught:
        refuse(document)
    assert "'the chances sum to one' failed in 1 of 3 rows, first m1 (1.4)" in str(caught.value)


def test_a_warning_alone_refuses_nothing() -> None:
    document = check_own({"notices": put("subject", "")(sound()["notices"])})
    assert failed(document, "notices") == ["a notice names its subject"]
    refuse(document)


def test_a_table_without_the_column_of_a_check_is_refused() -> None:
    with pytest.raises(ContractError, match="elo_home"):
        check_own({"features": sound()["features"].drop(columns="elo_home")})


def test_empty_tables_pass() -> None:
    refuse(check_own({name: rows.iloc[:0] for name, rows in sound().items()}))
