"""BuildFeatures to ApplyPromotion: what is known, how well each family forecasts it, who speaks for us."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import luigi

from pipeline.archive.atomic import read_json, write_json
from pipeline.domain.errors import ModelError, RegistryError, TooLittleAccepted
from pipeline.tasks.archive import ValidateArchive, divisions_in, intake_of
from pipeline.tasks.run import digest_of
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.selection.registry import Card, Registry

_SEED = 20260801
_TUNED_FAMILY = "lightgbm"


def registry_of(stage: Stage) -> Registry:
    """Return the model registry of the stage's data root."""
    from pipeline.selection.registry import Registry

    return Registry(stage.data.registry_db, stage.data.registry_artifacts)


def own_families() -> list[str]:
    """Return the families that can be champion: all but the yardsticks."""
    from pipeline.models.catalogue import FAMILIES

    return [family.name for family in FAMILIES.values() if not family.is_yardstick]


def recipe_version() -> str:
    """Return a digest of the code that makes models: a champion of another recipe is due for retraining."""
    return digest_of("pipeline/domain", "pipeline/features", "pipeline/models", "pipeline/selection")[:12]


def played(features: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have an outcome."""
    return features[features["is_played"]].reset_index(drop=True)


class BuildFeatures(Stage):
    """State what was known before each kick-off: `features.build.build_features`."""

    def requires(self) -> luigi.Task:
        return ValidateArchive(self.run_id)

    def target(self) -> Path:
        return self.paths.features

    def work(self) -> None:
        from pipeline.archive.tables import read_table, write_table
        from pipeline.features.build import build_features
        from pipeline.validation.own_tables import check_own, refuse

        matches, fixtures = read_table(self.paths.matches), read_table(self.paths.fixtures)
        features = build_features(
            matches,
            fixtures,
            read_table(self.paths.quotes),
            divisions_in(self.settings),
            cut_off_at=self.cut_off_at,
        )
        found = check_own({"features": features}, {"features": [*matches["match_id"], *fixtures["match_id"]]})
        write_json(self.paths.feature_checks, found)
        refuse(found)
        write_table(self.paths.features, features)


class DecideRetraining(Stage):
    """Say whether tonight trains, and why: `selection.retraining.decide_retraining`."""

    def requires(self) -> luigi.Task:
        return BuildFeatures(self.run_id)

    def target(self) -> Path:
        return self.paths.retraining

    def work(self) -> None:
        from pipeline.archive.tables import read_table
        from pipeline.selection.retraining import decide_retraining

        decision = decide_retraining(
            registry_of(self).champion(),
            played(read_table(self.paths.features)),
            as_of=self.cut_off_at,
            recipe=recipe_version(),
            families=tuple(own_families()),
        )
        say("; ".join(decision["reasons"]))
        write_json(self.paths.retraining, decision)


class TuneModel(Stage):
    """Search parameters on seasons before the test seasons: `selection.tuning.tune`."""

    def requires(self) -> luigi.Task:
        return DecideRetraining(self.run_id)

    def target(self) -> Path:
        return self.paths.tuning

    def work(self) -> None:
        from pipeline.archive.tables import read_table
        from pipeline.evaluation.walk_forward import first_test_seasons
        from pipeline.selection.tuning import tune

        if not read_json(self.paths.retraining)["is_due"]:
            champion = registry_of(self).champion()
            write_json(self.paths.tuning, {"params": champion.tuned_params if champion else {}})
            return
        features = played(read_table(self.paths.features))
        params = tune(
            _TUNED_FAMILY,
            features,
            before_season=min(first_test_seasons(features, self.settings.test_seasons).values()),
            profile=self.settings.tuning_profile,
            seed=_SEED,
            journal=self.data.study_journal,
            progress=say,
        )
        write_json(self.paths.tuning, {"params": {_TUNED_FAMILY: params}})


class WalkForward(Stage):
    """Forecast the test seasons, each with what was known before: `evaluation.walk_forward.walk_forward`."""

    def requires(self) -> luigi.Task:
        return TuneModel(self.run_id)

    def target(self) -> Path:
        return self.paths.walk_forward

    def work(self) -> None:
        from pipeline.archive.tables import read_table, write_table
        from pipeline.evaluation.walk_forward import first_test_seasons, walk_forward
        from pipeline.models.catalogue import FAMILIES

        features, tuned = played(read_table(self.paths.features)), read_json(self.paths.tuning)["params"]
        forecasts = walk_forward(
            features,
            {name: tuned.get(name, {}) for name in FAMILIES},
            first_test_season=first_test_seasons(features, self.settings.test_seasons),
            progress=say,
        )
        write_table(self.paths.walk_forward, forecasts)


class EvaluateModel(Stage):
    """Score all families on the same matches: `evaluation.scores`, `calibration` and `returns`."""

    def requires(self) -> luigi.Task:
        return WalkForward(self.run_id)

    def target(self) -> Path:
        return self.paths.evaluation

    def work(self) -> None:
        from pipeline.archive.tables import read_table, write_table
        from pipeline.evaluation.calibration import calibration_table
        from pipeline.evaluation.goals_scores import goal_score_table
        from pipeline.evaluation.returns import return_table
        from pipeline.evaluation.scores import score_table
        from pipeline.evaluation.value_buckets import value_bucket_table

        forecasts, matches = read_table(self.paths.walk_forward), read_table(self.paths.matches)
        quotes, threshold = read_table(self.paths.quotes), self.settings.value_threshold
        named = self.settings.value_price_source
        write_table(self.paths.scores, score_table(forecasts, matches, seed=_SEED))
        write_table(self.paths.calibration, calibration_table(forecasts, matches))
        features = read_table(self.paths.features)
        write_table(
            self.paths.goal_scores, goal_score_table(forecasts, matches, quotes, features, seed=_SEED)
        )
        write_table(
            self.paths.returns, return_table(forecasts, matches, quotes, threshold=threshold, seed=_SEED)
        )
        write_table(
            self.paths.value_buckets,
            value_bucket_table(
                forecasts, matches, quotes, threshold=threshold, price_source=named, seed=_SEED
            ),
        )
        write_json(self.paths.evaluation, {"forecasts_count": len(forecasts), "seed": _SEED})


class TrainModel(Stage):
    """Fit our own families on everything played and log them in the registry.

    A family that finds nothing to learn from, as one that reads prices in a league without any, is left out.
    """

    def requires(self) -> luigi.Task:
        return EvaluateModel(self.run_id)

    def target(self) -> Path:
        return self.paths.training

    def work(self) -> None:
        from pipeline.archive.tables import read_table
        from pipeline.models.catalogue import FAMILIES

        if not read_json(self.paths.retraining)["is_due"]:
            write_json(self.paths.training, {"versions": {}})
            return
        features = played(read_table(self.paths.features))
        params = read_json(self.paths.tuning)["params"]
        versions: dict[str, int] = {}
        faults: list[str] = []
        for name in own_families():
            try:
                versions[name] = self._train(FAMILIES[name], features, params)
            except ModelError as fault:
                faults.append(str(fault))
                say(f"left out {fault}")
        if not versions:
            raise TooLittleAccepted(faults)
        write_json(self.paths.training, {"versions": versions})

    def _train(self, family: Any, features: pd.DataFrame, params: dict[str, Any]) -> int:
        say(f"fitting {family.name} on {len(features)} matches")
        model = family.build(params.get(family.name, {})).fit(features)
        intake = intake_of(self)
        tags = {
            "family": family.name,
            "training_key": f"{self.run_id}.{family.name}",
            "trained_until": intake.cut_off_at.isoformat(),
            "intake": intake.digest,
            "matches_count": str(len(features)),
            "recipe": recipe_version(),
            "revision": self.current_run.revision,
            "profile": self.settings.tuning_profile,
            "seed": str(_SEED),
        }
        return registry_of(self).log(
            family.name, model.state(), metrics={}, tags=tags, params=params.get(family.name, {})
        )


class DecidePromotion(Stage):
    """Name the champion: `selection.promotion.choose_champion`."""

    def requires(self) -> luigi.Task:
        return TrainModel(self.run_id)

    def target(self) -> Path:
        return self.paths.decision

    def work(self) -> None:
        from pipeline.archive.tables import read_table
        from pipeline.selection.promotion import choose_champion

        decision = choose_champion(read_table(self.paths.scores), self._candidates())
        say("; ".join(decision["reasons"]))
        write_json(self.paths.decision, decision)

    def _candidates(self) -> list[str]:
        """Return the families that have a model: those fitted tonight, or else with the champion."""
        fitted = read_json(self.paths.training)["versions"]
        champion = registry_of(self).champion()
        if fitted or champion is None:
            return list(fitted)
        return [name for name in own_families() if _has_sibling(registry_of(self), champion, name)]


def _has_sibling(registry: Registry, champion: Card, family: str) -> bool:
    try:
        return bool(registry.sibling(champion, family))
    except RegistryError:
        return False


class ApplyPromotion(Stage):
    """Make the chosen family's model champion: tonight's, or else the one fitted with the champion."""

    def requires(self) -> luigi.Task:
        return DecidePromotion(self.run_id)

    def target(self) -> Path:
        return self.paths.promotion

    def work(self) -> None:
        decision, registry = read_json(self.paths.decision), registry_of(self)
        versions, champion = read_json(self.paths.training)["versions"], registry.champion()
        family = decision["family"] or (champion.family if champion else "")
        if family in versions:
            registry.promote(versions[family])
        elif champion:
            registry.promote(registry.sibling(champion, family).version)
        else:
            raise RegistryError("; ".join(decision["reasons"]))
        write_json(self.paths.promotion, {"family": family})
