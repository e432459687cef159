"""The published scores: identical matches, the market beside every family, intervals, stable rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ContractError
from pipeline.domain.scores import ProbabilityError, brier, is_hit, log_loss, rps
from pipeline.domain.tables import check_columns
from pipeline.evaluation.comparison import published_table
from pipeline.evaluation.scores import beats_market, score_table

P_COLUMNS = ["p_home", "p_draw", "p_away"]
GAP_COLUMNS = ["gap", "gap_low", "gap_high"]


def _matches(n: int = 120, seed: int = 1) -> pd.DataFrame:
    """Two divisions, two seasons, six matches a day."""
    number = np.arange(n)
    outcomes = np.random.default_rng(seed).choice(3, n, p=[0.45, 0.27, 0.28])
    first_on = pd.Timestamp("2024-08-03 14:00", tz="UTC").as_unit("us")
    return pd.DataFrame(
        {
            "match_id": [f"m{each:04d}" for each in number],
            "division": np.where(number % 2 == 0, "E0", "SC0"),
            "season": np.where(number < n // 2, 2023, 2024).astype("int64"),
            "kick_off_at": first_on
            + pd.to_timedelta(number // 6, unit="D")
            + pd.to_timedelta(number % 3, unit="h"),
            "outcome": outcomes.astype("int64"),
        }
    )


def _forecasts(matches: pd.DataFrame, family: str, seed: int) -> pd.DataFrame:
    shares = np.random.default_rng(seed).dirichlet((9, 5, 6), len(matches))
    return pd.DataFrame({"match_id": matches["match_id"], "family": family}).assign(
        **dict(zip(P_COLUMNS, shares.T, strict=True))
    )


def _world() -> tuple[pd.DataFrame, pd.DataFrame]:
    matches = _matches()
    families = [
        _forecasts(matches, family, seed) for seed, family in enumerate(["poisson", "market", "base_rates"])
    ]
    return pd.concat(families, ignore_index=True), matches


def _silence(forecasts: pd.DataFrame, family: str, ids: pd.Series) -> pd.DataFrame:
    quiet = forecasts.copy()
    quiet.loc[(quiet["family"] == family) & quiet["match_id"].isin(ids), P_COLUMNS] = np.nan
    return quiet


def _row(table: pd.DataFrame, scope: str, key: str, family: str) -> pd.Series:
    found = table[(table["scope"] == scope) & (table["key"] == key) & (table["family"] == family)]
    assert len(found) == 1
    return found.iloc[0]


def test_the_table_keeps_its_contract_and_is_full() -> None:
    table = score_table(*_world(), seed=1)
    check_columns("scores", {name: str(dtype) for name, dtype in table.dtypes.items()}, "pipeline.publishing")
    assert not table.isna().any(axis=None)


def test_rows_come_by_scope_then_key_then_family() -> None:
    table = score_table(*_world(), seed=1)
    scopes = list(dict.fromkeys(zip(table["scope"], table["key"], strict=True)))
    assert scopes == [
        ("all", "all"),
        ("division", "E0"),
        ("division", "SC0"),
        ("season", "2023"),
        ("season", "2024"),
    ]
    assert table["family"].tolist() == ["base_rates", "market", "poisson"] * 5


def test_the_means_are_those_of_the_scoring_rules() -> None:
    forecasts, matches = _world()
    row = _row(score_table(forecasts, matches, seed=1), "division", "E0", "poisson")
    own = forecasts[forecasts["family"] == "poisson"].merge(
        matches[matches["division"] == "E0"], on="match_id"
    )
    for rule, column in ((log_loss, "log_loss"), (rps, "rps"), (brier, "brier"), (is_hit, "accuracy")):
        assert row[column] == pytest.approx(rule(own[P_COLUMNS], own["outcome"]).mean())


def test_the_gap_is_the_difference_to_the_market() -> None:
    table = score_table(*_world(), seed=1)
    ours, market = (_row(table, "season", "2024", family) for family in ("poisson", "market"))
    assert ours["gap"] == pytest.approx(ours["log_loss"] - market["log_loss"])
    assert ours["gap_low"] < ours["gap"] < ours["gap_high"]


def test_the_market_has_no_gap_to_itself() -> None:
    row = _row(score_table(*_world(), seed=1), "all", "all", "market")
    assert row[GAP_COLUMNS].tolist() == [0.0, 0.0, 0.0]


def test_the_gap_is_paired_by_match() -> None:
    # a family that is always a little worse than the market: its own score is uncertain, its gap is not
    forecasts, matches = _world()
    market = forecasts[forecasts["family"] == "market"]
    shy = market.assign(family="shy")
    shy[P_COLUMNS] = 0.98 * shy[P_COLUMNS] + 0.02 / 3
    row = _row(score_table(pd.concat([market, shy]), matches, seed=1), "all", "all", "shy")
    assert row["gap_high"] - row["gap_low"] < (row["log_loss_high"] - row["log_loss_low"]) / 10


def test_match_days_are_counted_by_utc_date() -> None:
    table = score_table(*_world(), seed=1)
    assert table.groupby("scope")["match_days_count"].first().to_dict() == {
        "all": 20,
        "division": 20,
        "season": 10,
    }


def test_all_families_are_scored_on_the_matches_all_of_them_answered() -> None:
    forecasts, matches = _world()
    quiet = _silence(forecasts, "poisson", matches["match_id"].head(7))
    table = score_table(quiet, matches, seed=1)
    assert table[table["scope"] == "all"]["n"].tolist() == [113] * 3
    dropped = score_table(quiet[~quiet["match_id"].isin(matches["match_id"].head(7))], matches, seed=1)
    pd.testing.assert_frame_equal(table, dropped)


def test_a_missing_row_counts_as_no_answer() -> None:
    forecasts, matches = _world()
    quiet = _silence(forecasts, "poisson", matches["match_id"].head(7))
    pd.testing.assert_frame_equal(
        score_table(quiet, matches, seed=1), score_table(quiet.dropna(), matches, seed=1)
    )


def test_a_division_without_prices_is_scored_without_the_market_and_has_no_gap() -> None:
    forecasts, matches = _world()
    unpriced = matches.loc[matches["division"] == "SC0", "match_id"]
    table = score_table(_silence(forecasts, "market", unpriced), matches, seed=1)
    part = table[table["key"] == "SC0"]
    assert part["family"].tolist() == ["base_rates", "poisson"]
    assert part["n"].tolist() == [60, 60]
    assert part[GAP_COLUMNS].isna().all(axis=None)
    assert part["log_loss_low"].notna().all()


def test_a_division_without_prices_stays_out_of_the_other_scopes() -> None:
    forecasts, matches = _world()
    unpriced = matches.loc[matches["division"] == "SC0", "match_id"]
    table = score_table(_silence(forecasts, "market", unpriced), matches, seed=1)
    assert table[table["scope"] == "all"]["n"].tolist() == [60] * 3
    assert table[table["scope"] == "season"]["n"].tolist() == [30] * 6
    assert table[table["scope"] != "division"][GAP_COLUMNS].notna().all(axis=None)


def test_without_a_market_there_are_scores_and_no_gaps() -> None:
    forecasts, matches = _world()
    table = score_table(forecasts[forecasts["family"] != "market"], matches, seed=1)
    assert table["n"].head(2).tolist() == [120, 120]
    assert table[GAP_COLUMNS].isna().all(axis=None)


def test_forecasts_of_fixtures_wait_for_their_result() -> None:
    forecasts, matches = _world()
    played = matches.iloc[:-6]
    known = forecasts[forecasts["match_id"].isin(played["match_id"])]
    pd.testing.assert_frame_equal(score_table(forecasts, played, seed=1), score_table(known, played, seed=1))


def test_matches_without_a_forecast_change_nothing() -> None:
    forecasts, matches = _world()
    some = forecasts[forecasts["match_id"] >= "m0030"]
    later = matches[matches["match_id"] >= "m0030"]
    pd.testing.assert_frame_equal(score_table(some, matches, seed=1), score_table(some, later, seed=1))


def test_the_order_of_the_input_rows_does_not_matter() -> None:
    forecasts, matches = _world()
    shuffled = score_table(
        forecasts.sample(frac=1, random_state=1), matches.sample(frac=1, random_state=2), seed=1
    )
    pd.testing.assert_frame_equal(score_table(forecasts, matches, seed=1), shuffled)


def test_the_input_is_not_changed() -> None:
    forecasts, matches = _world()
    before = forecasts.copy(), matches.copy()
    score_table(forecasts, matches, seed=1)
    pd.testing.assert_frame_equal(forecasts, before[0])
    pd.testing.assert_frame_equal(matches, before[1])


def test_an_impossible_result_stays_infinite_and_breaks_no_other_family() -> None:
    forecasts, matches = _world()
    wrong = (forecasts["family"] == "poisson") & (forecasts["match_id"] == "m0000")
    forecasts.loc[wrong, P_COLUMNS] = np.eye(3)[(matches["outcome"].iloc[0] + 1) % 3]
    table = score_table(forecasts, matches, seed=1)
    bold, calm = (_row(table, "all", "all", family) for family in ("poisson", "base_rates"))
    assert [bold["log_loss"], bold["log_loss_high"], bold["gap"], bold["gap_high"]] == [np.inf] * 4
    assert np.isfinite(bold["brier"])
    assert np.isfinite(calm[["log_loss", "log_loss_high", *GAP_COLUMNS]].astype(float)).all()


def test_an_impossible_result_of_the_market_too_leaves_the_gap_unknown() -> None:
    forecasts, matches = _world()
    forecasts.loc[forecasts["match_id"] == "m0000", P_COLUMNS] = np.eye(3)[
        (matches["outcome"].iloc[0] + 1) % 3
    ]
    row = _row(score_table(forecasts, matches, seed=1), "all", "all", "poisson")
    assert row["log_loss"] == np.inf
    assert row[GAP_COLUMNS].isna().all()


def test_one_match_day_has_scores_and_no_interval() -> None:
    forecasts, matches = _world()
    table = score_table(forecasts, matches.head(6), seed=1)
    assert table["log_loss"].notna().all()
    assert table[["log_loss_low", "log_loss_high", "gap_low", "gap_high"]].isna().all(axis=None)


def test_a_family_that_answers_twice_is_refused() -> None:
    forecasts, matches = _world()
    with pytest.raises(ContractError, match="twice"):
        score_table(pd.concat([forecasts, forecasts.head(1)]), matches, seed=1)


def test_a_match_listed_twice_is_refused() -> None:
    forecasts, matches = _world()
    with pytest.raises(ContractError, match="twice"):
        score_table(forecasts, pd.concat([matches, matches.head(1)]), seed=1)


def test_a_forecast_that_does_not_sum_to_one_is_refused() -> None:
    forecasts, matches = _world()
    forecasts.loc[0, "p_home"] += 0.1
    with pytest.raises(ProbabilityError):
        score_table(forecasts, matches, seed=1)


@pytest.mark.parametrize("empty", ["forecasts", "matches", "both", "silent"])
def test_nothing_to_score_gives_an_empty_table_of_the_same_columns(empty: str) -> None:
    forecasts, matches = _world()
    if empty == "silent":
        forecasts[P_COLUMNS] = np.nan
    table = score_table(
        forecasts.head(0) if empty in ("forecasts", "both") else forecasts,
        matches.head(0) if empty in ("matches", "both") else matches,
        seed=1,
    )
    check_columns("scores", {name: str(dtype) for name, dtype in table.dtypes.items()}, "pipeline.publishing")
    assert table.empty


def test_a_season_of_divisions_without_early_prices_alone_is_not_compared_across_divisions() -> None:
    forecasts, matches = _world()
    matches = matches.assign(season=matches["season"].where(matches["division"] == "E0", 2025))
    table = score_table(
        _silence(forecasts, "market", matches.loc[matches["division"] == "SC0", "match_id"]), matches, seed=1
    )
    assert set(table.loc[table["scope"] == "season", "key"]) == {"2023", "2024"}
    alone = table[(table["scope"] == "division") & (table["key"] == "SC0")]
    assert set(alone["family"]) == {"base_rates", "poisson"}
    assert alone["gap"].isna().all()


@pytest.mark.parametrize(
    ("low", "high", "said"), [(-0.003, -0.001, True), (0.001, 0.003, False), (-0.001, 0.001, None)]
)
def test_a_family_beats_the_market_only_where_the_interval_says_so(
    low: float, high: float, said: bool | None
) -> None:
    blank = dict.fromkeys(published_table("scores", []).select_dtypes("number").columns, 0.0)
    row = blank | {"scope": "all", "key": "all", "family": "poisson", "gap_low": low, "gap_high": high}
    scores = published_table("scores", [row])
    assert beats_market(scores, "poisson") is said
    assert beats_market(scores, "lightgbm") is None
