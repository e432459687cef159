"""What a score grid must be for any forecast, any expected goals and any total."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forecasts.coherent import OUTCOME_OF_SCORE, TOTAL_OF_SCORE, coherent_grids
from pipeline.forecasts.markets import (
    HANDICAP_LINES,
    both_score_shares,
    expected_goals,
    handicap_shares,
    lead_shares,
    over_shares,
)
from pipeline.models.base import Numbers
from pipeline.models.grid import GOALS

weights = st.lists(st.floats(min_value=0.01, max_value=1), min_size=3, max_size=3)
goals = st.floats(min_value=0.2, max_value=4)
overs = st.one_of(st.just(np.nan), st.floats(min_value=0.05, max_value=0.95))


def _grids(forecast: list[float], home: float, away: float, over: float) -> tuple[Numbers, Numbers]:
    outcomes = np.array([forecast]) / sum(forecast)
    return outcomes, coherent_grids(outcomes, np.array([home]), np.array([away]), np.array([over]))


@given(forecast=weights, home=goals, away=goals, over=overs)
def test_a_grid_is_a_distribution_with_the_given_marginals(
    forecast: list[float], home: float, away: float, over: float
) -> None:
    outcomes, grids = _grids(forecast, home, away, over)
    assert (grids >= 0).all()
    assert grids.sum() == pytest.approx(1, abs=1e-12)
    for side in range(3):
        assert grids[0][side == OUTCOME_OF_SCORE].sum() == pytest.approx(outcomes[0, side], abs=1e-12)
    if np.isfinite(over):
        assert grids[0][TOTAL_OF_SCORE > 2.5].sum() == pytest.approx(over, abs=1e-8)


@given(forecast=weights, home=goals, away=goals, over=overs)
def test_no_two_markets_contradict_each_other(
    forecast: list[float], home: float, away: float, over: float
) -> None:
    outcomes, grids = _grids(forecast, home, away, over)
    chances = [over_shares(grids, line)[0] for line in (0.5, 1.5, 2.5, 3.5)]
    assert (np.diff(chances) <= 1e-12).all()
    assert both_score_shares(grids)[0] <= chances[1] + 1e-12  # both scoring takes two goals
    handicaps = handicap_shares(grids, np.sort(HANDICAP_LINES))[0]
    assert (np.diff(handicaps) >= -1e-12).all()
    at_half = handicap_shares(grids, [-0.5, 0.5])[0]
    assert at_half == pytest.approx([outcomes[0, 0], outcomes[0, 0] + outcomes[0, 1]], abs=1e-12)
    lead = expected_goals(grids)[0][0] - expected_goals(grids)[1][0]
    assert lead_shares(grids)[0] @ np.arange(1 - GOALS, GOALS) == pytest.approx(lead, abs=1e-9)


@given(forecast=weights, home=goals, away=goals, over=overs)
def test_seen_from_the_away_club_the_grid_is_turned(
    forecast: list[float], home: float, away: float, over: float
) -> None:
    _, grids = _grids(forecast, home, away, over)
    _, turned = _grids(forecast[::-1], away, home, over)
    assert turned[0] == pytest.approx(grids[0].T, abs=1e-6)


@given(rows=st.lists(st.tuples(weights, goals, goals, overs), min_size=1, max_size=4))
def test_a_grid_does_not_depend_on_its_neighbours(
    rows: list[tuple[list[float], float, float, float]],
) -> None:
    alone = np.concatenate([_grids(*row)[1] for row in rows])
    outcomes = np.array([np.array(row[0]) / sum(row[0]) for row in rows])
    home, away, over = (np.array([row[place] for row in rows]) for place in (1, 2, 3))
    assert coherent_grids(outcomes, home, away, over) == pytest.approx(alone, abs=1e-9)
