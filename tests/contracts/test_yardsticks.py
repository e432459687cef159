"""Yardsticks are compared with everywhere and chosen nowhere."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.evaluation.calibration import calibration_table
from pipeline.evaluation.returns import return_table
from pipeline.evaluation.scores import score_table
from pipeline.evaluation.skill import skill_table, yardsticks
from pipeline.evaluation.value_buckets import value_bucket_table
from pipeline.evaluation.walk_forward import walk_forward
from pipeline.features.build import build_features
from pipeline.models.catalogue import FAMILIES
from pipeline.selection.roles import ROLES, families_of
from tests.unit.features.simulated_football import Football, simulated

YARDSTICKS = {"base_rates", "market"}


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=4)


@pytest.fixture(scope="module")
def forecasts(football: Football) -> pd.DataFrame:
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    features = build_features(*tables, cut_off_at=football.cut_off_at)
    return walk_forward(
        features, {"base_rates": {}, "market": {}, "poisson": {}}, first_test_season=2022
    ).dropna()


def test_they_are_base_rates_and_the_market() -> None:
    assert {name for name, family in FAMILIES.items() if family.is_yardstick} == YARDSTICKS


def test_they_stand_in_every_table_of_the_evaluation(football: Football, forecasts: pd.DataFrame) -> None:
    matches, quotes = football.matches, football.quotes
    for table in (
        score_table(forecasts, matches, seed=1),
        calibration_table(forecasts, matches),
        return_table(forecasts, matches, quotes, seed=1),
        value_bucket_table(forecasts, matches, quotes, threshold=0.05, price_source="avg", seed=1),
    ):
        assert set(table["family"]) >= YARDSTICKS


def test_they_stand_in_the_table_of_skill(football: Football, forecasts: pd.DataFrame) -> None:
    ids = pd.Series(sorted(set(forecasts["match_id"])))
    quotes = football.quotes.copy()
    for side in ("home", "draw", "away"):
        quotes[f"avg_close_{side}"] = quotes[f"avg_early_{side}"]
    own = forecasts[forecasts["family"] != "market"]
    everything = pd.concat([own, yardsticks(quotes, ids)], ignore_index=True)
    facts = {"first_season": 2022, "last_season": 2023, "code": "abc"}
    table = skill_table(everything, football.matches, {"poisson": "independent"}, facts, {}, seed=1)
    for _, rows in table.groupby(["scope", "key"]):
        assert set(rows.loc[rows["setting"] == "yardstick", "family"]) == {*YARDSTICKS, "market_close"}


def test_they_are_candidates_of_no_role_and_every_other_family_is_of_one() -> None:
    candidates = [name for role in ROLES for name in families_of(role)]
    assert sorted([*candidates, *YARDSTICKS]) == sorted(FAMILIES)
