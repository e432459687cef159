"""The division's own rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.features.context import context_features
from pipeline.features.history import history_of
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=3)


def _context(football: Football) -> pd.DataFrame:
    return context_features(history_of(football.matches, football.fixtures, football.divisions))


def test_a_division_s_first_match_sees_typical_rates(football: Football) -> None:
    row = _context(football).iloc[0]
    assert row[["division_rate_home", "division_rate_draw", "division_rate_away"]].tolist() == [
        0.45,
        0.27,
        0.28,
    ]


def test_rates_are_shares_and_follow_what_happened(football: Football) -> None:
    rows = _context(football)
    shares = rows[["division_rate_home", "division_rate_draw", "division_rate_away"]]
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1.0)
    top = (football.matches["division"] == "AR1").to_numpy()
    happened = (football.matches.loc[top, "outcome"] == 0).mean()
    count = int(top.sum())
    last = rows[rows["tier"] == 1].iloc[-1]["division_rate_home"]
    assert last == pytest.approx((100 * 0.45 + count * happened) / (100 + count))


def test_the_tier_is_the_division_s(football: Football) -> None:
    assert np.unique(_context(football)["tier"]).tolist() == [1.0, 2.0]
