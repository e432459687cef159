"""The search: only the past, resumable, the same twice, and the defaults are tried first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError, SettingError
from pipeline.models import catalogue
from pipeline.selection import tuning
from pipeline.selection.tuning import split_for_tuning, trials_of, tune

SEED = 7


class Coin:
    """Gives the home side its one parameter; notes what it was fitted on."""

    family = "coin"
    seen: list[pd.DataFrame]
    tried: list[float]

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = {"home": 0.4, **params}

    def fit(self, features: pd.DataFrame) -> Self:
        type(self).seen.append(features)
        type(self).tried.append(self.params["home"])
        return self

    def forecast(self, features: pd.DataFrame) -> np.ndarray:
        home = self.params["home"]
        return np.tile([home, (1 - home) / 2, (1 - home) / 2], (len(features), 1))

    def state(self) -> dict[str, Any]:
        return dict(self.params)


def suggest(trial: Any) -> dict[str, Any]:
    return {"home": trial.suggest_float("home", 0.05, 0.9)}


@pytest.fixture(autouse=True)
def coin(monkeypatch: pytest.MonkeyPatch) -> type[Coin]:
    Coin.seen, Coin.tried = [], []
    family = catalogue.Family("coin", "Coin", False, "independent", Coin, Coin, suggest)
    monkeypatch.setitem(catalogue.FAMILIES, "coin", family)
    return Coin


def features() -> pd.DataFrame:
    """Four seasons of eight matches from autumn to spring; half of all matches go to the home side."""
    first_days = [pd.Timestamp(f"{season}-08-10T15:00Z") for season in range(2020, 2024)]
    rows = [
        {
            "season": day.year,
            "kick_off_at": day + pd.Timedelta(weeks=4 * week),
            "outcome": float(week % 4 // 2 * (1 + week % 2)),
        }
        for day in first_days
        for week in range(8)
    ]
    frame = pd.DataFrame(rows).assign(is_played=True)
    frame["kick_off_at"] = frame["kick_off_at"].astype("datetime64[us, UTC]")
    return frame.assign(match_id=[f"m{row}" for row in range(len(frame))]).astype({"match_id": "str"})


def search(journal: Path, frame: pd.DataFrame | None = None, **options: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "before_season": 2023,
        "profile": "demo",
        "seed": SEED,
        "journal": journal,
    } | options
    return tune("coin", features() if frame is None else frame, **settings)


def test_the_search_never_sees_a_test_season(tmp_path: Path) -> None:
    search(tmp_path / "journal.log")
    assert {season for frame in Coin.seen for season in frame["season"]} == {2020, 2021}


def test_a_changed_test_season_changes_nothing(tmp_path: Path) -> None:
    changed = features()
    changed.loc[changed["season"].eq(2023), "outcome"] = 2.0
    assert search(tmp_path / "one.log") == search(tmp_path / "two.log", changed)


def test_the_scored_season_comes_after_all_fitted_matches() -> None:
    past, block = split_for_tuning("coin", features(), 2023)
    assert set(block["season"]) == {2022}
    assert past["kick_off_at"].max() < block["kick_off_at"].min()


def test_matches_after_the_first_test_match_are_left_out_even_in_an_earlier_season() -> None:
    frame = features()
    summer = frame.iloc[[-1]].assign(season=2022, match_id="late", kick_off_at=frame["kick_off_at"].max())
    _, block = split_for_tuning("coin", pd.concat([frame, summer], ignore_index=True), 2023)
    assert "late" not in set(block["match_id"])


def test_the_defaults_are_tried_first_and_then_the_given_starts(tmp_path: Path) -> None:
    search(tmp_path / "journal.log", starts=[{"home": 0.6}])
    assert Coin.tried[:2] == [0.4, 0.6]
    assert len(Coin.tried) == trials_of("demo")


def test_the_best_parameters_win(tmp_path: Path) -> None:
    best = search(tmp_path / "journal.log")
    assert best["home"] == min(Coin.tried, key=lambda home: abs(home - 0.5))


def test_the_same_search_finds_the_same(tmp_path: Path) -> None:
    assert search(tmp_path / "one.log") == search(tmp_path / "two.log")


def test_a_finished_search_is_not_run_again(tmp_path: Path) -> None:
    first = search(tmp_path / "journal.log")
    Coin.tried = []
    assert search(tmp_path / "journal.log") == first
    assert Coin.tried == []


def test_other_data_are_another_search(tmp_path: Path) -> None:
    search(tmp_path / "journal.log")
    Coin.tried = []
    changed = features()
    changed.loc[0, "outcome"] = 2.0
    search(tmp_path / "journal.log", changed)
    assert len(Coin.tried) == trials_of("demo")


@pytest.mark.parametrize("killed_at", [1, 4])
@pytest.mark.parametrize("is_sudden", [True, False], ids=["killed", "interrupted"])
def test_a_search_cut_short_goes_on_as_if_nothing_had_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_at: int, is_sudden: bool
) -> None:
    whole, journal = search(tmp_path / "whole.log"), tmp_path / "journal.log"
    drawn, Coin.tried = Coin.tried, []
    loss, left = tuning.mean_log_loss, b""

    def dies(*arguments: Any) -> float:
        nonlocal left
        if len(Coin.tried) == killed_at:
            left = journal.read_bytes() + b'{"op_code": 4, "torn'
            raise KeyboardInterrupt
        return loss(*arguments)

    monkeypatch.setattr(tuning, "mean_log_loss", dies)
    with pytest.raises(KeyboardInterrupt):
        search(journal)
    monkeypatch.setattr(tuning, "mean_log_loss", loss)
    if is_sudden:  # a killed process leaves its trial running and its last line torn
        journal.write_bytes(left)
    assert search(journal) == whole
    assert Coin.tried == [*drawn[:killed_at], *drawn[killed_at - 1 :]]


def test_a_family_without_a_search_space_has_nothing_to_tune(tmp_path: Path) -> None:
    assert (
        tune("poisson", features(), before_season=2023, profile="smoke", seed=SEED, journal=tmp_path / "j")
        == {}
    )


def test_too_short_a_past_leaves_the_defaults_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    assert search(tmp_path / "journal.log", before_season=2021, progress=said.append) == {}
    assert said == ["not tuned: coin: there are not two seasons before 2021 to tune on"]
    with pytest.raises(ModelError, match="two seasons"):
        split_for_tuning("coin", features(), 2021)


def test_trials_that_all_fail_leave_the_defaults_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Coin, "forecast", lambda self, rows: np.full((len(rows), 3), np.nan))
    said: list[str] = []
    assert search(tmp_path / "journal.log", profile="smoke", progress=said.append) == {}
    assert said[-1] == "not tuned: coin: none of 2 trials could be fitted"


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(SettingError, match="is none of smoke, demo, production"):
        trials_of("huge")
