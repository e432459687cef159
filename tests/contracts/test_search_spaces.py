"""What every search space promises: its parameters exist, and any corner of it can be fitted."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError
from pipeline.features.build import build_features
from pipeline.models.catalogue import FAMILIES
from pipeline.models.search import Bounds, search_spaces
from tests.unit.features.simulated_football import simulated

TUNED = sorted(search_spaces())
_FEW = 2


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=4)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


def space_of(name: str) -> dict[str, Bounds]:
    return dict(FAMILIES[name].space or {})


def corner(name: str, are_high: tuple[bool, ...]) -> dict[str, float]:
    """Return the parameters of one corner as a search would give them."""

    class Trial:
        def suggest_int(self, parameter: str, low: int, high: int, *, log: bool) -> int:
            return high if sides[parameter] else low

        suggest_float = suggest_int

    sides = dict(zip(space_of(name), are_high, strict=True))
    suggest = FAMILIES[name].suggest
    assert suggest is not None
    return suggest(Trial())


def checked(name: str, params: dict[str, float], features: pd.DataFrame) -> np.ndarray:
    """Fit with parameters and return the forecasts, which are sound."""
    forecaster = FAMILIES[name].build(params).fit(features[features["is_played"]])
    answers = forecaster.forecast(features)
    spoken = answers[np.isfinite(answers).all(axis=1)]
    assert np.isfinite(answers[features["has_price"] == 1]).all()
    assert np.allclose(spoken.sum(axis=1), 1)
    assert ((spoken > 0) & (spoken < 1)).all()
    state = json.loads(json.dumps(forecaster.state(), allow_nan=False))
    assert state["params"].items() >= params.items()
    return answers


@pytest.mark.parametrize("name", TUNED)
def test_opposite_corners_of_a_space_are_fitted_and_forecast_differently(
    name: str, features: pd.DataFrame
) -> None:
    """Both ends of every parameter; a space of many also with each next to one at the other end."""
    size = len(space_of(name))
    sides = [(False,) * size, (True,) * size]
    if size > _FEW:
        alternating = tuple(place % 2 == 0 for place in range(size))
        sides += [alternating, tuple(not side for side in alternating)]
    answers = [checked(name, corner(name, are_high), features) for are_high in sides]
    assert not np.array_equal(answers[0], answers[1], equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", TUNED)
def test_every_corner_of_a_space_is_fitted_and_forecasts(name: str, features: pd.DataFrame) -> None:
    for are_high in product((False, True), repeat=len(space_of(name))):
        checked(name, corner(name, are_high), features)


@pytest.mark.parametrize("name", TUNED)
def test_a_space_holds_the_defaults_of_parameters_that_the_family_has(name: str) -> None:
    defaults = vars(FAMILIES[name].build({}))["params"]
    for parameter, bounds in space_of(name).items():
        assert bounds.low < bounds.high
        assert bounds.low <= defaults[parameter] <= bounds.high, parameter


@pytest.mark.parametrize("name", list(FAMILIES))
def test_a_parameter_that_a_family_does_not_have_is_refused_by_name(name: str) -> None:
    with pytest.raises(ModelError, match=f"{name}: unknown parameters ridgee; it has "):
        FAMILIES[name].build({"ridgee": 1.0})


def test_yardsticks_have_nothing_to_tune() -> None:
    assert {name for name, family in FAMILIES.items() if family.suggest is None} == {"base_rates", "market"}
    assert set(TUNED) <= set(FAMILIES)
