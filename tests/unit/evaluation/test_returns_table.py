"""The published returns: settled by hand, the market beside them, empty where nobody bet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.margin import PriceError, implied
from pipeline.domain.tables import check_columns
from pipeline.evaluation.returns import return_table

P_COLUMNS = ["p_home", "p_draw", "p_away"]
PRICE_COLUMNS = ["avg_early_home", "avg_early_draw", "avg_early_away"]
EMPTY_COLUMNS = [
    "mean_price",
    "roi",
    "roi_low",
    "roi_high",
    "market_roi",
    "market_roi_low",
    "market_roi_high",
]

# Implied by the power method: 0.48 0.27 0.25 for the first, 0.25 0.27 0.48 for the second (two decimals).
HOME_FAVOURITE = (2.0, 3.5, 3.8)
AWAY_FAVOURITE = (3.8, 3.5, 2.0)


def _matches(outcomes: list[int], divisions: list[str] | None = None) -> pd.DataFrame:
    """One match a day."""
    n = len(outcomes)
    first_on = pd.Timestamp("2024-08-03 14:00", tz="UTC").as_unit("us")
    return pd.DataFrame(
        {
            "match_id": [f"m{each:04d}" for each in range(n)],
            "division": divisions or ["E0"] * n,
            "season": np.full(n, 2024, dtype="int64"),
            "kick_off_at": first_on + pd.to_timedelta(np.arange(n), unit="D"),
            "outcome": np.array(outcomes, dtype="int64"),
        }
    )


def _forecasts(matches: pd.DataFrame, rows: list[tuple[float, ...]], family: str = "poisson") -> pd.DataFrame:
    shares = dict(zip(P_COLUMNS, np.array(rows, dtype=float).T, strict=True))
    return pd.DataFrame({"match_id": matches["match_id"], "family": family}).assign(**shares)


def _quotes(matches: pd.DataFrame, rows: list[tuple[float, ...]]) -> pd.DataFrame:
    prices = dict(zip(PRICE_COLUMNS, np.array(rows, dtype=float).T, strict=True))
    return pd.DataFrame({"match_id": matches["match_id"]}).assign(early_at=matches["kick_off_at"], **prices)


def _row(table: pd.DataFrame, rule: str, family: str = "poisson", key: str = "all") -> pd.Series:
    found = table[(table["key"] == key) & (table["family"] == family) & (table["rule"] == rule)]
    assert len(found) == 1
    return found.iloc[0]


def _season(n: int = 400) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A fair world with a 6 % margin and two families: the market and one that errs around the truth."""
    random = np.random.default_rng(5)
    truth = random.dirichlet((9, 5, 6), n)
    outcomes = (random.random((n, 1)) >= np.cumsum(truth, axis=1)[:, :2]).sum(axis=1)
    matches = _matches(outcomes.tolist(), ["E0", "SC0"] * (n // 2))
    matches["kick_off_at"] = matches["kick_off_at"].iloc[np.arange(n) // 10].to_numpy()
    quotes = _quotes(matches, [tuple(row) for row in np.minimum(1 / (truth * 1.06), 50)])
    noisy = truth * np.exp(random.normal(0, 0.3, truth.shape))
    ours = _forecasts(matches, [tuple(row) for row in noisy / noisy.sum(axis=1, keepdims=True)])
    market = _forecasts(matches, [tuple(row) for row in implied(quotes[PRICE_COLUMNS])], "market")
    return pd.concat([ours, market], ignore_index=True), matches, quotes


def test_the_table_keeps_its_contract() -> None:
    table = return_table(*_season(), seed=1)
    check_columns(
        "returns", {name: str(dtype) for name, dtype in table.dtypes.items()}, "pipeline.publishing"
    )


def test_rows_come_by_scope_then_key_then_family_then_rule() -> None:
    table = return_table(*_season(), seed=1)
    assert list(dict.fromkeys(zip(table["scope"], table["key"], strict=True))) == [
        ("all", "all"),
        ("division", "E0"),
        ("division", "SC0"),
    ]
    pairs = list(zip(table["family"], table["rule"], strict=True))[:4]
    assert pairs == [
        ("market", "all_picks"),
        ("market", "value_bets"),
        ("poisson", "all_picks"),
        ("poisson", "value_bets"),
    ]


def test_all_picks_are_settled_as_worked_by_hand() -> None:
    # home at 2.0 comes: +1; draw at 3.5 does not: -1; away at 3.8 comes: +2.8
    matches = _matches([0, 0, 2])
    forecasts = _forecasts(matches, [(0.6, 0.2, 0.2), (0.3, 0.4, 0.3), (0.2, 0.3, 0.5)])
    row = _row(return_table(forecasts, matches, _quotes(matches, [HOME_FAVOURITE] * 3), seed=1), "all_picks")
    assert (row["n"], row["matches_count"]) == (3, 3)
    assert row["profit"] == pytest.approx(2.8)
    assert row["roi"] == pytest.approx(2.8 / 3)
    assert row["mean_price"] == pytest.approx((2.0 + 3.5 + 3.8) / 3)


def test_the_market_backs_its_favourite_on_the_same_matches() -> None:
    # favourites: home, home, away; only the first comes at 2.0
    matches = _matches([0, 1, 0])
    forecasts = _forecasts(matches, [(0.2, 0.2, 0.6)] * 3)
    quotes = _quotes(matches, [HOME_FAVOURITE, HOME_FAVOURITE, AWAY_FAVOURITE])
    row = _row(return_table(forecasts, matches, quotes, seed=1), "all_picks")
    assert row["market_roi"] == pytest.approx((1.0 - 1.0 - 1.0) / 3)


def test_value_bets_take_only_the_largest_edge_above_the_threshold() -> None:
    # edges about (0.12 -0.05 -0.07), (0.01 0.00 -0.01), (-0.20 0.08 0.12): home, none, away
    matches = _matches([0, 0, 0])
    forecasts = _forecasts(matches, [(0.60, 0.22, 0.18), (0.49, 0.27, 0.24), (0.28, 0.35, 0.37)])
    row = _row(return_table(forecasts, matches, _quotes(matches, [HOME_FAVOURITE] * 3), seed=1), "value_bets")
    assert (row["n"], row["matches_count"]) == (2, 3)
    assert row["mean_price"] == pytest.approx((2.0 + 3.8) / 2)
    assert row["profit"] == pytest.approx(1.0 - 1.0)


def test_beside_value_bets_the_market_is_judged_on_the_matches_bet_on() -> None:
    # the favourite comes in the first and fails in the second; only the first is bet on
    matches = _matches([0, 1])
    forecasts = _forecasts(matches, [(0.60, 0.22, 0.18), (0.49, 0.27, 0.24)])
    row = _row(return_table(forecasts, matches, _quotes(matches, [HOME_FAVOURITE] * 2), seed=1), "value_bets")
    assert (row["n"], row["market_roi"]) == (1, 1.0)


def test_a_higher_threshold_bets_less() -> None:
    season = _season()
    counts = [
        _row(return_table(*season, threshold=threshold, seed=1), "value_bets")["n"]
        for threshold in (0.02, 0.05, 0.08, 1.0)
    ]
    assert counts[0] > counts[1] > counts[2] > counts[3] == 0


def test_the_market_never_finds_value_in_its_own_prices() -> None:
    row = _row(return_table(*_season(), seed=1), "value_bets", "market")
    assert (row["n"], row["profit"], row["matches_count"]) == (0, 0.0, 400)


def test_a_rule_without_a_bet_is_empty_and_no_error() -> None:
    row = _row(return_table(*_season(), seed=1), "value_bets", "market")
    assert row[EMPTY_COLUMNS].isna().all()


def test_following_the_market_returns_what_its_favourites_return() -> None:
    row = _row(return_table(*_season(), seed=1), "all_picks", "market")
    market = row[["market_roi", "market_roi_low", "market_roi_high"]].tolist()
    assert row[["roi", "roi_low", "roi_high"]].tolist() == market


def test_intervals_surround_the_return() -> None:
    row = _row(return_table(*_season(), seed=1), "all_picks")
    assert row["roi_low"] < row["roi"] < row["roi_high"]
    assert row["market_roi_low"] < row["market_roi"] < row["market_roi_high"]


def test_bets_that_all_win_alike_have_an_interval_of_no_width() -> None:
    matches = _matches([0, 0, 0])
    table = return_table(
        _forecasts(matches, [(0.6, 0.2, 0.2)] * 3), matches, _quotes(matches, [HOME_FAVOURITE] * 3), seed=1
    )
    row = _row(table, "all_picks")
    assert (
        row[["roi", "roi_low", "roi_high", "market_roi", "market_roi_low", "market_roi_high"]].tolist()
        == [1.0] * 6
    )


def test_a_fair_world_costs_about_the_margin() -> None:
    row = _row(return_table(*_season(4_000), seed=1), "all_picks", "market")
    assert row["roi"] == pytest.approx(1 / 1.06 - 1, abs=0.05)


def test_matches_without_a_complete_price_are_no_bets() -> None:
    forecasts, matches, quotes = _season(40)
    quotes.loc[0, "avg_early_draw"] = np.nan
    table = return_table(forecasts, matches, quotes.drop(index=[1, 2]), seed=1)
    assert _row(table, "all_picks")[["n", "matches_count"]].tolist() == [37, 37]


def test_matches_without_an_answer_are_no_bets_for_that_family_alone() -> None:
    forecasts, matches, quotes = _season(40)
    forecasts.loc[:4, P_COLUMNS] = np.nan
    table = return_table(forecasts, matches, quotes, seed=1)
    assert [_row(table, "all_picks", family)["n"] for family in ("poisson", "market")] == [35, 40]


def test_a_division_without_prices_has_empty_returns() -> None:
    forecasts, matches, quotes = _season(40)
    unpriced = matches.loc[matches["division"] == "SC0", "match_id"]
    row = _row(
        return_table(forecasts, matches, quotes[~quotes["match_id"].isin(unpriced)], seed=1),
        "all_picks",
        key="SC0",
    )
    assert (row["n"], row["matches_count"], row["profit"]) == (0, 0, 0.0)
    assert row[EMPTY_COLUMNS].isna().all()


def test_quotes_without_any_market_average_leave_every_return_empty() -> None:
    forecasts, matches, quotes = _season(40)
    table = return_table(forecasts, matches, quotes[["match_id", "early_at"]], seed=1)
    assert table["n"].tolist() == [0] * len(table)
    assert table[EMPTY_COLUMNS].isna().all(axis=None)


def test_one_match_day_has_a_return_and_no_interval() -> None:
    row = _row(return_table(*_season(10), seed=1), "all_picks")
    assert np.isfinite(row["roi"])
    assert row[["roi_low", "roi_high"]].isna().all()


def test_the_order_of_the_input_rows_does_not_matter() -> None:
    forecasts, matches, quotes = _season(60)
    shuffled = [frame.sample(frac=1, random_state=3) for frame in (forecasts, matches, quotes)]
    pd.testing.assert_frame_equal(
        return_table(forecasts, matches, quotes, seed=1), return_table(*shuffled, seed=1)
    )


def test_a_price_that_cannot_be_is_refused() -> None:
    forecasts, matches, quotes = _season(20)
    quotes.loc[3, "avg_early_home"] = 0.9
    with pytest.raises(PriceError):
        return_table(forecasts, matches, quotes, seed=1)


@pytest.mark.parametrize("empty", ["forecasts", "matches", "quotes"])
def test_empty_inputs_give_a_table_of_the_same_columns(empty: str) -> None:
    names = ("forecasts", "matches", "quotes")
    frames = [
        frame.head(0) if name == empty else frame for name, frame in zip(names, _season(20), strict=True)
    ]
    table = return_table(*frames, seed=1)
    check_columns(
        "returns", {name: str(dtype) for name, dtype in table.dtypes.items()}, "pipeline.publishing"
    )
    assert not table["n"].sum()


def a_division_with_closing_prices_only() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Half of the season's matches become an extra league's: their only prices are those at kick-off."""
    forecasts, matches, quotes = _season(200)
    extra = matches["division"] == "SC0"
    matches = matches.assign(division=matches["division"].where(~extra, "JPN"))
    for side in ("home", "draw", "away"):
        quotes[f"avg_close_{side}"] = quotes[f"avg_early_{side}"]
        quotes[f"avg_early_{side}"] = quotes[f"avg_early_{side}"].where(~extra)
    is_market = forecasts["family"] == "market"
    late = is_market & forecasts["match_id"].isin(matches.loc[extra, "match_id"])
    return (
        forecasts.mask(late & forecasts["p_home"].notna(), np.nan).assign(
            match_id=forecasts["match_id"], family=forecasts["family"]
        ),
        matches,
        quotes,
    )


def test_a_division_with_closing_prices_only_joins_no_return_at_early_prices() -> None:
    forecasts, matches, quotes = a_division_with_closing_prices_only()
    table = return_table(forecasts, matches, quotes, seed=1)
    own = table[(table["scope"] == "division") & (table["key"] == "JPN")]
    assert (own[["n", "matches_count"]] == 0).all().all()
    assert own[["roi", "market_roi", "mean_price"]].isna().all().all()
    everywhere = table[table["scope"] == "all"].drop(columns=["scope", "key"]).reset_index(drop=True)
    without = return_table(forecasts, matches[matches["division"] == "E0"], quotes, seed=1)
    alone = without[without["scope"] == "all"].drop(columns=["scope", "key"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(everywhere, alone)
