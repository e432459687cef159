"""The markets of a published run agree with the forecasts they were derived from."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.graph.checkout import Checkout


@pytest.fixture(scope="module")
def tables(published: Checkout) -> dict[str, pd.DataFrame]:
    names = ("upcoming", "markets", "likely_scores", "goal_scores")
    return {name: pd.read_parquet(published.release() / f"data/{name}.parquet") for name in names}


def test_every_forecast_fixture_has_markets_and_five_scores(tables: dict[str, pd.DataFrame]) -> None:
    forecast = tables["upcoming"].loc[tables["upcoming"]["p_home"].notna(), "match_id"]
    assert len(forecast) > 0
    assert sorted(tables["markets"]["match_id"]) == sorted(forecast)
    assert tables["likely_scores"]["match_id"].value_counts().tolist() == [5] * len(forecast)


def test_the_handicap_lies_on_the_side_of_the_favourite(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["markets"].merge(tables["upcoming"][["match_id", "p_home", "p_away"]], on="match_id")
    clear = table[(table["p_home"] - table["p_away"]).abs() > 0.1]
    assert len(clear) > 0
    assert ((clear["handicap_line"] < 0) == (clear["p_home"] > clear["p_away"])).all()


def test_goals_are_scored_for_every_family_but_the_base_rates(tables: dict[str, pd.DataFrame]) -> None:
    from pipeline.models.catalogue import FAMILIES

    told = tables["goal_scores"].groupby("event")["family"].apply(set)
    assert set(told.index) == {"over25", "both_score"}
    assert told["over25"] == told["both_score"] == set(FAMILIES) - {"base_rates"}
