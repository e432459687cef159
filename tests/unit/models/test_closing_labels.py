"""Families taught by closing prices: they find a planted move, and are silent where they must be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError, NotFitted
from pipeline.features.build import PRICE_LABELS, build_features
from pipeline.models.closing_line import ClosingLine
from pipeline.models.labels import early_ratios
from pipeline.models.logit import ratios_of, shares_of
from pipeline.models.memory_boost import MemoryBoost
from tests.unit.features.simulated_football import simulated

_SIDES = ["home", "draw", "away"]


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=4)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


def _closed(features: pd.DataFrame, moves: np.ndarray) -> pd.DataFrame:
    """Return the features with closing prices that many log ratios away from the early ones."""
    shares = shares_of(early_ratios(features) + moves)
    labels = {
        f"{name}_{side}": shares[:, at] for name in ("close", "past_close") for at, side in enumerate(_SIDES)
    }
    return features.assign(**labels)


def test_a_move_that_all_matches_share_is_predicted(features: pd.DataFrame) -> None:
    rows = _closed(features, np.tile([0.05, -0.03], (len(features), 1)))
    model = ClosingLine({"first_season": 0}).fit(rows)
    asked = model.can_answer(rows)
    moves = ratios_of(model.forecast(rows)[asked]) - early_ratios(rows)[asked]
    assert moves == pytest.approx(np.tile([0.05, -0.03], (asked.sum(), 1)), abs=1e-6)


def test_a_move_toward_the_rating_is_predicted(features: pd.DataFrame) -> None:
    elo = features["elo_difference"].to_numpy() / 1000
    rows = _closed(features, np.column_stack([elo, -elo]))
    model = ClosingLine({"first_season": 0, "ridge": 1.0, "min_data_in_leaf": 20}).fit(rows)
    asked = model.can_answer(rows)
    moves = ratios_of(model.forecast(rows)[asked]) - early_ratios(rows)[asked]
    assert np.corrcoef(moves[:, 0], elo[asked])[0, 1] > 0.95


def test_moves_before_the_first_season_are_not_learnt_from(features: pd.DataFrame) -> None:
    last = int(features["season"].max())
    first = (features["season"] < last).to_numpy()
    rows = _closed(features, np.where(first[:, None], [[9.0, -9.0]], [[0.0, 0.0]]))
    model = ClosingLine({"first_season": last, "min_data_in_leaf": 20}).fit(rows)
    asked = model.can_answer(rows)
    assert ratios_of(model.forecast(rows)[asked]) == pytest.approx(early_ratios(rows)[asked], abs=1e-6)


@pytest.mark.parametrize("kind", [ClosingLine, MemoryBoost])
def test_without_closing_prices_there_is_nothing_to_learn(kind: type, features: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="to learn from"):
        kind().fit(features.assign(**dict.fromkeys(PRICE_LABELS, np.nan)))


@pytest.mark.parametrize("kind", [ClosingLine, MemoryBoost])
def test_asked_or_stored_before_it_was_fitted_it_says_so(kind: type, features: pd.DataFrame) -> None:
    for ask in (kind().state, lambda: kind().forecast(features), lambda: kind().explained(features)):
        with pytest.raises(NotFitted):
            ask()


@pytest.mark.parametrize("kind", [ClosingLine, MemoryBoost])
def test_an_unknown_parameter_is_refused(kind: type) -> None:
    with pytest.raises(ModelError, match="unknown parameters"):
        kind({"depth": 3})


def test_the_memory_is_taught_by_prices_and_not_by_outcomes(features: pd.DataFrame) -> None:
    turned = features.assign(outcome=features["outcome"].iloc[::-1].to_numpy())
    assert MemoryBoost().fit(turned).state() == MemoryBoost().fit(features).state()
