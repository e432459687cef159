"""Inputs: names and groups kept, sound standardising, nothing infinite taken in silence."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError
from pipeline.models.grid import outcome_shares
from pipeline.models.inputs import (
    FARTHEST,
    GRID_RHO,
    Inputs,
    Scale,
    division_flags,
    grid_ratios,
    named,
    side_by_side,
)


def _inputs(**columns: list[float]) -> Inputs:
    return named({name: pd.Series(values) for name, values in columns.items()}, "strength")


def test_columns_side_by_side_keep_their_names_and_groups() -> None:
    both = side_by_side([_inputs(one=[1, 2]), named({"two": pd.Series([3.0, 4.0])}, "form")])
    assert both.names == ("one", "two")
    assert both.groups == ("strength", "form")
    assert both.values.tolist() == [[1, 3], [2, 4]]


def test_a_scale_centres_and_spreads_the_rows_learnt_from() -> None:
    inputs = _inputs(one=[1, 2, 3, 4], two=[10, 10, 30, 30])
    scaled = Scale.of("family", inputs).applied(inputs).values
    assert scaled.mean(axis=0) == pytest.approx([0, 0])
    assert scaled.std(axis=0) == pytest.approx([1, 1])


def test_an_infinite_number_is_an_error_that_names_its_column() -> None:
    with pytest.raises(ModelError, match="one holds an infinite"):
        Scale.of("family", _inputs(one=[1, np.inf, 2], two=[1, 2, 3]))


def test_a_column_that_never_varied_or_was_never_there_is_left_out_by_name() -> None:
    scale = Scale.of("family", _inputs(one=[1, 2, 3], flat=[0.1, 0.1, 0.1], absent=[np.nan] * 3))
    assert scale.names == ("one",)
    assert scale.left_out == ("flat", "absent")


def test_no_column_that_varies_is_an_error() -> None:
    with pytest.raises(ModelError, match="no column varies"):
        Scale.of("family", _inputs(flat=[1, 1, 1]))


def test_a_missing_number_counts_as_the_average_and_a_far_one_as_six_spreads() -> None:
    scale = Scale.of("family", _inputs(one=[1, 2, 3, np.nan]))
    asked = scale.applied(_inputs(one=[np.nan, 2, 1000, -np.inf])).values[:, 0]
    assert asked == pytest.approx([0, 0, FARTHEST, -FARTHEST])


def test_columns_are_found_by_name_whatever_their_order() -> None:
    scale = Scale.of("family", _inputs(one=[1, 2], two=[5, 9]))
    turned = scale.applied(_inputs(two=[5, 9], one=[1, 2]))
    assert turned.values == pytest.approx(scale.applied(_inputs(one=[1, 2], two=[5, 9])).values)


def test_a_scale_survives_json() -> None:
    inputs = _inputs(one=[1, 2, 4], flat=[1, 1, 1])
    scale = Scale.of("family", inputs)
    restored = Scale.restored(json.loads(json.dumps(scale.state())))
    assert restored.left_out == ("flat",)
    assert np.array_equal(restored.applied(inputs).values, scale.applied(inputs).values)


def test_a_division_never_seen_belongs_to_none() -> None:
    flags = division_flags(pd.Series(["E1", "ZZ", "E0"]), ["E0", "E1"])
    assert flags.tolist() == [[0, 1], [0, 0], [1, 0]]


def test_grid_ratios_are_those_of_the_score_grid_and_missing_where_the_pair_is() -> None:
    rows = pd.DataFrame({"blend_log_home": [0.4, np.nan], "blend_log_away": [0.1, 0.1]})
    shares = outcome_shares(np.exp([0.4]), np.exp([0.1]), GRID_RHO)[0]
    ratios = grid_ratios(rows, "blend")
    assert ratios[0] == pytest.approx(np.log([shares[0] / shares[1], shares[2] / shares[1]]))
    assert np.isnan(ratios[1]).all()
