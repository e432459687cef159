"""The search for hyper-parameters: Optuna over a family's own search space, scored on the past alone.

The search sees only matches before the test seasons; its score is the log loss of the last season before
them, forecast by a model that was fitted on what came before that season. A search cut short goes on where it
stopped: what a trial draws depends on the seed and the trials before it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.errors import ModelError
from pipeline.domain.scores import log_loss
from pipeline.selection.profiles import trials_of
from pipeline.selection.study import open_study

__all__ = ["Tuned", "mean_log_loss", "split_for_tuning", "trials_of", "tune"]

Progress = Callable[[str], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tuned:
    """What a search found, and all that a card must tell of it.

    params: {} stands for the family's defaults. profile: the one whose trials were run. trials_count: how
    many came to an end, 0 where there was nothing to tune or nothing to tune on. seconds: how long those
    trials took, before and after an interruption. log_loss: of the best trial, in nats, None without one.
    data_digest: of the matches searched on, "" where there were none.
    """

    params: dict[str, Any] = field(default_factory=dict)
    profile: str = ""
    trials_count: int = 0
    seconds: float = 0.0
    log_loss: float | None = None
    data_digest: str = ""
    seed: int = 0

    def tags(self) -> dict[str, str]:
        """Return what a model's card says of its search: the one source of the tag `profile`."""
        return {
            "profile": self.profile,
            "seed": str(self.seed),
            "tuning_seconds": f"{self.seconds:.1f}",
            "tuning_data": self.data_digest,
            "trials_count": str(self.trials_count),
        }


def tune(
    family: str,
    features: pd.DataFrame,
    *,
    before_season: int,
    profile: str,
    seed: int,
    storage: Path | str,
    starts: Sequence[Mapping[str, Any]] = (),
    code: str = "",
    progress: Progress = _log.info,
) -> Tuned:
    """Return the best parameters found for a family of the catalogue, and what the search was.

    They are the defaults ({}) where the family has nothing to tune, where the past is too short to tune on or
    where no trial could be fitted; the last two are said through `progress`.

    features: rows of `build_features`. before_season: starting year of the first test season; that season and
    everything from its first kick-off on is not looked at. storage: journal file or address of a database,
    see `open_study`; the same search resumes in it. Another profile, seed, data, starts or code is another
    search. starts: parameters to try first, the champion's above all; the defaults come after them. code: a
    digest of the code that makes models. Raises SettingError for an unknown profile.
    """
    from pipeline.models.catalogue import FAMILIES

    entry, trials = FAMILIES[family], trials_of(profile, family)
    if entry.suggest is None or not trials:
        return Tuned(profile=profile, seed=seed)
    try:
        past, block = split_for_tuning(family, features, before_season)
    except ModelError as error:
        progress(f"not tuned: {error}")
        return Tuned(profile=profile, seed=seed)
    tried_first = _within(entry.space or {}, [*starts, getattr(entry.build({}), "params", {})])
    data = _digest(past, block)
    study = open_study(storage, ".".join([family, profile, str(seed), data, _mark(tried_first, code)]))

    def objective(params: dict[str, Any]) -> float:
        return mean_log_loss(family, entry.build(params).fit(past).forecast(block), block)

    _search(
        study, _trial_of(entry.suggest, objective), trials, seed, tried_first, f"tuning {family}", progress
    )
    return _found(study, family, Tuned(profile=profile, data_digest=data, seed=seed), progress)


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
    named: str,
    progress: Progress,
) -> None:
    """Run the missing trials, each with a sampler seeded by its place: a resumed search draws the same."""
    import optuna

    for place in range(len(_finished(study)), trials):
        is_waiting = any(trial.state.name == "WAITING" for trial in study.trials)
        if place < len(starts) and not is_waiting:
            study.enqueue_trial(dict(starts[place]))
        study.sampler = optuna.samplers.TPESampler(
            seed=(seed + 7919 * place) % 2**32,
            n_startup_trials=5,
            constant_liar=False,  # else a killed process's unfinished trial would change what is drawn
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a start outside the search space is meant
            study.optimize(run, n_trials=1)
        progress(f"{named}: trial {place + 1} of {trials}{_standing(study, trials)}")


def _standing(study: Any, trials: int) -> str:
    """Say the best so far and how long the rest will take, at the pace of the trials so far."""
    finished = _finished(study)
    values = [trial.value for trial in finished if trial.state.name == "COMPLETE"]
    best = f"best log loss {min(values):.5f}" if values else "none could be fitted"
    left = trials - len(finished)
    return f", {best}, about {_span(_seconds(finished) / len(finished) * left)} left" if left else f", {best}"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _found(study: Any, family: str, search: Tuned, progress: Progress) -> Tuned:
    finished = _finished(study)
    done = replace(search, trials_count=len(finished), seconds=_seconds(finished))
    complete = [trial for trial in finished if trial.state.name == "COMPLETE"]
    if not complete:
        progress(f"not tuned: {family}: none of {len(finished)} trials could be fitted")
        return done
    best = min(complete, key=lambda trial: (trial.value, trial.number))
    score = f"log loss {best.value:.5f} in the best of {len(finished)} trials"
    progress(f"tuned {family}: {score}, {done.seconds:.0f} s")
    return replace(done, params=dict(best.user_attrs["params"]), log_loss=float(best.value))


def _finished(study: Any) -> list[Any]:
    """Return the trials that came to an end by themselves: an interrupted one is run again."""
    return [trial for trial in study.trials if trial.state.name in ("COMPLETE", "PRUNED")]


def _seconds(trials: Sequence[Any]) -> float:
    return float(sum(trial.duration.total_seconds() for trial in trials))


def _within(space: Collection[str], starts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what several sets of parameters say of those that are searched, each once."""
    known = [{name: value for name, value in start.items() if name in space} for start in starts]
    return [start for place, start in enumerate(known) if start not in known[:place]]


def _mark(starts: Sequence[Mapping[str, Any]], code: str) -> str:
    text = json.dumps([code, *map(dict, starts)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _digest(*frames: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    for frame in frames:
        numbers = frame.select_dtypes(["number", "bool"])
        digest.update(",".join(["match_id", *numbers.columns]).encode())
        digest.update(pd.util.hash_pandas_object(frame["match_id"], index=False).to_numpy().tobytes())
        digest.update(pd.util.hash_pandas_object(numbers, index=False).to_numpy().tobytes())
    return digest.hexdigest()[:16]
