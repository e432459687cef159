"""The record of the value signal, settled by hand and named by the closing line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.margin import implied
from pipeline.domain.tables import check_columns
from pipeline.evaluation.value_buckets import value_bucket_table

SIDES = ("home", "draw", "away")
EVEN = (2.0, 3.5, 3.8)
FAIR = implied([EVEN])[0]


def matches_of(outcomes: list[int]) -> pd.DataFrame:
    """One match a day."""
    n = len(outcomes)
    first_on = pd.Timestamp("2024-08-03 14:00", tz="UTC").as_unit("us")
    return pd.DataFrame(
        {
            "match_id": [f"m{each:04d}" for each in range(n)],
            "division": "E0",
            "season": np.full(n, 2024, dtype="int64"),
            "kick_off_at": first_on + pd.to_timedelta(np.arange(n), unit="D"),
            "outcome": np.array(outcomes, dtype="int64"),
        }
    )


def quotes_of(matches: pd.DataFrame, **prices: tuple[float, float, float]) -> pd.DataFrame:
    columns = {
        f"{name}_{side}": triple[place] for name, triple in prices.items() for place, side in enumerate(SIDES)
    }
    return pd.DataFrame({"match_id": matches["match_id"]}).assign(**columns)


def forecasts_of(matches: pd.DataFrame, edge: float, family: str = "ours") -> pd.DataFrame:
    """Our chance of the home win is the market's and the edge; the draw pays for it."""
    shares = dict(zip(SIDES, FAIR + np.array([edge, -edge, 0.0]), strict=True))
    keys = pd.DataFrame({"match_id": matches["match_id"], "family": family})
    return keys.assign(**{f"p_{side}": share for side, share in shares.items()})


def built(
    edge: float,
    *,
    outcomes: list[int] | None = None,
    source: str = "avg",
    threshold: float = 0.05,
    **quoted: tuple,
) -> pd.DataFrame:
    matches = matches_of(outcomes or [0, 1, 0, 2])
    prices = {"avg_early": EVEN, "max_early": (2.2, 3.6, 4.0), "avg_close": EVEN} | quoted
    return value_bucket_table(
        forecasts_of(matches, edge),
        matches,
        quotes_of(matches, **prices),
        threshold=threshold,
        price_source=source,
        seed=1,
    )


def of(table: pd.DataFrame, bucket: float, source: str = "avg") -> pd.Series:
    found = table[(table["bucket"] == bucket) & (table["price_source"] == source)]
    assert len(found) == 1
    return found.iloc[0]


def test_the_table_keeps_its_contract() -> None:
    dtypes = {name: str(dtype) for name, dtype in built(0.06).dtypes.items()}
    check_columns("value_buckets", dtypes, "pipeline.publishing")


def test_the_buckets_are_cumulative() -> None:
    table = built(0.04)
    assert [of(table, bucket)["n"] for bucket in (0.02, 0.03, 0.05, 0.08)] == [4, 4, 0, 0]
    assert of(table, 0.02)["flag_share"] == 1.0


def test_the_threshold_in_force_has_a_bucket_of_its_own() -> None:
    assert of(built(0.05, threshold=0.04), 0.04)["n"] == 4


def test_a_bet_is_settled_at_the_price_of_its_source() -> None:
    table = built(0.06)
    assert of(table, 0.05)["roi"] == pytest.approx((2 * (2.0 - 1) - 2) / 4)
    assert of(table, 0.05, "max")["roi"] == pytest.approx((2 * (2.2 - 1) - 2) / 4)
    assert of(table, 0.05, "max")["mean_price"] == pytest.approx(2.2)


def test_closing_line_value_is_price_times_closing_probability_minus_one() -> None:
    shorter = (1.7, 3.9, 4.9)
    row = of(built(0.06, avg_close=shorter), 0.05)
    assert row["closing_line_value"] == pytest.approx(2.0 * implied([shorter])[0, 0] - 1)


@pytest.mark.parametrize(("close", "word"), [((1.7, 3.9, 4.9), "supported"), ((2.6, 3.3, 2.8), "refuted")])
def test_a_bucket_is_named_by_its_closing_line_value(close: tuple[float, float, float], word: str) -> None:
    assert of(built(0.06, avg_close=close), 0.05)["record"] == word


def test_a_bucket_without_bets_or_without_a_close_is_unproven() -> None:
    assert of(built(0.06), 0.08)["record"] == "unproven"
    unjudged = of(built(0.06, avg_close=(np.nan,) * 3), 0.05)
    assert (unjudged["n"], unjudged["judged_count"], unjudged["record"]) == (4, 0, "unproven")


def test_a_best_price_far_beyond_the_average_is_no_price() -> None:
    table = built(0.06, max_early=(2.51, 3.6, 4.0))
    assert of(table, 0.05, "max")["n"] == 0
    assert of(table, 0.05, "max")["flags_count"] == 4


def test_the_named_source_has_its_own_record_beside_average_and_best() -> None:
    table = built(0.06, source="fonbet", fonbet_early=(2.1, 3.4, 3.6))
    assert set(table["price_source"]) == {"avg", "max", "fonbet"}
    assert set(table.loc[table["is_named"], "price_source"]) == {"fonbet"}
    assert of(table, 0.05, "fonbet")["mean_price"] == pytest.approx(2.1)


def test_a_source_that_never_quoted_has_no_bets() -> None:
    row = of(built(0.06, source="fonbet"), 0.05, "fonbet")
    assert (row["n"], row["flags_count"], row["record"]) == (0, 4, "unproven")


def test_one_outcome_a_match_the_one_with_the_largest_edge() -> None:
    matches = matches_of([2, 2])
    own = forecasts_of(matches, 0.0).assign(
        p_home=FAIR[0] + 0.03, p_draw=FAIR[1] - 0.09, p_away=FAIR[2] + 0.06
    )
    quotes = quotes_of(matches, avg_early=EVEN, max_early=EVEN, avg_close=EVEN)
    table = value_bucket_table(own, matches, quotes, threshold=0.05, price_source="avg", seed=1)
    row = of(table, 0.02)
    assert (row["n"], row["mean_price"]) == (2, 3.8)


def test_without_a_forecast_the_table_is_empty() -> None:
    matches = matches_of([0])
    none = forecasts_of(matches, 0.1).iloc[:0]
    quotes = quotes_of(matches, avg_early=EVEN)
    assert len(value_bucket_table(none, matches, quotes, threshold=0.05, price_source="avg", seed=1)) == 0
