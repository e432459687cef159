"""The simulated world measured like a real one: shares, goals, prices, and the order of the forecasters.

Cross-entropies against the known truth carry no luck of the results, so their gaps are sharp with few
seasons. The bands of the gaps are those seen in the real feed's average prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.sources.embedded.site import DEFAULT_SEED
from pipeline.sources.embedded.world import world_of

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    division: NDArray[np.str_]
    truth: Numbers
    goals: NDArray[np.int64]
    early: Numbers
    close: Numbers

    @property
    def outcomes(self) -> NDArray[np.int64]:
        return 1 - np.sign(self.goals[:, 0] - self.goals[:, 1])


@pytest.fixture(scope="module", params=["embedded", "tiny"])
def sample(request: pytest.FixtureRequest) -> Sample:
    world = world_of(request.param, DEFAULT_SEED)
    seasons = range(2018, 2026) if request.param == "embedded" else range(2012, 2028)
    played = [world.season(code, year) for year in seasons for code in world.divisions]
    priced = [each for each in played if each.league.has_prices]
    return Sample(
        np.concatenate([[each.division.code] * len(each.goals) for each in priced]),
        np.concatenate([each.probabilities for each in priced]),
        np.concatenate([each.goals for each in priced]),
        np.concatenate([each.prices["early"]["Avg"] for each in priced]),
        np.concatenate([each.prices["close"]["Avg"] for each in priced]),
    )


def implied(prices: Numbers) -> Numbers:
    """Margin off by the power method, by bisection: another way than the one that laid it on."""
    low, high = np.ones(len(prices)), np.full(len(prices), 3.0)
    for _ in range(50):
        middle = (low + high) / 2
        too_much = (prices ** -middle[:, None]).sum(axis=1) > 1
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.asarray(prices ** -low[:, None])


def cross_entropy(truth: Numbers, forecast: Numbers) -> float:
    return float(-(truth * np.log(forecast)).sum(axis=1).mean())


def base_rates(sample: Sample) -> Numbers:
    rates = {
        code: sample.truth[sample.division == code].mean(axis=0) for code in set(sample.division.tolist())
    }
    return np.array([rates[code] for code in sample.division.tolist()])


def test_outcomes_have_real_shares(sample: Sample) -> None:
    shares = np.bincount(sample.outcomes, minlength=3) / len(sample.outcomes)
    assert 0.40 <= shares[0] <= 0.48
    assert 0.22 <= shares[1] <= 0.30


def test_goals_have_a_real_mean_in_every_division(sample: Sample) -> None:
    assert 2.4 <= sample.goals.sum(axis=1).mean() <= 3.0
    for code in set(sample.division.tolist()):
        assert 2.2 <= sample.goals[sample.division == code].sum(axis=1).mean() <= 3.2


def test_results_follow_the_stated_probabilities(sample: Sample) -> None:
    for outcome in range(3):
        expected, seen = sample.truth[:, outcome], sample.outcomes == outcome
        error = (seen - expected).sum() / np.sqrt((expected * (1 - expected)).sum())
        assert abs(error) < 3.5


def test_average_prices_carry_five_to_six_per_cent(sample: Sample) -> None:
    for prices in (sample.early, sample.close):
        assert 0.05 <= (1 / prices).sum(axis=1).mean() - 1 <= 0.06


def test_forecasters_stand_in_the_order_of_what_they_know(sample: Sample) -> None:
    truth = sample.truth
    ladder = [truth, implied(sample.close), implied(sample.early), base_rates(sample)]
    scores = [cross_entropy(truth, forecast) for forecast in ladder]
    assert scores == sorted(scores)
    assert 0.003 <= scores[2] - scores[1] <= 0.006
    assert 0.05 <= scores[3] - scores[2] <= 0.09  # two small first tiers of unequal clubs lie above the rest


def test_played_results_show_the_same_order(sample: Sample) -> None:
    places = np.arange(len(sample.outcomes))
    ladder = [sample.truth, implied(sample.close), implied(sample.early), base_rates(sample)]
    scores = [float(-np.log(forecast[places, sample.outcomes]).mean()) for forecast in ladder]
    assert scores == sorted(scores)


def test_home_advantage_differs_between_divisions() -> None:
    world = world_of("embedded", DEFAULT_SEED)
    advantage = {
        each.league.home_advantage for each in (world.season(code, 2024) for code in world.divisions)
    }
    assert len(advantage) >= 5
