"""The yardstick's table: identical matches, both markets beside every family, silence counted and said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import SettingError
from pipeline.domain.margin import implied
from pipeline.domain.scores import log_loss
from pipeline.domain.tables import check_columns
from pipeline.evaluation.skill import (
    check_seasons,
    fair_prices,
    forecasts_of,
    scored_rows,
    skill_table,
    yardsticks,
)

FACTS = {"first_season": 2022, "last_season": 2023, "code": "abc"}
SETTINGS = {"goals": "independent", "blend": "anchored", "base_rates": "yardstick"}
VARIANTS = {"anchored": 35, "independent": 30}
P_COLUMNS = ["p_home", "p_draw", "p_away"]


class World:
    """Two divisions, two seasons, six matches a day, a market whose closing view is the truth."""

    def __init__(self, n: int = 240) -> None:
        random = np.random.default_rng(3)
        number = np.arange(n)
        self.truth = random.dirichlet((9, 5, 6), n)
        early = self.truth * np.exp(random.normal(0, 0.1, self.truth.shape))
        outcomes = (random.random((n, 1)) >= np.cumsum(self.truth, axis=1)[:, :2]).sum(axis=1)
        first_on = pd.Timestamp("2022-08-03 14:00", tz="UTC").as_unit("us")
        self.matches = pd.DataFrame(
            {
                "match_id": [f"m{each:04d}" for each in number],
                "division": np.where(number % 2 == 0, "E0", "SC0"),
                "season": np.where(number < n // 2, 2022, 2023).astype("int64"),
                "kick_off_at": first_on + pd.to_timedelta(number // 6, unit="D"),
                "outcome": outcomes.astype("int64"),
            }
        )
        self.ids = self.matches["match_id"]
        prices = {}
        for moment, shares in (("early", early / early.sum(axis=1, keepdims=True)), ("close", self.truth)):
            for place, side in enumerate(("home", "draw", "away")):
                prices[f"avg_{moment}_{side}"] = 1 / (shares[:, place] * 1.05)
        self.quotes = pd.DataFrame({"match_id": self.ids, **prices})

    def forecasts(self, **own: np.ndarray) -> pd.DataFrame:
        parts = [yardsticks(self.quotes, self.ids)]
        parts += [forecasts_of(self.ids, name, shares) for name, shares in own.items()]
        return pd.concat(parts, ignore_index=True)

    def table(self, **own: np.ndarray) -> pd.DataFrame:
        return skill_table(self.forecasts(**own), self.matches, SETTINGS, FACTS, VARIANTS, seed=1)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def flat(world: World) -> np.ndarray:
    return np.tile([0.45, 0.25, 0.30], (len(world.ids), 1))


def of(table: pd.DataFrame, family: str, scope: str = "all", key: str = "all") -> pd.Series:
    found = table[(table["family"] == family) & (table["scope"] == scope) & (table["key"] == key)]
    assert len(found) == 1
    return found.iloc[0]


def silent(shares: np.ndarray, count: int) -> np.ndarray:
    quiet = shares.copy()
    quiet[:count] = np.nan
    return quiet


def test_the_table_keeps_its_contract(world: World, flat: np.ndarray) -> None:
    table = world.table(base_rates=flat, truth=world.truth)
    dtypes = {name: str(dtype) for name, dtype in table.dtypes.items()}
    check_columns("skill", dtypes, "pipeline.publishing")


def test_the_gaps_are_paired_differences_to_either_market(world: World, flat: np.ndarray) -> None:
    row = of(world.table(base_rates=flat), "base_rates")
    for moment in ("early", "close"):
        market = log_loss(fair_prices(world.quotes, world.ids, moment), world.matches["outcome"])
        gaps = log_loss(flat, world.matches["outcome"]) - market
        assert row[f"gap_{moment}"] == pytest.approx(gaps.mean())
        assert row[f"gap_{moment}_low"] < row[f"gap_{moment}"] < row[f"gap_{moment}_high"]


def test_yardsticks_stand_in_every_scope_and_have_no_setting_of_ours(world: World, flat: np.ndarray) -> None:
    table = world.table(base_rates=flat, blend=world.truth)
    for _, rows in table.groupby(["scope", "key"]):
        assert {"base_rates", "market", "market_close"} <= set(rows["family"])
        assert set(rows.loc[rows["setting"] == "yardstick", "family"]) == {
            "base_rates",
            "market",
            "market_close",
        }


def test_divisions_and_seasons_have_rows_of_their_own(world: World, flat: np.ndarray) -> None:
    table = world.table(base_rates=flat)
    assert set(zip(table["scope"], table["key"], strict=True)) == {
        ("all", "all"),
        ("division", "E0"),
        ("division", "SC0"),
        ("season", "2022"),
        ("season", "2023"),
    }
    assert of(table, "market", "division", "E0")["n"] == 120


def test_all_are_scored_on_the_matches_that_all_answered(world: World, flat: np.ndarray) -> None:
    table = world.table(base_rates=flat, goals=silent(world.truth, 4))
    assert set(table.loc[table["scope"] == "all", "n"]) == {236}
    assert of(table, "goals")["unanswered_count"] == 4
    assert of(table, "base_rates")["unanswered_count"] == 0


def test_a_family_that_leaves_many_unanswered_is_said_and_not_compared(
    world: World, flat: np.ndarray
) -> None:
    table = world.table(base_rates=flat, goals=silent(world.truth, 60))
    row = of(table, "goals")
    assert (row["n"], row["unanswered_count"]) == (0, 60)
    assert np.isnan(row["log_loss"])
    assert of(table, "base_rates")["n"] == 240


def test_a_first_season_that_nobody_can_be_fitted_for_is_no_silence(world: World, flat: np.ndarray) -> None:
    table = world.table(base_rates=silent(flat, 120), goals=silent(world.truth, 120))
    assert set(table.loc[table["scope"] == "all", "n"]) == {120}
    assert of(table, "goals")["unanswered_count"] == 0


def test_the_variants_tried_stand_beside_their_setting(world: World, flat: np.ndarray) -> None:
    table = world.table(base_rates=flat, blend=world.truth, goals=flat)
    assert of(table, "blend")["variants_count"] == 35
    assert of(table, "goals")["variants_count"] == 30
    assert of(table, "market")["variants_count"] == 0


def test_equal_forecasts_give_equal_tables(world: World, flat: np.ndarray) -> None:
    tables = [world.table(base_rates=flat, truth=world.truth) for _ in range(2)]
    pd.testing.assert_frame_equal(*tables)


def test_only_matches_with_both_averages_are_scored(world: World) -> None:
    quotes = world.quotes.copy()
    quotes.loc[0, "avg_close_draw"] = np.nan
    quotes.loc[1, "avg_early_home"] = 0.0
    features = world.matches.assign(is_played=world.matches["match_id"] != "m0002")
    rows = scored_rows(features, quotes, 2022, 2022, ())
    assert list(rows["match_id"]) == [f"m{each:04d}" for each in range(3, 120)]
    assert set(scored_rows(features, quotes, 2022, 2023, ("E0",))["division"]) == {"E0"}


def test_fair_prices_are_the_power_method_s(world: World) -> None:
    names = ["avg_close_home", "avg_close_draw", "avg_close_away"]
    found = fair_prices(world.quotes, world.ids, "close")
    assert np.allclose(found, implied(world.quotes[names]))


def test_the_season_kept_for_the_confirmation_is_refused_unless_asked_for() -> None:
    with pytest.raises(SettingError, match="confirmation"):
        check_seasons(2022, 2026, is_confirmation=False)
    check_seasons(2022, 2026, is_confirmation=True)
    with pytest.raises(SettingError, match="first_season"):
        check_seasons(2025, 2022, is_confirmation=False)
