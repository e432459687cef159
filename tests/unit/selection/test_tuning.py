"""The search: only the past, resumable, the same twice, and the defaults are tried first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError, SettingError
from pipeline.models import catalogue
from pipeline.selection import tuning
from pipeline.selection.profiles import trials_of
from pipeline.selection.tuning import Tuned, split_for_tuning, tune

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
    monkeypatch.setattr(tuning, "trials_of", lambda profile, _: trials_of(profile, "lightgbm"))
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


TRIALS = trials_of("demo", "lightgbm")


def search(storage: Path | str, frame: pd.DataFrame | None = None, **options: Any) -> Tuned:
    settings: dict[str, Any] = {
        "before_season": 2023,
        "profile": "demo",
        "seed": SEED,
        "storage": storage,
    } | options
    return tune("coin", features() if frame is None else frame, **settings)


def found(tuned: Tuned) -> dict[str, Any]:
    """Return all of it but how long it took."""
    return {name: value for name, value in vars(tuned).items() if name != "seconds"}


def test_the_search_never_sees_a_test_season(tmp_path: Path) -> None:
    search(tmp_path / "journal.log")
    assert {season for frame in Coin.seen for season in frame["season"]} == {2020, 2021}


def test_a_changed_test_season_changes_nothing(tmp_path: Path) -> None:
    changed = features()
    changed.loc[changed["season"].eq(2023), "outcome"] = 2.0
    assert found(search(tmp_path / "one.log")) == found(search(tmp_path / "two.log", changed))


def test_the_scored_season_comes_after_all_fitted_matches() -> None:
    past, block = split_for_tuning("coin", features(), 2023)
    assert set(block["season"]) == {2022}
    assert past["kick_off_at"].max() < block["kick_off_at"].min()


def test_matches_after_the_first_test_match_are_left_out_even_in_an_earlier_season() -> None:
    frame = features()
    summer = frame.iloc[[-1]].assign(season=2022, match_id="late", kick_off_at=frame["kick_off_at"].max())
    _, block = split_for_tuning("coin", pd.concat([frame, summer], ignore_index=True), 2023)
    assert "late" not in set(block["match_id"])


def test_the_given_starts_are_tried_first_and_then_the_defaults(tmp_path: Path) -> None:
    search(tmp_path / "journal.log", starts=[{"home": 0.6}, {"home": 0.3}, {"home": 0.6}])
    assert Coin.tried[:3] == [0.6, 0.3, 0.4]
    assert len(Coin.tried) == TRIALS


def test_without_starts_the_defaults_are_tried_first(tmp_path: Path) -> None:
    search(tmp_path / "journal.log")
    assert Coin.tried[0] == 0.4


def test_the_best_parameters_win(tmp_path: Path) -> None:
    best = search(tmp_path / "journal.log")
    assert best.params["home"] == min(Coin.tried, key=lambda home: abs(home - 0.5))
    assert best.log_loss == min(loss_of(home) for home in Coin.tried)


def loss_of(home: float) -> float:
    """Return the log loss over the season searched on: four home wins, two draws, two away wins."""
    block = split_for_tuning("coin", features(), 2023)[1]
    return tuning.mean_log_loss("coin", Coin({"home": home}).forecast(block), block)


@pytest.mark.parametrize("kind", ["journal", "database"])
def test_the_same_search_finds_the_same(tmp_path: Path, kind: str) -> None:
    other = tmp_path / "two.log" if kind == "journal" else f"sqlite:///{tmp_path}/studies.db"
    assert found(search(tmp_path / "one.log")) == found(search(other))


def test_another_seed_searches_elsewhere(tmp_path: Path) -> None:
    search(tmp_path / "journal.log")
    drawn, Coin.tried = Coin.tried, []
    search(tmp_path / "journal.log", seed=SEED + 1)
    assert Coin.tried[1:] != drawn[1:]


@pytest.mark.parametrize("kind", ["journal", "database"])
def test_a_finished_search_is_not_run_again_and_tells_how_long_it_took(tmp_path: Path, kind: str) -> None:
    storage = tmp_path / "one.log" if kind == "journal" else f"sqlite:///{tmp_path}/studies.db"
    first = search(storage)
    Coin.tried = []
    assert search(storage) == first
    assert first.seconds > 0
    assert Coin.tried == []


@pytest.mark.parametrize(
    "changed",
    [{"profile": "smoke"}, {"seed": 8}, {"starts": [{"home": 0.7}]}, {"code": "other"}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_search_that_differs_in_anything_is_another(tmp_path: Path, changed: dict[str, Any]) -> None:
    search(tmp_path / "journal.log")
    Coin.tried = []
    other = search(tmp_path / "journal.log", **changed)
    assert len(Coin.tried) == other.trials_count > 0


def test_other_data_are_another_search(tmp_path: Path) -> None:
    first = search(tmp_path / "journal.log")
    Coin.tried = []
    changed = features()
    changed.loc[0, "outcome"] = 2.0
    assert search(tmp_path / "journal.log", changed).data_digest != first.data_digest
    assert len(Coin.tried) == TRIALS


def test_what_a_card_tells_of_a_search_is_what_was_run_whatever_the_settings_say(tmp_path: Path) -> None:
    smoke = search(tmp_path / "journal.log", profile="smoke")
    assert smoke.tags() == {
        "profile": "smoke",
        "seed": "7",
        "tuning_seconds": f"{smoke.seconds:.1f}",
        "tuning_data": smoke.data_digest,
        "trials_count": "2",
    }
    production = search(tmp_path / "journal.log", profile="production")
    assert production.tags()["trials_count"] == "40"


def test_progress_tells_the_trial_the_best_so_far_and_the_time_left(tmp_path: Path) -> None:
    said: list[str] = []
    search(tmp_path / "journal.log", progress=said.append)
    number = r"\d+\.\d{5}"
    for place, line in enumerate(said[:-1]):
        left = r", about \d+ s left" if place < 7 else ""
        assert re.fullmatch(rf"tuning coin: trial {place + 1} of 8, best log loss {number}{left}", line)
    assert re.fullmatch(rf"tuned coin: log loss {number} in the best of 8 trials, \d+ s", said[-1])


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
    assert found(search(journal)) == found(whole)
    assert Coin.tried == [*drawn[:killed_at], *drawn[killed_at - 1 :]]


def test_a_family_without_a_search_space_has_nothing_to_tune(tmp_path: Path) -> None:
    options = {"before_season": 2023, "profile": "smoke", "seed": SEED}
    tuned = tune("base_rates", features(), storage=tmp_path / "j", **options)
    assert tuned == Tuned(profile="smoke", seed=SEED)
    assert not (tmp_path / "j").exists()


def test_too_short_a_past_leaves_the_defaults_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    tuned = search(tmp_path / "journal.log", before_season=2021, progress=said.append)
    assert tuned == Tuned(profile="demo", seed=SEED)
    assert said == ["not tuned: coin: there are not two seasons before 2021 to tune on"]
    with pytest.raises(ModelError, match="two seasons"):
        split_for_tuning("coin", features(), 2021)


def test_trials_that_all_fail_leave_the_defaults_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Coin, "forecast", lambda self, rows: np.full((len(rows), 3), np.nan))
    said: list[str] = []
    tuned = search(tmp_path / "journal.log", profile="smoke", progress=said.append)
    assert (tuned.params, tuned.log_loss, tuned.trials_count) == ({}, None, 2)
    assert said[-1] == "not tuned: coin: none of 2 trials could be fitted"


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is none of smoke, demo, production"):
        search(tmp_path / "journal.log", profile="huge")
