"""The frame of features: its columns, its order, and what it refuses."""

from __future__ import annotations

import csv
from importlib.resources import files

import pandas as pd
import pytest

from pipeline.domain.errors import LeakageError
from pipeline.features.build import LABEL_COLUMNS, build_features, feature_columns
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=2)


def _built(football: Football, **changes: pd.DataFrame) -> pd.DataFrame:
    tables = {
        "matches": football.matches,
        "fixtures": football.fixtures,
        "quotes": football.quotes,
        **changes,
    }
    return build_features(**tables, divisions=football.divisions, cut_off_at=football.cut_off_at)


def test_the_columns_are_the_labels_and_then_the_catalogue(football: Football) -> None:
    assert tuple(_built(football).columns) == LABEL_COLUMNS + feature_columns()


def test_the_catalogue_says_of_every_feature_when_it_is_known() -> None:
    text = files("pipeline.features").joinpath("catalogue.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["known_at"] for row in rows} == {"before_kick_off", "early_price"}
    assert all(row["group"] and row["description"] for row in rows)
    assert [row["column"] for row in rows if row["known_at"] == "early_price"] == [
        "market_home",
        "market_draw",
        "market_away",
        "has_price",
    ]


def test_every_match_and_fixture_has_one_row_in_playing_order(football: Football) -> None:
    features = _built(football)
    assert sorted(features["match_id"]) == sorted(
        [*football.matches["match_id"], *football.fixtures["match_id"]]
    )
    assert features[["kick_off_at", "match_id"]].apply(tuple, axis=1).is_monotonic_increasing


def test_fixtures_have_no_label(football: Football) -> None:
    fixtures = _built(football).loc[lambda rows: ~rows["is_played"]]
    assert len(fixtures) == len(football.fixtures)
    assert fixtures[["outcome", "home_goals", "away_goals"]].isna().all(axis=None)


def test_the_order_of_the_rows_given_does_not_matter(football: Football) -> None:
    mixed = football.matches.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(_built(football, matches=mixed), _built(football))


def test_fixtures_leave_no_trace_in_the_features_of_matches(football: Football) -> None:
    without = _built(football, fixtures=football.fixtures.head(0))
    with_them = _built(football).loc[lambda rows: rows["is_played"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(with_them, without)


def test_a_run_without_matches_gives_fixtures_the_level_of_newcomers(football: Football) -> None:
    features = _built(football, matches=football.matches.head(0))
    assert features["expected_home_goals"].nunique() == 1
    assert features["elo_difference"].eq(0).all()


def test_a_result_after_the_cut_off_is_refused(football: Football) -> None:
    late = football.matches.copy()
    late.loc[late.index[-1], "kick_off_at"] = football.cut_off_at - pd.Timedelta(minutes=90)
    with pytest.raises(LeakageError, match=late["match_id"].iloc[-1]):
        _built(football, matches=late)


def test_a_result_known_at_the_cut_off_itself_is_used(football: Football) -> None:
    last = football.matches.copy()
    last.loc[last.index[-1], "kick_off_at"] = football.cut_off_at - pd.Timedelta(minutes=120)
    assert _built(football, matches=last)["is_played"].sum() == len(last)


def test_a_fixture_s_early_price_after_the_cut_off_is_refused(football: Football) -> None:
    price = football.quotes.tail(1).assign(
        match_id=football.fixtures["match_id"].iloc[-1],
        early_at=football.cut_off_at + pd.Timedelta(minutes=1),
    )
    with pytest.raises(LeakageError, match="early price"):
        _built(football, quotes=pd.concat([football.quotes, price.assign(avg_early_home=2.0)]))


def test_a_fixture_s_closing_price_is_refused(football: Football) -> None:
    price = football.quotes.tail(1).assign(
        match_id=football.fixtures["match_id"].iloc[-1], early_at=football.cut_off_at, avg_close_home=2.0
    )
    with pytest.raises(LeakageError, match="closing price"):
        _built(football, quotes=pd.concat([football.quotes, price]))
