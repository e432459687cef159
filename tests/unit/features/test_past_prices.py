"""What the market thought of earlier matches, and the labels made of it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.features.history import Floats, History, history_of
from pipeline.features.past_prices import last_shares, past_price_features, price_labels
from tests.unit.features.simulated_football import Football, simulated

_SIDES = ("home", "draw", "away")


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=3)


@pytest.fixture(scope="module")
def history(football: Football) -> History:
    return history_of(football.matches, football.fixtures, football.divisions)


def _shares(history: History, quotes: pd.DataFrame) -> Floats:
    return last_shares(history.frame["match_id"], quotes)


def _features(history: History, quotes: pd.DataFrame) -> pd.DataFrame:
    return past_price_features(history, quotes, _shares(history, quotes))


def _quotes(**prices: tuple[float, float, float]) -> pd.DataFrame:
    columns = {
        f"{stem}_{side}": [price]
        for stem, row in prices.items()
        for side, price in zip(_SIDES, row, strict=True)
    }
    return pd.DataFrame({"match_id": ["one"], **columns})


def _favourite(quotes: pd.DataFrame) -> float:
    return float(last_shares(pd.Series(["one"]), quotes)[0, 0])


def test_the_closing_average_comes_before_every_other_price() -> None:
    quotes = _quotes(avg_close=(1.5, 4.2, 6.0), ps_close=(6.0, 4.2, 1.5), avg_early=(6.0, 4.2, 1.5))
    assert _favourite(quotes) > 0.5


@pytest.mark.parametrize("later", ["avg_early", "b365_early", "iw_early", "gb_early"])
def test_pinnacle_s_close_comes_before_early_prices(later: str) -> None:
    assert _favourite(_quotes(ps_close=(1.5, 4.2, 6.0), **{later: (6.0, 4.2, 1.5)})) > 0.5


def test_a_price_with_an_impossible_margin_gives_way_to_the_next() -> None:
    assert _favourite(_quotes(avg_close=(6.0, 6.0, 6.0), gb_early=(1.5, 4.2, 6.0))) > 0.5


def test_without_any_price_there_is_no_past_close() -> None:
    assert math.isnan(_favourite(_quotes()))


def test_labels_are_the_prices_of_played_rows_alone(football: Football, history: History) -> None:
    labels = price_labels(history, football.quotes, _shares(history, football.quotes))
    is_played = history.frame["is_played"].to_numpy()
    assert labels[is_played].notna().all(axis=None)
    assert labels[~is_played].isna().all(axis=None)
    assert labels.loc[is_played, ["close_home", "close_draw", "close_away"]].sum(
        axis=1
    ).to_numpy() == pytest.approx(1)


def test_a_rating_of_past_prices_finds_the_rates_behind_them(football: Football, history: History) -> None:
    rows = _features(history, football.quotes)
    rates = football.truth.set_index("match_id").reindex(history.frame["match_id"])
    truth = np.log(rates["home_rate"] / rates["away_rate"]).to_numpy()
    last = (history.frame["season"] == 2022).to_numpy()
    for name in ("past_odds", "past_mixed"):
        supremacy = (rows[f"{name}_log_home"] - rows[f"{name}_log_away"]).to_numpy()
        assert np.corrcoef(supremacy[last], truth[last])[0, 1] > 0.9


def test_the_first_match_of_all_knows_no_price(football: Football, history: History) -> None:
    blind = _features(history, football.quotes.head(0)).iloc[0]
    seeing = _features(history, football.quotes).iloc[0]
    assert seeing.equals(blind)


def test_a_world_without_prices_has_ratings_that_say_how_little_they_know(
    football: Football, history: History
) -> None:
    blind = _features(history, football.quotes.head(0))
    seeing = _features(history, football.quotes)
    assert blind.notna().all(axis=None)
    assert blind["past_odds_variance"].iloc[-1] > 3 * seeing["past_odds_variance"].iloc[-1]
