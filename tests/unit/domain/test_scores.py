"""Scoring rules against published and hand-worked values."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.domain.errors import PipelineError
from pipeline.domain.scores import (
    OutcomeValueError,
    ProbabilityError,
    ShapeError,
    brier,
    is_hit,
    log_loss,
    rps,
)

RULES = (log_loss, rps, brier, is_hit)

# Constantinou and Fenton 2012, "Solving the problem of inadequate scoring rules for assessing probabilistic
# football forecast models", their five pairs of hypothetical forecasts; the paper prints four decimals.
CONSTANTINOU_FENTON = [
    ((1.00, 0.00, 0.00), 0, 0.0),
    ((0.90, 0.10, 0.00), 0, 0.0050),
    ((0.80, 0.10, 0.10), 0, 0.0250),
    ((0.50, 0.25, 0.25), 0, 0.1562),
    ((0.35, 0.30, 0.35), 1, 0.1225),
    ((0.60, 0.30, 0.10), 1, 0.1850),
    ((0.60, 0.25, 0.15), 0, 0.0913),
    ((0.60, 0.15, 0.25), 0, 0.1113),
    ((0.57, 0.33, 0.10), 0, 0.0975),
    ((0.60, 0.20, 0.20), 0, 0.1000),
]


# Brier 1950, "Verification of forecasts expressed in terms of probability", table 1: ten occasions of rain or
# not, the third class unused here; he works out P = 0.19.
BRIER_RAIN = [0.7, 0.9, 0.8, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.1]
BRIER_IT_RAINED = [False, True, True, True, False, False, False, False, False, False]
# The example of `log_loss` in the documentation of scikit-learn, which prints 0.21616.
SKLEARN_SHARES = [[0.1, 0.9, 0.0], [0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.35, 0.65, 0.0]]
SKLEARN_CLASSES = [1, 0, 0, 1]


def test_brier_agrees_with_his_table() -> None:
    forecasts = [[rain, 1 - rain, 0.0] for rain in BRIER_RAIN]
    outcomes = [0 if rained else 1 for rained in BRIER_IT_RAINED]
    assert brier(forecasts, outcomes).mean() == pytest.approx(0.19, abs=1e-12)


def test_log_loss_agrees_with_the_documentation_of_scikit_learn() -> None:
    assert log_loss(SKLEARN_SHARES, SKLEARN_CLASSES).mean() == pytest.approx(0.21616, abs=5e-6)


def test_constantinou_and_fenton_prefer_the_better_forecast_of_each_of_their_five_matches() -> None:
    scores = [rps([forecast], [outcome])[0] for forecast, outcome, _ in CONSTANTINOU_FENTON]
    assert all(better < worse for better, worse in zip(scores[::2], scores[1::2], strict=True))


@pytest.mark.parametrize(("forecast", "outcome", "published"), CONSTANTINOU_FENTON)
def test_rps_agrees_with_constantinou_and_fenton(
    forecast: tuple[float, ...], outcome: int, published: float
) -> None:
    assert rps([forecast], [outcome])[0] == pytest.approx(published, abs=6e-5)


def test_rps_punishes_a_missed_draw_less_when_the_neighbours_were_likely() -> None:
    near, far = rps([[0.2, 0.0, 0.8], [0.2, 0.8, 0.0]], [2, 2])
    assert near < far


def test_rps_of_the_opposite_certainty_is_one() -> None:
    assert rps([[1.0, 0.0, 0.0]], [2])[0] == 1.0


@pytest.mark.parametrize(
    ("rule", "by_hand"),
    [
        (log_loss, [np.log(3), np.log(3), np.log(3)]),  # 1.0986
        (brier, [2 / 3, 2 / 3, 2 / 3]),  # (2/3)^2 + 2 (1/3)^2
        (rps, [5 / 18, 1 / 9, 5 / 18]),  # ((1/3)^2 + (2/3)^2) / 2 at the ends, 2 (1/3)^2 / 2 in the middle
    ],
)
def test_uniform_forecasts_score_as_worked_by_hand(rule: object, by_hand: list[float]) -> None:
    assert rule(np.full((3, 3), 1 / 3), [0, 1, 2]) == pytest.approx(by_hand, abs=1e-15)  # type: ignore[operator]


def test_brier_sums_over_the_outcomes_and_reaches_two() -> None:
    assert brier([[0.0, 0.0, 1.0], [0.6, 0.3, 0.1]], [0, 0]) == pytest.approx([2.0, 0.16 + 0.09 + 0.01])


def test_log_loss_is_in_nats() -> None:
    assert log_loss([[0.25, 0.5, 0.25]], [1])[0] == pytest.approx(0.693147180559945)


def test_log_loss_is_infinite_where_the_impossible_happened() -> None:
    assert log_loss([[0.0, 0.5, 0.5]], [0])[0] == np.inf


def test_log_loss_does_not_clip_small_probabilities() -> None:
    assert log_loss([[1e-300, 0.5, 0.5]], [0])[0] == pytest.approx(300 * np.log(10))


def test_log_loss_of_a_sure_hit_is_plain_zero() -> None:
    assert str(log_loss([[1.0, 0.0, 0.0]], [0])[0]) == "0.0"


def test_the_most_probable_outcome_is_the_hit() -> None:
    assert is_hit([[0.5, 0.2, 0.3], [0.5, 0.2, 0.3], [0.2, 0.3, 0.5]], [0, 1, 2]).tolist() == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("forecast", "pick"), [((0.4, 0.2, 0.4), 0), ((0.2, 0.4, 0.4), 1), ((1 / 3, 1 / 3, 1 / 3), 0)]
)
def test_a_tie_goes_to_the_earlier_outcome(forecast: tuple[float, ...], pick: int) -> None:
    assert is_hit([forecast] * 3, [0, 1, 2]).tolist() == [outcome == pick for outcome in range(3)]


@pytest.mark.parametrize("rule", RULES)
def test_no_match_gives_no_score(rule: object) -> None:
    assert rule(np.empty((0, 3)), []).shape == (0,)  # type: ignore[operator]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("probabilities", "outcomes"),
    [
        (np.full(3, 1 / 3), [0]),
        (np.full((2, 2), 0.5), [0, 1]),
        (np.full((1, 3, 1), 1 / 3), [0]),
        (np.full((2, 3), 1 / 3), [0]),
        (np.full((1, 3), 1 / 3), [[0]]),
    ],
)
def test_another_shape_is_refused(rule: object, probabilities: object, outcomes: object) -> None:
    with pytest.raises(ShapeError):
        rule(probabilities, outcomes)  # type: ignore[operator]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "row",
    [
        (0.5, 0.3, 0.3),
        (0.5, 0.2, 0.2),
        (1.1, -0.1, 0.0),
        (np.nan, 0.5, 0.5),
        (np.nan,) * 3,
        (np.inf, 0.0, 0.0),
    ],
)
def test_a_row_that_is_no_distribution_is_refused_by_number(rule: object, row: tuple[float, ...]) -> None:
    with pytest.raises(ProbabilityError, match="row 1"):
        rule([[0.4, 0.3, 0.3], row], [0, 0])  # type: ignore[operator]


@pytest.mark.parametrize("outcome", [-1, 3, 0.5, np.nan])
@pytest.mark.parametrize("rule", RULES)
def test_an_outcome_outside_the_three_is_refused(rule: object, outcome: float) -> None:
    with pytest.raises(OutcomeValueError):
        rule([[0.4, 0.3, 0.3]], [outcome])  # type: ignore[operator]


def test_rows_in_single_precision_are_accepted() -> None:
    single = np.array([[0.1, 0.2, 0.7]], dtype=np.float32)
    assert log_loss(single, [0])[0] == pytest.approx(-np.log(0.1), abs=1e-6)


def test_outcomes_may_come_as_floats() -> None:
    assert brier([[1.0, 0.0, 0.0]], np.array([0.0]))[0] == 0.0


def test_score_errors_are_ours_and_value_errors() -> None:
    assert all(
        issubclass(error, PipelineError) and issubclass(error, ValueError)
        for error in (ShapeError, ProbabilityError, OutcomeValueError)
    )


def test_the_arguments_are_not_changed() -> None:
    probabilities, outcomes = np.array([[0.2, 0.3, 0.5]]), np.array([1])
    for rule in RULES:
        rule(probabilities, outcomes)
    assert probabilities.tolist() == [[0.2, 0.3, 0.5]]
    assert outcomes.tolist() == [1]
