"""Base rates: counts, and whom an unseen division is asked about."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.domain.errors import ModelError, NotFitted
from pipeline.models.base_rates import BaseRates


def _rows(division: str, tier: int, season: int, outcomes: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "division": division,
            "tier": float(tier),
            "season": season,
            "outcome": pd.Series(outcomes, dtype="float64"),
        }
    )


_PLAYED = pd.concat(
    [
        _rows("A1", 1, 2022, [0] * 20 + [1] * 10 + [2] * 10),
        _rows("B2", 2, 2022, [0] * 10 + [1] * 10 + [2] * 20),
        _rows("A1", 1, 2010, [1] * 100),
    ]
)


def _asked(division: str, tier: float) -> list[float]:
    asked = pd.DataFrame({"division": [division], "tier": [tier]})
    return [float(share) for share in BaseRates().fit(_PLAYED).forecast(asked)[0]]


def test_a_division_has_the_shares_of_its_last_five_seasons() -> None:
    assert _asked("A1", 1) == [0.5, 0.25, 0.25]


def test_an_unseen_division_gets_the_shares_of_its_tier() -> None:
    assert _asked("C2", 2) == [0.25, 0.25, 0.5]


@pytest.mark.parametrize("tier", [4.0, float("nan")])
def test_an_unseen_tier_gets_the_shares_of_all(tier: float) -> None:
    assert _asked("C4", tier) == [0.375, 0.25, 0.375]


def test_a_division_with_few_matches_gets_the_shares_of_its_tier() -> None:
    few = pd.concat([_PLAYED, _rows("C2", 2, 2022, [0] * 5)])
    asked = pd.DataFrame({"division": ["C2"], "tier": [2.0]})
    assert BaseRates().fit(few).forecast(asked)[0][0] == pytest.approx(15 / 45)


def test_it_says_that_it_was_not_fitted() -> None:
    with pytest.raises(NotFitted):
        BaseRates().forecast(_PLAYED)


def test_too_few_matches_are_refused() -> None:
    with pytest.raises(ModelError, match="only 3 matches"):
        BaseRates().fit(_rows("A1", 1, 2022, [0, 1, 2]))
