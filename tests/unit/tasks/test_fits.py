"""Kept fits: the same model as a fresh one, made anew for other rows, other parameters, other families."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.archive.paths import DataRoot
from pipeline.domain.errors import ModelError
from pipeline.evaluation import walk_forward
from pipeline.evaluation.walk_forward import fit_family
from pipeline.features.build import build_features
from pipeline.tasks import fits as fits_module
from pipeline.tasks.fits import Fits
from tests.unit.features.simulated_football import simulated


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=3)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


@pytest.fixture
def past(features: pd.DataFrame) -> pd.DataFrame:
    return features[features["is_played"]]


@pytest.fixture
def fits(tmp_path: Path) -> Fits:
    return Fits(DataRoot(tmp_path, "tiny"))


def _count(fits: Fits) -> int:
    return len(list(fits.data.fits.glob("*/*.json")))


@pytest.mark.parametrize("family", ["poisson", "lightgbm", "base_rates"])
def test_a_kept_fit_forecasts_like_a_fresh_one(fits: Fits, past: pd.DataFrame, family: str) -> None:
    fresh = fit_family(family, {}, past).forecast(past)
    for _ in range(2):
        np.testing.assert_array_equal(fits(family, {}, past).forecast(past), fresh)


def test_a_fit_is_made_once(fits: Fits, past: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    fits("poisson", {}, past)
    monkeypatch.setattr(walk_forward, "fit_family", None)  # fitting again would fail
    assert Fits(fits.data)("poisson", {}, past.copy()).forecast(past).shape == (len(past), 3)


def test_other_rows_other_numbers_and_other_parameters_are_fitted_anew(
    fits: Fits, past: pd.DataFrame
) -> None:
    corrected = past.copy()
    corrected.loc[corrected.index[5], "home_goals"] += 1
    fits("elo_logit", {}, past)
    for family, rows in (("elo_logit", past.iloc[1:]), ("elo_logit", corrected), ("poisson", past)):
        before = _count(fits)
        fits(family, {}, rows)
        assert _count(fits) == before + 1


def test_other_code_is_fitted_anew(fits: Fits, past: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    fits("base_rates", {}, past)
    monkeypatch.setattr(fits_module, "code_version", lambda: "another")
    fits("base_rates", {}, past)
    assert _count(fits) == 2


def test_a_fault_is_kept_and_raised_again(fits: Fits, past: pd.DataFrame) -> None:
    for _ in range(2):
        with pytest.raises(ModelError, match="poisson: only 3 matches"):
            fits("poisson", {}, past.iloc[:3])
    assert _count(fits) == 1


def test_what_nobody_asked_for_is_forgotten(fits: Fits, past: pd.DataFrame) -> None:
    fits("base_rates", {}, past)
    tonight = Fits(fits.data)
    tonight("base_rates", {}, past.iloc[1:])
    tonight.forget_others()
    assert _count(fits) == 1


def test_fits_made_side_by_side_are_those_made_one_by_one(
    fits: Fits, past: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fits_module, "_LEAST_FOR_PROCESSES", 1)
    wanted = [("elo_logit", {}, past), ("poisson", {}, past)]
    fits.prepare(wanted)
    assert _count(fits) == 2
    alone = Fits(DataRoot(tmp_path / "alone", "tiny"))
    for family, params, rows in wanted:
        assert fits.kept(family, params, rows) == alone.kept(family, params, rows)
