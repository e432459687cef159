"""Removing the margin, against published packages, printed tables and values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.domain.margin import (
    METHODS,
    PriceError,
    additive,
    implied,
    multiplicative,
    odds_ratio,
    overround,
    power,
    shin,
)
from pipeline.domain.scores import ShapeError

# Three matches of the introduction to the R package `implied` (Lindstrøm), with its printed results.
MATCHES = [[4.20, 3.70, 1.95], [2.45, 3.70, 2.90], [2.05, 3.20, 3.80]]
IMPLIED_MARGINS = [0.02118602, 0.02326112, 0.06346277]
IMPLIED_BASIC = [
    [0.2331556, 0.2646631, 0.5021813],
    [0.3988848, 0.2641264, 0.3369888],
    [0.4586948, 0.2938514, 0.2474538],
]
IMPLIED_SHIN = [
    [0.2315716, 0.2635742, 0.5048542],
    [0.4000221, 0.2629271, 0.3370508],
    [0.4645882, 0.2919788, 0.2434331],
]
IMPLIED_POWER = [
    [0.2311414, 0.2630644, 0.5057942],
    [0.4003156, 0.2627189, 0.3369655],
    [0.4667139, 0.2908985, 0.2423876],
]
IMPLIED_ODDS_RATIO = [
    [0.2320048, 0.2636415, 0.5043537],
    [0.3996912, 0.2633869, 0.3369219],
    [0.4634406, 0.2919032, 0.2446562],
]
# printed there as Buchdahl's "margin weights proportional to the odds", which is the additive method
IMPLIED_ADDITIVE = [
    [0.2310332, 0.2632083, 0.5057585],
    [0.4004096, 0.2625166, 0.3370739],
    [0.4666506, 0.2913457, 0.2420036],
]
# The example market of penaltyblog's documentation; its real margin is 0.0324.
MARKET = [[2.7, 2.3, 4.4]]


def test_overround_agrees_with_the_implied_package() -> None:
    assert overround(MATCHES) == pytest.approx(IMPLIED_MARGINS, abs=1e-8)


def test_overround_of_the_example_market_is_three_percent() -> None:
    # 1/2.7 + 1/2.3 + 1/4.4 = 0.370370 + 0.434783 + 0.227273 = 1.032426
    assert overround(MARKET)[0] == pytest.approx(0.03242570633874986, abs=1e-15)


def test_multiplicative_agrees_with_the_implied_package() -> None:
    assert multiplicative(MATCHES) == pytest.approx(np.array(IMPLIED_BASIC), abs=6e-8)


def test_shin_agrees_with_the_implied_package() -> None:
    # that package stops its root search early, hence five decimals
    assert shin(MATCHES) == pytest.approx(np.array(IMPLIED_SHIN), abs=3e-6)


def test_power_agrees_with_the_implied_package() -> None:
    assert power(MATCHES) == pytest.approx(np.array(IMPLIED_POWER), abs=3e-6)


def test_odds_ratio_agrees_with_the_implied_package() -> None:
    assert odds_ratio(MATCHES) == pytest.approx(np.array(IMPLIED_ODDS_RATIO), abs=3e-6)


def test_additive_agrees_with_the_implied_package() -> None:
    assert additive(MATCHES) == pytest.approx(np.array(IMPLIED_ADDITIVE), abs=6e-8)


def test_odds_ratio_divides_all_odds_by_one_number() -> None:
    fair, quoted = odds_ratio(MATCHES), 1 / np.array(MATCHES)
    ratios = quoted * (1 - fair) / (fair * (1 - quoted))
    # the ratios the implied package prints: 1.034449, 1.035805, 1.102606
    assert ratios == pytest.approx(np.array([[1.034449], [1.035805], [1.102606]]) * np.ones(3), abs=4e-5)
    assert np.ptp(ratios, axis=1) == pytest.approx(0, abs=1e-12)


def test_odds_ratio_solves_a_market_worked_by_hand() -> None:
    # odds 1, 1/3, 1/3 of fair shares 1/2, 1/4, 1/4, times 1.2: prices 1 + 1/1.2, 1 + 1/0.4, 1 + 1/0.4
    assert odds_ratio([[1 + 1 / 1.2, 3.5, 3.5]])[0] == pytest.approx([0.5, 0.25, 0.25], abs=1e-15)


def test_additive_leaves_a_row_empty_where_an_outsider_would_get_less_than_nothing() -> None:
    # six outcomes of the implied package's introduction, "designed to be problematic": it prints -0.0216667
    problem = [1 / np.array([0.870, 0.2, 0.1, 0.05, 0.02, 0.01])]
    assert np.isnan(additive(problem)).all()
    assert (power(problem) > 0).all()


def test_shin_agrees_with_the_shin_package() -> None:
    # the read-me of the Python package `shin` (Berk), printed to full precision
    published = [0.37299406033208965, 0.4047794109200184, 0.2222265287474275]
    assert shin([[2.6, 2.4, 4.3]])[0] == pytest.approx(published, abs=1e-11)


def test_shin_of_two_outcomes_has_the_closed_form() -> None:
    # same read-me; with two outcomes Shin is the additive method: (1/1.5 - 1/2.74 + 1) / 2
    assert shin([[1.5, 2.74]])[0] == pytest.approx([0.6508515815085157, 0.3491484184914841], abs=1e-12)


@pytest.mark.parametrize(
    ("method", "published"),
    [
        ("multiplicative", [0.35873803615739097, 0.4211272598369373, 0.22013470400567173]),
        ("power", [0.35917109985299667, 0.4237307529945606, 0.2170981471524328]),
        ("shin", [0.3593439195919109, 0.4232438481831209, 0.21741223222497302]),
        ("odds_ratio", [0.3588103621261668, 0.42256142219060044, 0.2186282156832326]),
        ("additive", [0.35956180159078704, 0.4239740399160689, 0.216464158493144]),
    ],
)
def test_every_method_agrees_with_penaltyblog(method: str, published: list[float]) -> None:
    assert implied(MARKET, method)[0] == pytest.approx(published, abs=1e-11)


@pytest.mark.parametrize("insider_share", [-0.05, 0.0, 0.02, 0.2])
def test_shin_undoes_the_prices_of_shins_market(insider_share: float) -> None:
    # Shin 1993, equation 5: 1/price = y * sum(y) with y = sqrt(z p + (1 - z) p^2); z < 0 is a negative margin
    fair = np.array([0.5, 0.3, 0.2])
    quoted = np.sqrt(insider_share * fair + (1 - insider_share) * fair**2)
    assert shin([1 / (quoted * quoted.sum())])[0] == pytest.approx(fair, abs=1e-12)


def test_power_raises_all_prices_to_one_exponent() -> None:
    exponents = np.log(power(MATCHES)) / -np.log(MATCHES)
    assert exponents.max(axis=1) - exponents.min(axis=1) == pytest.approx(0, abs=1e-12)


def test_power_solves_a_market_worked_by_hand() -> None:
    # 1/price = sqrt(p) for p = 0.49, 0.26, 0.25, so that the exponent is 2
    assert power([[1 / 0.7, 1 / 0.26**0.5, 2.0]])[0] == pytest.approx([0.49, 0.26, 0.25], abs=1e-14)


def test_power_is_the_default() -> None:
    assert implied(MATCHES).tolist() == power(MATCHES).tolist()


@pytest.mark.parametrize("method", METHODS)
def test_a_negative_margin_is_removed_too(method: str) -> None:
    probabilities = implied([[2.2, 4.2, 4.1]], method)
    assert overround([[2.2, 4.2, 4.1]])[0] < 0
    assert probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert (probabilities[0] > 1 / np.array([2.2, 4.2, 4.1])).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_row_with_a_missing_price_stays_empty_and_leaves_the_others(method: str) -> None:
    mixed = implied([MATCHES[0], [2.0, np.nan, 3.0], [np.nan] * 3, MATCHES[1]], method)
    assert np.isnan(mixed).all(axis=1).tolist() == [False, True, True, False]
    assert mixed[[0, 3]] == pytest.approx(implied(MATCHES[:2], method), abs=1e-15)


def test_overround_of_a_row_with_a_missing_price_is_missing() -> None:
    assert np.isnan(overround([[2.0, np.nan, 3.0]])).tolist() == [True]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "extreme",
    [
        [1.001, 500.0, 1000.0],
        [1.01, 1.01, 1.01],
        [1000.0, 1000.0, 1000.0],
        [1.0000001, 1e9, 1e9],
        [1.0 + 1e-12, 1.5, 1.5],
    ],
)
def test_extreme_prices_still_give_a_distribution(method: str, extreme: list[float]) -> None:
    probabilities = implied([extreme], method)[0]
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert probabilities.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_no_row_gives_no_row(method: str) -> None:
    assert implied(np.empty((0, 3)), method).shape == (0, 3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("price", [1.0, 0.5, 0.0, -2.0, np.inf])
def test_a_price_that_cannot_be_is_refused(method: str, price: float) -> None:
    with pytest.raises(PriceError):
        implied([[2.0, 3.0, 4.0], [2.0, price, 4.0]], method)


def test_a_faulty_price_beside_a_missing_one_is_refused() -> None:
    with pytest.raises(PriceError):
        overround([[np.nan, 0.9, 4.0]])


@pytest.mark.parametrize("prices", [[2.0, 3.0, 4.0], [[2.0]], np.full((1, 3, 1), 2.0)])
def test_prices_of_another_shape_are_refused(prices: object) -> None:
    with pytest.raises(ShapeError):
        implied(prices)  # type: ignore[arg-type]


def test_an_unknown_method_is_refused_by_name() -> None:
    with pytest.raises(PriceError, match="logarithmic"):
        implied(MATCHES, "logarithmic")
