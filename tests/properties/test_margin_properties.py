"""What removing a margin must do for any market."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.domain.margin import METHODS, implied, overround

markets = st.lists(st.floats(min_value=1.01, max_value=1000), min_size=3, max_size=3)
shares = st.lists(st.floats(min_value=0.02, max_value=1), min_size=3, max_size=3)


def _answered(rows: list[list[float]], method: str) -> np.ndarray:
    """Return the implied probabilities; markets the additive method cannot answer are not asked further."""
    probabilities = implied(rows, method)
    assume(method != "additive" or not np.isnan(probabilities).any())
    return probabilities


@pytest.mark.parametrize("method", METHODS)
@given(prices=markets)
def test_implied_probabilities_are_a_distribution(method: str, prices: list[float]) -> None:
    probabilities = _answered([prices], method)[0]
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert probabilities.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@given(prices=markets)
def test_the_lower_price_keeps_the_higher_probability(method: str, prices: list[float]) -> None:
    probabilities = _answered([prices], method)[0]
    by_price = probabilities[np.argsort(prices, kind="stable")]
    assert (np.diff(by_price) <= 1e-12).all()


@pytest.mark.parametrize("method", METHODS)
@given(weights=shares)
def test_a_market_without_margin_is_left_as_it_is(method: str, weights: list[float]) -> None:
    fair = np.array(weights) / sum(weights)
    assert implied([1 / fair], method)[0] == pytest.approx(fair, abs=1e-10)


@pytest.mark.parametrize("method", METHODS)
@given(prices=markets, factor=st.floats(min_value=1.05, max_value=2))
def test_a_longer_price_never_raises_its_own_probability(
    method: str, prices: list[float], factor: float
) -> None:
    longer = [prices[0] * factor, *prices[1:]]
    before, after = _answered([prices, longer], method)
    assert after[0] <= before[0] + 1e-12


@pytest.mark.parametrize("method", METHODS)
@given(prices=markets, order=st.permutations([0, 1, 2]))
def test_the_order_of_the_outcomes_does_not_matter(
    method: str, prices: list[float], order: list[int]
) -> None:
    straight = _answered([prices], method)[0]
    assert implied([[prices[place] for place in order]], method)[0] == pytest.approx(
        straight[order], abs=1e-10
    )


@pytest.mark.parametrize("method", METHODS)
@given(rows=st.lists(markets, min_size=1, max_size=5))
def test_a_row_does_not_depend_on_its_neighbours(method: str, rows: list[list[float]]) -> None:
    alone = np.concatenate([implied([row], method) for row in rows])
    assert implied(rows, method) == pytest.approx(alone, abs=1e-12, nan_ok=True)


@given(prices=markets)
def test_the_additive_method_has_no_answer_just_where_it_would_leave_an_outcome_nothing(
    prices: list[float],
) -> None:
    share_of_margin = overround([prices])[0] / 3
    left = 1 / max(prices) - share_of_margin
    assume(abs(left) > 1e-12)
    assert np.isnan(implied([prices], "additive")).all() == (left < 0)


@pytest.mark.parametrize("method", METHODS)
@given(price=st.floats(min_value=1.01, max_value=100), count=st.integers(min_value=2, max_value=12))
def test_equal_prices_give_equal_probabilities_for_any_number_of_outcomes(
    method: str, price: float, count: int
) -> None:
    assert implied([[price] * count], method)[0] == pytest.approx([1 / count] * count, abs=1e-12)


@given(prices=st.lists(st.floats(min_value=1.01, max_value=100), min_size=2, max_size=2))
def test_of_two_outcomes_shin_is_the_additive_method(prices: list[float]) -> None:
    # Clarke, Kovalchik and Ingram 2017 prove it
    assert implied([prices], "shin") == pytest.approx(_answered([prices], "additive"), abs=1e-9)


@given(weights=shares, margin=st.floats(min_value=0.01, max_value=0.12))
def test_power_and_shin_take_more_from_the_outsider_than_the_multiplicative_method(
    weights: list[float], margin: float
) -> None:
    fair = np.array(weights) / sum(weights)
    quoted = np.minimum(fair * (1 + margin), 0.985)
    prices = [1 / quoted]
    if overround(prices)[0] <= 0:
        return
    outsider = int(np.argmin(fair))
    plain = implied(prices, "multiplicative")[0][outsider]
    assert implied(prices, "power")[0][outsider] <= plain + 1e-12
    assert implied(prices, "shin")[0][outsider] <= plain + 1e-12
