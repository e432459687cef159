"""ScoreFixtures: the coming fixtures and the results of the last days, forecast by the champion."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import luigi

from pipeline.archive.atomic import read_json, write_json
from pipeline.archive.paths import RunPaths
from pipeline.domain.errors import RegistryError
from pipeline.tasks.run import finished_runs
from pipeline.tasks.stage import Stage, say
from pipeline.tasks.training import ApplyPromotion, BuildFeatures, played, registry_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pipeline.models.base import Forecaster
    from pipeline.selection.registry import Card

_FALLBACK_SETTINGS = ("memory", "independent")
LAST_RESORT_FAMILY = "base_rates"


def evaluated_paths(stage: Stage) -> RunPaths:
    """Return the run whose evaluation the pages show: this one, or for a refresh the last night's.

    Raises RegistryError where no night has been evaluated yet.
    """
    run = stage.current_run
    if run.goal == "publish":
        return stage.paths
    nights = [
        night for night in finished_runs(stage.data) if night.goal == "publish" and night.as_of <= run.as_of
    ]
    if not nights:
        raise RegistryError("Refresh needs a champion: run `luigi --module pipeline Publish` first")
    return stage.data.run(nights[-1].run_id)


def champion_of(stage: Stage) -> Card:
    """Return the champion. Raises RegistryError where there is none or it has seen later matches."""
    card = registry_of(stage).champion()
    if card is None:
        raise RegistryError("the registry has no champion: run `luigi --module pipeline Publish` first")
    if datetime.fromisoformat(card.tags["trained_until"]) > stage.cut_off_at:
        raise RegistryError(
            f"the champion was trained until {card.tags['trained_until']}, after this run's cut-off: "
            "use another data_root for an earlier instant"
        )
    return card


class ScoreFixtures(Stage):
    """Forecast every fixture, saying where another family than the champion speaks: `forecasts.score`."""

    def requires(self) -> luigi.Task:
        trains = self.current_run.goal == "publish"
        return ApplyPromotion(self.run_id) if trains else BuildFeatures(self.run_id)

    def target(self) -> Path:
        return self.paths.forecasts

    def work(self) -> None:
        from pipeline.archive.tables import read_table, write_table
        from pipeline.forecasts.markets import derive_markets
        from pipeline.forecasts.reasons import fixture_contributions
        from pipeline.forecasts.recent import recent_forecasts
        from pipeline.forecasts.score import score_fixtures
        from pipeline.validation.own_tables import check_own, refuse

        features = read_table(self.paths.features)
        champion = champion_of(self)
        models = self._models(champion, features)
        withheld = withheld_divisions(self.paths)
        forecasts = score_fixtures(features, models, champion.family, withheld=withheld)
        found = check_own(
            {"forecasts": forecasts}, {"forecasts": features.loc[~features["is_played"], "match_id"]}
        )
        write_json(self.paths.forecast_checks, found)
        refuse(found)
        recent = recent_forecasts(
            features,
            models,
            champion.family,
            walk_forward=read_table(evaluated_paths(self).walk_forward),
            trained_until=datetime.fromisoformat(champion.tags["trained_until"]),
        )
        forecast_count = int(forecasts["p_home"].notna().sum())
        write_json(self.paths.forecast_counts, {"fixtures": len(forecasts), "forecast": forecast_count})
        say(f"{forecast_count} of {len(forecasts)} fixtures forecast")
        write_table(self.paths.recent_forecasts, recent)
        alone = independent_model_of(self).family
        unpriced = {name: models[name] for name in (alone, LAST_RESORT_FAMILY)}
        independent = score_fixtures(features, unpriced, alone, withheld=withheld)
        write_table(self.paths.independent_forecasts, independent)
        markets, likely_scores = derive_markets(features, forecasts, read_table(self.paths.quotes))
        write_table(self.paths.markets, markets)
        write_table(self.paths.likely_scores, likely_scores)
        write_table(self.paths.contributions, fixture_contributions(features, models, forecasts))
        write_table(self.paths.forecasts, forecasts)

    def _models(self, champion: Card, features: pd.DataFrame) -> Mapping[str, Forecaster]:
        from pipeline.models.catalogue import FAMILIES

        cards = [champion, *(speaker_of(self, setting) for setting in _FALLBACK_SETTINGS)]
        models = {card.family: FAMILIES[card.family].restore(card.state()) for card in cards if card}
        models[LAST_RESORT_FAMILY] = FAMILIES[LAST_RESORT_FAMILY].build({}).fit(played(features))
        return models


def speaker_of(stage: Stage, setting: str) -> Card | None:
    """Return the best model that sees no more than `setting`, fitted together with the champion.

    Best is the family with the lowest log loss in the last evaluation; None where none was fitted.
    """
    from pipeline.models.catalogue import FAMILIES

    fitted = registry_of(stage).siblings(champion_of(stage))
    scored = [each["family"] for each in read_json(evaluated_paths(stage).decision)["candidates"]]
    ranked = [*scored, *FAMILIES]  # a league too young for scores has none to rank by
    return next(
        (fitted[name] for name in ranked if name in fitted and FAMILIES[name].setting == setting), None
    )


def independent_model_of(stage: Stage) -> Card:
    """Return the best model that reads no price. Raises RegistryError where none was fitted."""
    card = speaker_of(stage, "independent")
    if card is None:
        raise RegistryError("no family without prices was trained together with the champion")
    return card


def withheld_divisions(paths: RunPaths) -> dict[str, str]:
    """Return why each division without forecasts has none, from the verdict of the run."""
    divisions = read_json(paths.verdict)["divisions"]
    return {
        code: entry["reason"] for code, entry in divisions.items() if entry["state"] in {"stale", "withheld"}
    }
