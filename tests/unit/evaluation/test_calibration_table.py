"""Calibration: arithmetic by hand, noise floor against measured anchors, band against simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.scores import ProbabilityError, ShapeError
from pipeline.domain.tables import check_columns
from pipeline.evaluation.calibration import calibration_table, ece, ece_floor


def _forecasts(n: int, seed: int = 1) -> np.ndarray:
    """Forecasts as spread out as football's: about 0.45, 0.27, 0.28 on average."""
    return np.random.default_rng(seed).dirichlet((4.5, 2.7, 2.8), n)


def _drawn(probabilities: np.ndarray, seed: int = 2) -> np.ndarray:
    chance = np.random.default_rng(seed).random((len(probabilities), 1))
    return (chance >= np.cumsum(probabilities, axis=1)[:, :2]).sum(axis=1)


def _tables(
    probabilities: np.ndarray, outcomes: np.ndarray, family: str = "ours"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = [f"m{number:06d}" for number in range(len(outcomes))]
    forecasts = pd.DataFrame(probabilities, columns=["p_home", "p_draw", "p_away"])
    forecasts.insert(0, "family", family)
    forecasts.insert(0, "match_id", ids)
    matches = pd.DataFrame(
        {"match_id": ids, "division": "E0", "season": 2024, "outcome": outcomes.astype("int64")}
    )
    matches["kick_off_at"] = pd.Timestamp("2025-01-04 15:00", tz="UTC").as_unit("us")
    return forecasts, matches


def test_ece_is_as_worked_by_hand() -> None:
    # all in one bin per side: home 0.5 said and 3/4 came, draw 0.3 and 1/4, away 0.2 and none
    assert ece([[0.5, 0.3, 0.2]] * 4, [0, 0, 0, 1]) == pytest.approx((0.25 + 0.05 + 0.20) / 3)


def test_ece_weighs_its_bins_by_their_matches() -> None:
    # three matches at 0.65/0.35 that came home, one at 0.15/0.85 that came home too
    rows = [[0.65, 0.35, 0.0]] * 3 + [[0.15, 0.85, 0.0]]
    by_hand = (3 / 4 * 0.35 + 1 / 4 * 0.85) * 2 / 3
    assert ece(rows, [0, 0, 0, 0]) == pytest.approx(by_hand)


def test_ece_of_forecasts_that_come_true_exactly_is_zero() -> None:
    assert ece([[0.5, 0.25, 0.25]] * 4, [0, 0, 1, 2]) == pytest.approx(0)


def test_ece_of_the_opposite_certainty_is_two_thirds() -> None:
    assert ece([[1.0, 0.0, 0.0]] * 5, [2] * 5) == pytest.approx(2 / 3)


def test_ece_counts_a_probability_of_one_in_the_last_bin() -> None:
    assert ece([[1.0, 0.0, 0.0], [0.95, 0.05, 0.0]], [0, 0]) == pytest.approx((0.025 + 0.025) / 3)


def test_ece_of_no_match_is_missing() -> None:
    assert np.isnan([ece(np.empty((0, 3)), []), ece_floor(np.empty((0, 3)), seed=1)]).all()


@pytest.mark.parametrize(
    ("probabilities", "error"), [([[0.5, 0.5]], ShapeError), ([[0.5, 0.5, 0.5]], ProbabilityError)]
)
def test_what_is_no_forecast_is_refused(probabilities: list[list[float]], error: type[Exception]) -> None:
    with pytest.raises(error):
        ece(probabilities, [0])
    with pytest.raises(error):
        ece_floor(probabilities, seed=1)


# Measured on closing prices of 19 leagues, 2020 to 2025: what a perfectly calibrated forecaster shows.
@pytest.mark.parametrize(("n", "measured"), [(300, 0.048), (1_000, 0.026), (3_000, 0.015), (10_000, 0.008)])
def test_the_noise_floor_falls_with_n_as_measured_on_real_matches(n: int, measured: float) -> None:
    assert ece_floor(_forecasts(n), seed=3) == pytest.approx(measured, rel=0.2)


def test_a_perfect_forecaster_stays_near_the_floor_and_an_overconfident_one_does_not() -> None:
    truth = _forecasts(3_000)
    happened = _drawn(truth)
    bold = truth**1.6 / (truth**1.6).sum(axis=1, keepdims=True)
    assert ece(truth, happened) < 1.5 * ece_floor(truth, seed=3)
    assert ece(bold, happened) > 2 * ece_floor(bold, seed=3)


def test_the_floor_is_repeatable() -> None:
    forecasts = _forecasts(200)
    assert ece_floor(forecasts, seed=3) == ece_floor(forecasts, seed=3) != ece_floor(forecasts, seed=4)


def test_the_floor_of_certainty_is_zero() -> None:
    assert ece_floor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]], seed=1) == 0


def test_the_table_keeps_its_contract() -> None:
    probabilities = _forecasts(200)
    table = calibration_table(*_tables(probabilities, _drawn(probabilities)))
    check_columns(
        "calibration", {name: str(dtype) for name, dtype in table.dtypes.items()}, "pipeline.publishing"
    )
    assert not table.isna().any(axis=None)


def test_every_forecast_of_a_side_is_in_one_bin() -> None:
    probabilities = _forecasts(500)
    table = calibration_table(*_tables(probabilities, _drawn(probabilities)))
    assert table.groupby("side")["n"].sum().to_dict() == {"home": 500, "draw": 500, "away": 500}


def test_a_bin_reports_its_mean_and_its_share_as_worked_by_hand() -> None:
    probabilities = np.array([[0.42, 0.30, 0.28], [0.48, 0.30, 0.22], [0.46, 0.34, 0.20]])
    table = calibration_table(*_tables(probabilities, np.array([0, 0, 1])))
    home = table[table["side"] == "home"].iloc[0]
    assert (home["bin"], home["n"]) == (4, 3)
    assert home["forecast_mean"] == pytest.approx(1.36 / 3)
    assert home["observed_share"] == pytest.approx(2 / 3)


def test_empty_bins_have_no_row_and_the_others_come_in_order() -> None:
    probabilities = np.array([[0.9, 0.05, 0.05], [0.1, 0.2, 0.7]])
    table = calibration_table(*_tables(probabilities, np.array([0, 2])))
    assert list(zip(table["side"], table["bin"], strict=True)) == [
        ("home", 1),
        ("home", 9),
        ("draw", 0),
        ("draw", 2),
        ("away", 0),
        ("away", 7),
    ]


def test_the_band_is_binomial() -> None:
    # 100 forecasts of 0.5: the 2.5 % and 97.5 % points of Binomial(100, 0.5) are 40 and 60 (any table)
    probabilities = np.full((100, 3), [0.5, 0.25, 0.25])
    table = calibration_table(*_tables(probabilities, _drawn(probabilities)))
    home = table[table["side"] == "home"].iloc[0]
    assert (home["low"], home["high"]) == (0.40, 0.60)


def test_a_perfect_forecaster_mostly_stays_in_its_band() -> None:
    probabilities = _forecasts(20_000)
    table = calibration_table(*_tables(probabilities, _drawn(probabilities)))
    assert table["observed_share"].between(table["low"], table["high"]).mean() >= 0.85


def test_certainty_has_a_band_of_no_width() -> None:
    table = calibration_table(*_tables(np.eye(3)[[0] * 7], np.zeros(7)))
    assert table["low"].tolist() == table["high"].tolist() == [1.0, 0.0, 0.0]


def test_families_are_judged_on_the_matches_all_of_them_answered() -> None:
    probabilities = _forecasts(50)
    ours, matches = _tables(probabilities, _drawn(probabilities))
    market = ours.assign(family="market")
    market.loc[:19, ["p_home", "p_draw", "p_away"]] = np.nan
    table = calibration_table(pd.concat([ours, market]), matches)
    assert table.groupby(["family", "side"])["n"].sum().unique().tolist() == [30]


def test_no_forecast_gives_an_empty_table_of_the_same_columns() -> None:
    forecasts, matches = _tables(_forecasts(3), np.array([0, 1, 2]))
    table = calibration_table(forecasts.head(0), matches)
    check_columns(
        "calibration", {name: str(dtype) for name, dtype in table.dtypes.items()}, "pipeline.publishing"
    )
    assert table.empty
