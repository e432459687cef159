"""DecideRetraining to TrainModel: whether tonight trains, which recipes are in question, what they say.

On most nights nothing is due: the champions stand, and only the walk-forward grows by the newest matches. A
refit fits the champions' recipes again. A search tunes every family and lets all of them face the gate.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import luigi

from pipeline.archive.atomic import read_json, write_json
from pipeline.domain.errors import ModelError, TooLittleAccepted
from pipeline.tasks.features import BuildFeatures, played
from pipeline.tasks.fits import Fits, code_version
from pipeline.tasks.recipes import (
    SEED,
    champions_of,
    last_search_at,
    own_families,
    settled_params,
    standing_recipes,
)
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

FORCED_GOAL = "retrain"


class DecideRetraining(Stage):
    """Say whether tonight trains, and why: `selection.retraining.decide_retraining`."""

    def requires(self) -> luigi.Task:
        return BuildFeatures(self.run_id)

    def target(self) -> Path:
        return self.paths.retraining

    def work(self) -> None:
        from pipeline.archive.tables import read_table
        from pipeline.selection.retraining import decide_retraining
        from pipeline.tasks.live_monitor import live_alarms

        champions = champions_of(self)
        leading = next(iter(champions.values()), None)
        decision = decide_retraining(
            champions,
            played(read_table(self.paths.features)),
            as_of=self.cut_off_at,
            code=code_version(),
            last_search_at=last_search_at(self),
            alarms=live_alarms(self, leading.tags["recipe"]) if leading else (),
            is_forced=self.current_run.goal == FORCED_GOAL,
        )
        say("; ".join(decision["reasons"]))
        write_json(self.paths.retraining, decision)


class TuneModel(Stage):
    """Search parameters on seasons before the test seasons, where a search is due: `selection.tuning.tune`.

    `standing` holds every family's recipe for tonight: a champion's own, and of the others the newest found.
    `trials` holds what was found for the champions' families and differs from what stands.
    """

    def requires(self) -> luigi.Task:
        return DecideRetraining(self.run_id)

    def target(self) -> Path:
        return self.paths.tuning

    def work(self) -> None:
        standing = standing_recipes(self)
        champions = {card.family: card for card in champions_of(self).values()}
        trials: dict[str, Any] = {}
        if read_json(self.paths.retraining)["is_search_due"]:
            for family, found in self._found(standing).items():
                is_another = found["params"] != standing.get(family, {}).get("params")
                if family not in champions:
                    standing[family] = found
                elif is_another:
                    trials[family] = found
        write_json(self.paths.tuning, {"standing": standing, "trials": trials})

    def _found(self, standing: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Tune every family of ours, each from the parameters that stand."""
        from pipeline.archive.tables import read_table
        from pipeline.evaluation.walk_forward import first_test_seasons
        from pipeline.selection.tuning import tune

        features = played(read_table(self.paths.features))
        before = min(first_test_seasons(features, self.settings.test_seasons).values())
        found: dict[str, dict[str, Any]] = {}
        for family in own_families():
            tuned = tune(
                family,
                features,
                before_season=before,
                profile=self.settings.tuning_profile,
                seed=SEED,
                storage=self.settings.study_storage(self.data),
                starts=[standing[family]["params"]] if family in standing else [],
                code=code_version(),
                progress=say,
            )
            found[family] = {**vars(tuned), "params": settled_params(family, tuned.params)}
        return found


class WalkForward(Stage):
    """Forecast the test seasons, each with what was known before: `evaluation.walk_forward.walk_forward`.

    Once by the standing recipes and once by those on trial.
    """

    def requires(self) -> luigi.Task:
        return TuneModel(self.run_id)

    def target(self) -> Path:
        return self.paths.standing_forecasts

    def work(self) -> None:
        from pipeline.archive.tables import read_table, write_table
        from pipeline.evaluation.walk_forward import first_test_seasons, tested_years, walk_forward
        from pipeline.models.catalogue import FAMILIES

        features, tuning = played(read_table(self.paths.features)), read_json(self.paths.tuning)
        first = first_test_seasons(features, self.settings.test_seasons)
        fits = Fits(self.data)
        standing = {name: params_of(tuning["standing"], name) for name in FAMILIES}
        trials = {name: params_of(tuning["trials"], name) for name in tuning["trials"]}
        pasts = [features[features["kick_off_at"] < year.begins_at] for year in tested_years(features, first)]
        recipes = [*standing.items(), *trials.items()]
        fits.prepare([(name, params, past) for past in pasts for name, params in recipes])
        on_trial = walk_forward(features, trials, first_test_season=first, progress=_in_silence, fit=fits)
        forecasts = walk_forward(features, standing, first_test_season=first, progress=say, fit=fits)
        self._note_newest(fits, standing, pasts)
        fits.forget_others()
        write_table(self.paths.trial_forecasts, on_trial)
        write_table(self.paths.standing_forecasts, forecasts)

    def _note_newest(self, fits: Fits, standing: Mapping[str, Any], pasts: list[pd.DataFrame]) -> None:
        """Keep what each family learnt for the newest year, for its published card."""
        newest = (
            {name: fits.kept(name, params, pasts[-1]) for name, params in standing.items()} if pasts else {}
        )
        write_json(self.paths.newest_fits, {name: fit for name, fit in newest.items() if not fit["fault"]})


def _in_silence(told: str) -> None:
    """Say nothing: the standing recipes walk the same years aloud."""


def params_of(recipes: Mapping[str, Any], family: str) -> dict[str, Any]:
    """Return a family's parameters among recipes; {} for its defaults where it is not among them."""
    return dict(recipes.get(family, {}).get("params", {}))


class TrainModel(Stage):
    """Fit on everything played: the champions where a refit is due, every recipe where a search is.

    A family that finds nothing to learn from, as one that reads prices in a league without any, is left out.
    """

    def requires(self) -> luigi.Task:
        return WalkForward(self.run_id)

    def target(self) -> Path:
        return self.paths.training

    def work(self) -> None:
        from pipeline.archive.tables import read_table

        features, tuning = played(read_table(self.paths.features)), read_json(self.paths.tuning)
        fits = Fits(self.data)
        states: dict[str, Any] = {}
        faults: list[str] = []
        for kind, families in self._due().items():
            for family in families:
                say(f"fitting {family} on {len(features)} matches")
                try:
                    model = fits(family, params_of(tuning[kind], family), features)
                except ModelError as fault:
                    faults.append(str(fault))
                    say(f"left out {fault}")
                    continue
                states.setdefault(kind, {})[family] = model.state()
        if faults and not states:
            raise TooLittleAccepted(faults)
        write_json(self.paths.training, {"states": states, "faults": faults})

    def _due(self) -> dict[str, list[str]]:
        """Return the families to fit, by whether their recipe stands or is on trial."""
        retraining = read_json(self.paths.retraining)
        if retraining["is_search_due"]:
            return {"standing": own_families(), "trials": sorted(read_json(self.paths.tuning)["trials"])}
        champions = [card.family for card in champions_of(self).values()]
        return {"standing": champions if retraining["is_due"] else [], "trials": []}
