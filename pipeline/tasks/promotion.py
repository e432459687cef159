"""DecidePromotion to ApplyPromotion: which recipes stand from tonight on, their scores, and whose fits speak.

The gate judges recipes by the walk-forward, a refit is judged by tonight's fixtures. The backtest that pages
show is written after the gate has spoken, so that it is always of the recipes that stand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import luigi

from pipeline.archive.atomic import read_json, write_json
from pipeline.domain.errors import RegistryError
from pipeline.tasks.features import played
from pipeline.tasks.recipes import (
    SEED,
    champions_of,
    last_decision,
    last_search_at,
    recipe_of,
)
from pipeline.tasks.refits import Promotion
from pipeline.tasks.stage import Stage, say
from pipeline.tasks.training import TrainModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pipeline.evaluation.comparison import Comparison
    from pipeline.selection.gate import Contender

_ON_TRIAL = " (tuned anew)"
_YARDSTICKS = ("market", "base_rates")


class DecidePromotion(Stage):
    """Let new recipes face the gate where a search was due: `selection.gate.decide`."""

    def requires(self) -> luigi.Task:
        return TrainModel(self.run_id)

    def target(self) -> Path:
        return self.paths.decision

    def work(self) -> None:
        from pipeline.archive.tables import read_table, write_table

        tuning = read_json(self.paths.tuning)
        champions = champions_of(self)
        forecasts = {
            "standing": read_table(self.paths.standing_forecasts),
            "trials": read_table(self.paths.trial_forecasts),
        }
        decisions = self._decisions(tuning, forecasts)
        adopted = _adopted(decisions, tuning["trials"])
        standing = tuning["standing"] | {family: tuning["trials"][family] for family in adopted}
        write_table(self.paths.walk_forward, _with_rows_of(forecasts, adopted))
        write_json(
            self.paths.decision,
            {
                "roles": decisions,
                "standing": standing,
                "before": {role: card.tags["training_key"] for role, card in champions.items()},
            },
        )

    def _decisions(
        self, tuning: Mapping[str, Any], forecasts: Mapping[str, pd.DataFrame]
    ) -> dict[str, dict[str, Any]]:
        from pipeline.archive.tables import read_table
        from pipeline.evaluation.comparison import compare
        from pipeline.selection.gate import decide
        from pipeline.selection.policy import declared_policy
        from pipeline.selection.roles import ROLES

        if not read_json(self.paths.retraining)["is_search_due"]:
            return {}
        matches = played(read_table(self.paths.features)).astype({"outcome": "int64"})
        compared = {kind: compare(rows, matches) for kind, rows in forecasts.items()}
        tried = (last_decision(self) or {}).get("tried_counts", {})
        champions, decisions = champions_of(self), {}
        for role in ROLES:
            champion = champions[role].family if role in champions else ""
            contenders = {each.name: each for each in self._contenders(role, tuning, compared)}
            decisions[role] = decide(
                role,
                contenders.pop(champion, None),
                list(contenders.values()),
                compared["standing"].matches,
                {
                    name: compared["standing"].of(name)
                    for name in _YARDSTICKS
                    if len(compared["standing"].matches)
                },
                policy=declared_policy().gate,
                source=self.settings.source,
                tried_before=tried.get(role, 0),
                seed=SEED,
            )
            say(f"{role}: " + "; ".join(decisions[role]["reasons"]))
        return decisions

    def _contenders(
        self, role: str, tuning: Mapping[str, Any], compared: Mapping[str, Comparison]
    ) -> list[Contender]:
        """Return the recipes of a role that were fitted tonight, each with its walk-forward."""
        from pipeline.models.complexity import complexity_of
        from pipeline.selection.gate import Contender
        from pipeline.selection.roles import families_of

        states = read_json(self.paths.training)["states"]
        found = []
        for kind, suffix in (("standing", ""), ("trials", _ON_TRIAL)):
            for family in families_of(role):
                if family in states.get(kind, {}) and family in compared[kind].families:
                    recipe = recipe_of(family, tuning[kind][family]["params"])
                    found.append(
                        Contender(
                            name=f"{family}{suffix}",
                            family=family,
                            recipe_id=recipe.recipe_id,
                            params=recipe.params,
                            profile=tuning[kind][family]["profile"],
                            complexity=complexity_of(states[kind][family]),
                            forecasts=compared[kind].of(family),
                        )
                    )
        return found


def _adopted(decisions: Mapping[str, Any], trials: Mapping[str, Any]) -> list[str]:
    """Return the families whose recipe on trial stands from now on.

    It was promoted, or another family was, and no champion holds the family's old recipe in place any more.
    """
    return [
        decision["champion"]
        for decision in decisions.values()
        if decision["promoted"] and decision["champion"] in trials
    ]


def _with_rows_of(forecasts: Mapping[str, pd.DataFrame], adopted: list[str]) -> pd.DataFrame:
    """Return the standing recipes' forecasts, those of adopted families by the recipes that were on trial."""
    import pandas as pd

    standing, trials = forecasts["standing"], forecasts["trials"]
    if not adopted:
        return standing
    kept = standing[~standing["family"].isin(adopted)]
    table = pd.concat([kept, trials[trials["family"].isin(adopted)]], ignore_index=True)
    return table.sort_values(["match_id", "family"], kind="stable", ignore_index=True)


class EvaluateModel(Stage):
    """Score all families on the same matches: `evaluation.scores`, `calibration` and `returns`."""

    def requires(self) -> luigi.Task:
        return DecidePromotion(self.run_id)

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
        write_table(self.paths.scores, score_table(forecasts, matches, seed=SEED))
        write_table(self.paths.calibration, calibration_table(forecasts, matches))
        features = read_table(self.paths.features)
        write_table(self.paths.goal_scores, goal_score_table(forecasts, matches, quotes, features, seed=SEED))
        write_table(
            self.paths.returns, return_table(forecasts, matches, quotes, threshold=threshold, seed=SEED)
        )
        write_table(
            self.paths.value_buckets,
            value_bucket_table(
                forecasts, matches, quotes, threshold=threshold, price_source=named, seed=SEED
            ),
        )
        write_json(self.paths.evaluation, {"forecasts_count": len(forecasts), "seed": SEED})


class ApplyPromotion(Stage):
    """Register tonight's fits and make those champions that may speak: `tasks.refits`.

    The document of the night goes to the data root, where it outlives the run.
    """

    def requires(self) -> luigi.Task:
        return EvaluateModel(self.run_id)

    def target(self) -> Path:
        return self.paths.promotion

    def work(self) -> None:
        from pipeline.selection.roles import ROLES

        decision, retraining = read_json(self.paths.decision), read_json(self.paths.retraining)
        promotion = Promotion(self)
        roles = {role: promotion.apply(role) for role in ROLES}
        if not champions_of(self):
            raise RegistryError("no role has a champion: " + "; ".join(_reasons(decision["roles"])))
        searched_at = self.current_run.as_of if retraining["is_search_due"] else last_search_at(self)
        tried = (last_decision(self) or {}).get("tried_counts", {})
        document = {
            "run_id": self.run_id,
            "as_of": self.current_run.as_of.isoformat(),
            "retraining": retraining,
            "roles": roles,
            "standing": decision["standing"],
            "last_search_at": searched_at.isoformat() if searched_at else None,
            "tried_counts": {
                role: decision["roles"][role]["tried_count"]
                if role in decision["roles"]
                else tried.get(role, 0)
                for role in ROLES
            },
        }
        write_json(self.data.decision(self.run_id), document)
        write_json(
            self.paths.promotion, {"champions": {role: each["champion"] for role, each in roles.items()}}
        )


def _reasons(decisions: Mapping[str, Any]) -> list[str]:
    return [f"{role}: {'; '.join(each['reasons'])}" for role, each in decisions.items()]
