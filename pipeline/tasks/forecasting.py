"""ScoreFixtures: the coming fixtures and the results of the last days, forecast by the champion."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import luigi

from pipeline.archive.atomic import read_json, write_json
from pipeline.archive.paths import RunPaths
from pipeline.domain.errors import RegistryError
from pipeline.tasks.features import BuildFeatures, played
from pipeline.tasks.promotion import ApplyPromotion
from pipeline.tasks.recipes import champions_of
from pipeline.tasks.run import TRAINING_GOALS, finished_runs
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pipeline.models.base import Forecaster
    from pipeline.selection.registry import Card

LAST_RESORT_FAMILY = "base_rates"


def evaluated_paths(stage: Stage) -> RunPaths:
    """Return the run whose evaluation the pages show: this one, or for a refresh the last night's.

    Raises RegistryError where no night has been evaluated yet.
    """
    run = stage.current_run
    if run.goal in TRAINING_GOALS:
        return stage.paths
    nights = [
        night
        for night in finished_runs(stage.data)
        if night.goal in TRAINING_GOALS and night.as_of <= run.as_of
    ]
    if not nights:
        raise RegistryError("Refresh needs a champion: run `luigi --module pipeline Publish` first")
    return stage.data.run(nights[-1].run_id)


def speakers_of(stage: Stage) -> dict[str, Card]:
    """Return the champion of every role, the leading one first: who speaks where those before have no answer.

    Raises RegistryError where there is none, or one has seen later matches than this run may know.
    """
    cards = champions_of(stage)
    if not cards:
        raise RegistryError("the registry has no champion: run `luigi --module pipeline Publish` first")
    for card in cards.values():
        if datetime.fromisoformat(card.tags["trained_until"]) > stage.cut_off_at:
            raise RegistryError(
                f"the champion was trained until {card.tags['trained_until']}, after this run's cut-off: "
                "use another data_root for an earlier instant"
            )
    return cards


def champion_of(stage: Stage) -> Card:
    """Return the champion that leads the site. Raises RegistryError as `speakers_of` does."""
    return next(iter(speakers_of(stage).values()))


class ScoreFixtures(Stage):
    """Forecast every fixture, saying where another family than the champion speaks: `forecasts.score`."""

    def requires(self) -> luigi.Task:
        trains = self.current_run.goal in TRAINING_GOALS
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
        cards = speakers_of(self)
        champion = next(iter(cards.values()))
        models = self._models(cards, features)
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
        alone = cards["independent"].family if "independent" in cards else LAST_RESORT_FAMILY
        unpriced = {name: models[name] for name in (alone, LAST_RESORT_FAMILY)}
        independent = score_fixtures(features, unpriced, alone, withheld=withheld)
        write_table(self.paths.independent_forecasts, independent)
        markets, likely_scores = derive_markets(features, forecasts, read_table(self.paths.quotes))
        write_table(self.paths.markets, markets)
        write_table(self.paths.likely_scores, likely_scores)
        write_table(self.paths.contributions, fixture_contributions(features, models, forecasts))
        write_table(self.paths.forecasts, forecasts)

    def _models(self, cards: Mapping[str, Card], features: pd.DataFrame) -> Mapping[str, Forecaster]:
        from pipeline.models.catalogue import FAMILIES

        models = {card.family: FAMILIES[card.family].restore(card.state()) for card in cards.values()}
        models[LAST_RESORT_FAMILY] = FAMILIES[LAST_RESORT_FAMILY].build({}).fit(played(features))
        return models


def withheld_divisions(paths: RunPaths) -> dict[str, str]:
    """Return why each division without forecasts has none, from the verdict of the run."""
    divisions = read_json(paths.verdict)["divisions"]
    return {
        code: entry["reason"] for code, entry in divisions.items() if entry["state"] in {"stale", "withheld"}
    }
