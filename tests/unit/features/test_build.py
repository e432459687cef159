"""The frame of features: its columns, its order, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import LeakageError
from pipeline.features.build import LABEL_COLUMNS, PRICE_LABELS, build_features
from pipeline.features.catalogue import feature_columns, features_version
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


def test_every_row_carries_the_version_of_the_table(football: Football) -> None:
    assert _built(football)["features_version"].unique().tolist() == [features_version()]


def test_every_match_and_fixture_has_one_row_in_playing_order(football: Football) -> None:
    features = _built(football)
    assert sorted(features["match_id"]) == sorted(
        [*football.matches["match_id"], *football.fixtures["match_id"]]
    )
    assert features[["kick_off_at", "match_id"]].apply(tuple, axis=1).is_monotonic_increasing


def test_fixtures_have_no_label(football: Football) -> None:
    fixtures = _built(football).loc[lambda rows: ~rows["is_played"]]
    assert len(fixtures) == len(football.fixtures)
    assert fixtures[["outcome", "home_goals", "away_goals", *PRICE_LABELS]].isna().all(axis=None)


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


def _scrambled(quotes: pd.DataFrame, is_changed: pd.Series) -> pd.DataFrame:
    random, mixed = np.random.default_rng(8), quotes.copy()
    for name in (name for name in quotes if "_early_" in name or "_close_" in name):
        is_priced = is_changed & quotes[name].notna()
        mixed.loc[is_priced, name] = random.uniform(2.5, 3.5, int(is_priced.sum()))
    return mixed


def test_no_independent_column_reads_any_price(football: Football) -> None:
    mixed = _scrambled(football.quotes, football.quotes["match_id"].notna())
    there, back = _built(football), _built(football, quotes=mixed)
    columns = list(feature_columns("independent"))
    pd.testing.assert_frame_equal(back[columns], there[columns], check_exact=True)
    for column in (
        "past_odds_log_home",
        "past_mixed_log_away",
        "market_home",
        "close_home",
        "past_close_away",
    ):
        assert not back[column].equals(there[column])


def test_no_memory_column_reads_the_prices_of_its_own_day_or_a_later_one(football: Football) -> None:
    there = _built(football)
    day = there["kick_off_at"].dt.floor("D")
    cut = day[there["is_played"]].iloc[-200]
    is_late = football.quotes["match_id"].isin(there.loc[day >= cut, "match_id"])
    back = _built(football, quotes=_scrambled(football.quotes, is_late))
    columns = list(feature_columns("memory"))
    pd.testing.assert_frame_equal(
        back.loc[day <= cut, columns], there.loc[day <= cut, columns], check_exact=True
    )
    assert not back.loc[day > cut, columns].equals(there.loc[day > cut, columns])


def test_every_feature_is_a_number_and_no_number_is_infinite(football: Football) -> None:
    features = _built(football)[list(feature_columns())]
    assert set(map(str, features.dtypes)) == {"float64"}
    assert not np.isinf(features.to_numpy()).any()


def test_a_division_without_statistics_or_prices_has_every_rating(football: Football) -> None:
    counts = [name for name in football.matches if name.endswith(("shots", "target", "corners", "cards"))]
    bare = football.matches.assign(**dict.fromkeys(counts, np.nan))
    features = _built(football, matches=bare, quotes=football.quotes.head(0))
    unknown = features[list(feature_columns("memory"))].isna().any()
    # before a club's first match there is no rest and no place in a table
    assert {name.rsplit("_", 1)[0] for name in unknown[unknown].index} == {"rest_days", "table_position"}


def test_a_club_nobody_knows_has_every_rating(football: Football) -> None:
    fixture = football.fixtures.tail(1).assign(home_id="ardenmark.new", match_id="new")
    row = _built(football, fixtures=fixture).iloc[-1]
    missing = row[list(feature_columns("memory"))].isna()
    assert set(missing[missing].index) == {"rest_days_home", "table_position_home"}
