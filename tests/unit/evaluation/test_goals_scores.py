"""The published scores of over 2.5 goals and both teams to score."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.margin import implied
from pipeline.domain.tables import check_columns
from pipeline.evaluation.goals_scores import goal_score_table

OUTCOMES = ["p_home", "p_draw", "p_away"]
GAPS = ["gap", "gap_low", "gap_high"]


def _world(n: int = 400, *, is_priced: bool = True) -> dict[str, pd.DataFrame]:
    """Return tables of matches whose goals follow the prices, and the families market, lightgbm, poisson."""
    random = np.random.default_rng(4)
    home, away = random.uniform(0.8, 2.4, n), random.uniform(0.6, 1.9, n)
    goals = random.poisson(home), random.poisson(away)
    ids = pd.Series([f"m{each:04d}" for each in range(n)])
    kick_off_at = pd.Timestamp("2024-08-03 14:00", tz="UTC") + pd.to_timedelta(np.arange(n) // 8, unit="D")
    matches = pd.DataFrame(
        {
            "match_id": ids,
            "division": "E0",
            "season": 2024,
            "kick_off_at": kick_off_at,
            "outcome": 1 - np.sign(goals[0] - goals[1]),
            "home_goals": goals[0],
            "away_goals": goals[1],
        }
    )
    total = home + away
    over = 1 - np.exp(-total) * (1 + total + total**2 / 2)
    quotes = pd.DataFrame({"match_id": ids})
    if is_priced:
        quotes = quotes.assign(avg_early_over25=0.96 / over, avg_early_under25=0.96 / (1 - over))
    shares = np.stack([home**2, home * away, away**2], axis=1)
    shares /= shares.sum(axis=1, keepdims=True)
    forecasts = pd.concat(
        pd.DataFrame({"match_id": ids, "family": family}).assign(**dict(zip(OUTCOMES, shares.T, strict=True)))
        for family in ("base_rates", "lightgbm", "market", "poisson")
    )
    # the ratings know nothing of the goals
    features = pd.DataFrame({"match_id": ids, "expected_home_goals": 1.5, "expected_away_goals": 1.2})
    return {"forecasts": forecasts, "matches": matches, "quotes": quotes, "features": features}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return goal_score_table(**_world(), seed=1)


def _row(table: pd.DataFrame, event: str, family: str) -> pd.Series:
    return table.set_index(["event", "family"]).loc[(event, family)]


def test_the_table_keeps_its_contract_and_leaves_the_base_rates_out(table: pd.DataFrame) -> None:
    dtypes = {name: str(dtype) for name, dtype in table.dtypes.items()}
    check_columns("goal_scores", dtypes, "pipeline.publishing")
    assert table["event"].tolist() == ["over25"] * 3 + ["both_score"] * 3
    assert table["family"].tolist() == ["lightgbm", "market", "poisson"] * 2
    assert set(table["n"]) == {400}


def test_over_of_the_market_is_scored_at_its_price_without_the_margin(table: pd.DataFrame) -> None:
    world = _world()
    over = implied(world["quotes"][["avg_early_over25", "avg_early_under25"]].to_numpy())[:, 0]
    is_over = world["matches"][["home_goals", "away_goals"]].sum(axis=1) > 2.5
    by_hand = -np.log(np.where(is_over, over, 1 - over)).mean()
    assert _row(table, "over25", "market")["log_loss"] == pytest.approx(by_hand, abs=1e-9)


def test_an_anchored_family_has_the_market_s_total_and_an_independent_one_its_own(
    table: pd.DataFrame,
) -> None:
    assert _row(table, "over25", "lightgbm")[GAPS].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    blind = _row(table, "over25", "poisson")
    assert 0 < blind["gap_low"] < blind["gap"] < blind["gap_high"]


def test_both_teams_to_score_is_judged_too(table: pd.DataFrame) -> None:
    blind = _row(table, "both_score", "poisson")
    assert blind["log_loss_low"] < blind["log_loss"] < blind["log_loss_high"]
    assert blind["gap"] > 0


def test_without_a_price_of_totals_there_is_no_gap() -> None:
    table = goal_score_table(**_world(is_priced=False), seed=1)
    assert table[GAPS].isna().all(axis=None)
    assert set(table["n"]) == {400}


def test_only_matches_with_a_priced_total_count_where_some_have_one() -> None:
    world = _world()
    world["quotes"].loc[:99, "avg_early_over25"] = np.nan
    assert set(goal_score_table(**world, seed=1)["n"]) == {300}


def test_without_forecasts_the_table_is_empty_and_keeps_its_columns() -> None:
    world = _world()
    table = goal_score_table(**(world | {"forecasts": world["forecasts"].head(0)}), seed=1)
    check_columns(
        "goal_scores", {name: str(dtype) for name, dtype in table.dtypes.items()}, "pipeline.publishing"
    )
    assert table.empty
