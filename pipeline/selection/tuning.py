"""The search for hyper-parameters: Optuna over a family's own search space, scored on the past alone.

The search sees only matches before the test seasons; its score is the log loss of the last season before
them, forecast by a model that was fitted on what came before that season. The journal is a file of lines, so
a search cut short goes on where it stopped: what a trial draws depends on the seed and the trials before it.
"""

from __future__ import annotations

import hashlib
import logging
import tomllib
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.errors import ModelError, SettingError
from pipeline.domain.scores import log_loss

Progress = Callable[[str], None]

_log = logging.getLogger(__name__)


@cache
def trials_of(profile: str) -> int:
    """Return how many trials a profile of `profiles.toml` allows.

    Raises SettingError for an unknown profile.

    >>> trials_of("smoke")
    2
    """
    profiles = tomllib.loads(
        files("pipeline.selection").joinpath("profiles.toml").read_text(encoding="utf-8")
    )
    if profile not in profiles:
        raise SettingError("tuning_profile", profile, f"is none of {', '.join(profiles)}")
    return int(profiles[profile]["trials"])


def tune(
    family: str,
    features: pd.DataFrame,
    *,
    before_season: int,
    profile: str,
    seed: int,
    journal: Path,
    starts: Sequence[Mapping[str, Any]] = (),
    progress: Progress = _log.info,
) -> dict[str, Any]:
    """Return the best parameters found for a family of the catalogue; {} stands for the family's defaults.

    Those it is where the family has nothing to tune, where the past is too short to tune on or where no trial
    could be fitted; the last two are said through `progress`.

    features: rows of `build_features`. before_season: starting year of the first test season; that season and
    everything from its first kick-off on is not looked at. journal: file of the search, made where missing;
    the same search on the same features resumes in it. starts: parameters to try first, after the defaults.
    Raises SettingError for an unknown profile.
    """
    from pipeline.models.catalogue import FAMILIES

    entry = FAMILIES[family]
    if entry.suggest is None:
        return {}
    trials = trials_of(profile)
    try:
        past, block = split_for_tuning(family, features, before_season)
    except ModelError as error:
        progress(f"not tuned: {error}")
        return {}
    study = _study(journal, f"{family}.{seed}.{_digest(past, block)}")

    def objective(params: dict[str, Any]) -> float:
        return mean_log_loss(family, entry.build(params).fit(past).forecast(block), block)

    defaults = dict(getattr(entry.build({}), "params", {}))
    _search(study, _trial_of(entry.suggest, objective), trials, seed, [defaults, *starts], progress)
    return _best_of(study, family, trials, progress)


def split_for_tuning(
    family: str, features: pd.DataFrame, before_season: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the matches to fit on and the later ones to score on, all before the first test match.

    The scored ones are the last season before `before_season`; the fitted ones kicked off before all of them.
    Raises ModelError where one of the two would be empty.
    """
    played = features[features["is_played"]]
    tested = played["season"] >= before_season
    first_test_at = played.loc[tested, "kick_off_at"].min()
    known = played[~tested & (played["kick_off_at"].lt(first_test_at) | pd.isna(first_test_at))]
    block = known[known["season"].eq(known["season"].max())]
    past = known[known["kick_off_at"] < block["kick_off_at"].min()] if len(block) else block
    if past.empty or block.empty:
        raise ModelError(family, f"there are not two seasons before {before_season} to tune on")
    return past, block


def mean_log_loss(family: str, forecast: np.ndarray, block: pd.DataFrame) -> float:
    """Return the mean log loss in nats over the matches that have an answer.

    Raises ModelError where none has.
    """
    has_answer = ~np.isnan(forecast).any(axis=1)
    if not has_answer.any():
        raise ModelError(family, "has no answer for any match of the season it is tuned on")
    outcomes = block["outcome"].to_numpy(dtype="int64")[has_answer]
    return float(log_loss(forecast[has_answer], outcomes).mean())


def _trial_of(
    suggest: Callable[[Any], dict[str, Any]], objective: Callable[[dict[str, Any]], float]
) -> Callable[[Any], float]:
    """Return what Optuna runs: a trial that cannot be fitted is pruned, and so counts as done."""
    import optuna

    def run(trial: Any) -> float:
        params = suggest(trial)
        trial.set_user_attr("params", params)
        try:
            return objective(params)
        except ModelError as error:
            raise optuna.TrialPruned(str(error)) from error

    return run


def _search(
    study: Any,
    run: Callable[[Any], float],
    trials: int,
    seed: int,
    starts: Sequence[Mapping[str, Any]],
    progress: Progress,
) -> None:
    """Run the missing trials, each with a sampler seeded by its place: a resumed search draws the same."""
    import optuna

    for place in range(_finished_count(study), trials):
        is_waiting = any(trial.state.name == "WAITING" for trial in study.trials)
        if place < len(starts) and not is_waiting:
            study.enqueue_trial(dict(starts[place]))
        study.sampler = optuna.samplers.TPESampler(seed=(seed + 7919 * place) % 2**32, n_startup_trials=5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a start outside the search space is meant
            study.optimize(run, n_trials=1)
        progress(f"trial {place + 1} of {trials}")


def _best_of(study: Any, family: str, trials: int, progress: Progress) -> dict[str, Any]:
    finished = [trial for trial in study.trials if trial.state.name == "COMPLETE"]
    if not finished:
        progress(f"not tuned: {family}: none of {trials} trials could be fitted")
        return {}
    best = min(finished, key=lambda trial: (trial.value, trial.number))
    progress(f"tuned {family}: log loss {best.value:.5f} in the best of {len(finished)} trials")
    return dict(best.user_attrs["params"])


def _finished_count(study: Any) -> int:
    """Count the trials that came to an end by themselves: an interrupted one is run again."""
    return sum(trial.state.name in ("COMPLETE", "PRUNED") for trial in study.trials)


def _study(journal: Path, name: str) -> Any:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    journal.parent.mkdir(parents=True, exist_ok=True)
    _drop_torn_line(journal)
    storage = JournalStorage(JournalFileBackend(str(journal)))
    return optuna.create_study(storage=storage, study_name=name, load_if_exists=True, direction="minimize")


def _drop_torn_line(journal: Path) -> None:
    """Cut off a last line without its end: a killed writer's, which would spoil every line after it."""
    lines = journal.read_bytes() if journal.is_file() else b""
    if lines and not lines.endswith(b"\n"):
        with journal.open("r+b") as file:
            file.truncate(lines.rfind(b"\n") + 1)


def _digest(*frames: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    for frame in frames:
        numbers = frame.select_dtypes(["number", "bool"])
        digest.update(",".join(["match_id", *numbers.columns]).encode())
        digest.update(pd.util.hash_pandas_object(frame["match_id"], index=False).to_numpy().tobytes())
        digest.update(pd.util.hash_pandas_object(numbers, index=False).to_numpy().tobytes())
    return digest.hexdigest()[:16]
