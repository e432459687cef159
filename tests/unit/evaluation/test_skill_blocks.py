"""What a family may see when it is measured, and which days a block may learn from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.evaluation.skill_blocks import (
    blocks_of,
    content_of,
    families_to_measure,
    setting_of,
    visible,
)
from pipeline.evaluation.variants import variants_by_setting, variants_tried
from pipeline.features.build import build_features
from pipeline.models.catalogue import FAMILIES
from tests.unit.features.simulated_football import simulated

PRICES = ["market_home", "market_draw", "market_away"]


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=3)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


def test_a_block_learns_from_the_days_before_its_first_match(features: pd.DataFrame) -> None:
    tested = features[features["is_played"] & features["season"].eq(features["season"].max())]
    for block in blocks_of(tested):
        rows, past = block.rows_of(features), block.past_of(features)
        assert past["kick_off_at"].max() < rows["kick_off_at"].min().floor("D")
        assert past["is_played"].all()


def test_the_blocks_hold_every_tested_match_once(features: pd.DataFrame) -> None:
    tested = features[features["is_played"]]
    found = [key for block in blocks_of(tested) for key in block.match_ids]
    assert sorted(found) == sorted(tested["match_id"])


def test_seasons_that_begin_in_another_half_of_the_year_are_another_block() -> None:
    days = pd.to_datetime(["2022-03-05", "2022-08-06", "2023-04-01"], utc=True)
    tested = pd.DataFrame(
        {"match_id": ["a", "b", "c"], "division": ["JPN", "E0", "E0"], "season": 2022, "kick_off_at": days}
    )
    blocks = list(blocks_of(tested))
    assert [block.name for block in blocks] == ["2022 spring", "2022 autumn"]
    assert blocks[1].match_ids == ("b", "c")


def test_a_block_is_asked_without_its_labels(features: pd.DataFrame) -> None:
    block = next(blocks_of(features[features["is_played"]]))
    rows = block.rows_of(features)
    assert rows[["outcome", "home_goals", "away_goals"]].isna().all(axis=None)


@pytest.mark.parametrize("setting", ["independent", "memory"])
def test_no_price_of_the_match_is_seen_below_anchored(features: pd.DataFrame, setting: str) -> None:
    assert visible(features, setting)[PRICES].isna().all(axis=None)
    assert not visible(features, "anchored")[PRICES].isna().all(axis=None)


def test_the_independent_setting_has_no_closing_price_even_as_a_label(features: pd.DataFrame) -> None:
    taught = features.assign(close_home=0.5)
    assert visible(taught, "independent")["close_home"].isna().all()
    assert visible(taught, "memory")["close_home"].eq(0.5).all()


def test_hiding_prices_leaves_the_rest_as_it_is(features: pd.DataFrame) -> None:
    pd.testing.assert_series_equal(visible(features, "independent")["elo_home"], features["elo_home"])


def test_every_family_has_a_setting_and_yardsticks_have_their_own() -> None:
    settings = {name: setting_of(name) for name in FAMILIES}
    assert {name for name, setting in settings.items() if setting == "yardstick"} == {"base_rates", "market"}
    assert set(settings.values()) <= {"independent", "memory", "anchored", "yardstick"}


def test_yardsticks_are_measured_whatever_is_asked_for() -> None:
    assert families_to_measure(("poisson",)) == ("base_rates", "poisson")
    assert set(families_to_measure(())) == set(FAMILIES) - {"market"}
    with pytest.raises(KeyError, match="oracle"):
        families_to_measure(("oracle",))


def test_equal_rows_have_equal_content_and_any_change_another(features: pd.DataFrame) -> None:
    changed = features.assign(elo_home=features["elo_home"].where(np.arange(len(features)) > 0, 1.0))
    assert content_of(features) == content_of(features.copy())
    assert content_of(features) != content_of(changed)
    assert content_of(features) != content_of(features.rename(columns={"elo_home": "elo"}))


def test_the_variants_tried_are_counted_by_setting() -> None:
    counts = variants_by_setting()
    assert sum(counts.values()) == sum(each.count for each in variants_tried())
    assert set(counts) <= {"independent", "memory", "anchored"}
    assert all(each.count > 0 and each.description for each in variants_tried())
