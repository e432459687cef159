"""Edges and the value rule: one outcome a match at most, strictly above the threshold."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.domain.scores import ShapeError
from pipeline.domain.value import NO_SIDE, edges, value_sides


def test_an_edge_is_forecast_minus_implied() -> None:
    assert edges([[0.5, 0.3, 0.2]], [[0.4, 0.3, 0.3]])[0] == pytest.approx([0.1, 0.0, -0.1])


def test_an_edge_is_missing_where_either_side_is() -> None:
    found = edges([[0.5, 0.3, 0.2], [np.nan] * 3], [[np.nan] * 3, [0.4, 0.3, 0.3]])
    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("row", "side"),
    [
        ((0.06, -0.03, -0.03), 0),
        ((-0.03, 0.06, -0.03), 1),
        ((-0.03, -0.03, 0.06), 2),
        ((0.06, 0.07, -0.13), 1),
        ((0.049, 0.0, -0.049), NO_SIDE),
        ((-0.3, 0.04, 0.26), 2),
    ],
)
def test_the_largest_edge_above_five_points_is_value(row: tuple[float, ...], side: int) -> None:
    assert value_sides([row]).tolist() == [side]


def test_an_edge_of_exactly_the_threshold_is_no_value() -> None:
    # 0.55 - 0.50 is 0.05000000000000004 in binary
    assert value_sides(edges([[0.55, 0.25, 0.2]], [[0.5, 0.25, 0.25]]), 0.05).tolist() == [NO_SIDE]


def test_of_two_equal_edges_the_earlier_outcome_counts() -> None:
    assert value_sides([[-0.2, 0.1, 0.1], [0.1, -0.2, 0.1]]).tolist() == [1, 0]


def test_another_threshold_is_obeyed() -> None:
    row = [[0.04, -0.02, -0.02]]
    assert [value_sides(row, threshold)[0] for threshold in (0.03, 0.04, 0.08)] == [0, NO_SIDE, NO_SIDE]


def test_a_row_with_a_missing_edge_has_no_side() -> None:
    assert value_sides([[0.3, np.nan, -0.3], [np.nan] * 3]).tolist() == [NO_SIDE, NO_SIDE]


def test_no_match_has_no_side() -> None:
    assert value_sides(edges(np.empty((0, 3)), np.empty((0, 3)))).shape == (0,)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError):
        edges([[0.5, 0.3, 0.2]], [0.4, 0.3, 0.3])
    with pytest.raises(ShapeError):
        value_sides([0.1, 0.0, -0.1])
