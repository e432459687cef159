"""The ordered logit on the Elo difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.models.elo_logit import EloLogit


def _rated(count: int = 6000, seed: int = 2) -> pd.DataFrame:
    """Return matches whose outcomes follow an ordered logit with slope 1.6 and thresholds -0.9 and 0.3."""
    random = np.random.default_rng(seed)
    difference = random.normal(0, 150, count)
    place = 1.6 * difference / 400 + random.logistic(size=count)
    return pd.DataFrame(
        {
            "elo_difference": difference,
            "outcome": np.select([place < -0.9, place < 0.3], [2.0, 1.0], 0.0),
            "kick_off_at": pd.date_range("2020-01-01", periods=count, freq="6h", tz="UTC"),
        }
    )


@pytest.fixture(scope="module")
def fitted() -> EloLogit:
    return EloLogit().fit(_rated())


def test_it_finds_the_slope_and_the_thresholds(fitted: EloLogit) -> None:
    assert fitted.slope == pytest.approx(1.6, abs=0.2)
    assert fitted.thresholds == pytest.approx((-0.9, 0.3), abs=0.1)


def test_at_the_answer_the_likelihood_is_flat(fitted: EloLogit) -> None:
    rows = _rated()
    outcomes = rows["outcome"].astype("int64").to_numpy()

    def loss(slope: float, low: float, high: float) -> float:
        moved = EloLogit()
        moved.slope, moved.thresholds = slope, (low, high)
        return float(-np.log(moved.forecast(rows)[np.arange(len(rows)), outcomes]).mean())

    best = (fitted.slope, *fitted.thresholds) if fitted.thresholds else ()
    for place in range(3):
        ends = [loss(*(np.array(best) + step * np.eye(3)[place])) for step in (-1e-3, 1e-3)]
        assert abs(ends[1] - ends[0]) / 2e-3 < 1e-4


def test_equal_clubs_have_the_shares_of_the_thresholds(fitted: EloLogit) -> None:
    shares = fitted.forecast(pd.DataFrame({"elo_difference": [0.0]}))[0]
    low, high = fitted.thresholds or (0, 0)
    away, not_home = 1 / (1 + np.exp(-low)), 1 / (1 + np.exp(-high))
    assert shares == pytest.approx([1 - not_home, not_home - away, away])


def test_a_stronger_home_club_wins_more_often(fitted: EloLogit) -> None:
    shares = fitted.forecast(pd.DataFrame({"elo_difference": [-300.0, 0.0, 300.0]}))
    assert (np.diff(shares[:, 0]) > 0).all()
    assert (np.diff(shares[:, 2]) < 0).all()


def test_matches_older_than_its_memory_are_forgotten() -> None:
    rows = _rated()
    old = rows.assign(outcome=0.0, kick_off_at=rows["kick_off_at"] - pd.Timedelta(days=3000))
    both = pd.concat([old, rows], ignore_index=True)
    assert EloLogit().fit(both).state() == EloLogit().fit(rows).state()


def test_a_row_without_ratings_has_no_answer(fitted: EloLogit) -> None:
    assert np.isnan(fitted.forecast(pd.DataFrame({"elo_difference": [np.nan]}))).all()
