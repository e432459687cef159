"""What `ApplyPromotion` does role by role: register fits, judge refits, move the aliases of the registry.

Every step may be repeated after a kill: a training key registers one version, and promoting the champion
changes nothing.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import read_json
from pipeline.domain.errors import PipelineError
from pipeline.tasks.archive import intake_of
from pipeline.tasks.features import played
from pipeline.tasks.recipes import recipe_of, registry_of
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pipeline.selection.registry import Card

RECIPE, REFIT = "recipe", "refit"
_FIGURES = ("n", "log_loss", "log_loss_low", "log_loss_high", "gap", "gap_low", "gap_high")
_SEEN_AS = {"log_loss_low": "low", "log_loss_high": "high"}
"""Figures that the gate's document has under another name."""


class Promotion:
    """The promotions of one run."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._registry = stage, registry_of(stage)
        self._decision = read_json(stage.paths.decision)
        self._tuning, self._states = (
            read_json(stage.paths.tuning),
            read_json(stage.paths.training)["states"],
        )

    def apply(self, role: str) -> dict[str, Any]:
        """Bring a role up to date and return `decision`, `refit` and the `champion` after both."""
        decision = self._decision["roles"].get(role)
        before = self._before(role)
        refit = None
        if decision and decision["promoted"]:
            contender = _contender(decision, decision["promoted"])
            self._registry.promote(role, self._of_recipe(role, contender))
        elif before is not None and before.family in self._states.get("standing", {}):
            refit = self._refit(role, before)
        if decision:
            self._name_challenger(role, decision)
        champion = self._registry.champion(role)
        return {"decision": decision, "refit": refit, "champion": _told(champion) if champion else None}

    def _before(self, role: str) -> Card | None:
        """Return the champion as it was when the gate spoke, also where this run has moved it since."""
        key = self._decision["before"].get(role)
        known = [card for card in self._registry.champions(role) if card.tags["training_key"] == key]
        return known[0] if known else None

    def _refit(self, role: str, before: Card) -> dict[str, Any]:
        from pipeline.models.catalogue import FAMILIES
        from pipeline.selection.policy import declared_policy
        from pipeline.selection.refit import judge_refit

        family = FAMILIES[before.family]
        version = self._registered(role, family.name, "standing", REFIT, self._scored(family.name))
        after = next(card for card in self._registry.versions(role) if card.version == version)
        fixtures = self._features[~self._features["is_played"]]
        judged = judge_refit(
            self._old_forecasts(before, fixtures),
            family.restore(after.state()).forecast(fixtures),
            before.tags,
            after.tags,
            declared_policy().refit,
        )
        say(f"{role}: " + "; ".join(judged["reasons"]))
        if judged["passed"]:
            self._registry.promote(role, version)
        return dict(judged)

    def _old_forecasts(self, card: Card, fixtures: pd.DataFrame) -> np.ndarray:
        """Return what the champion so far says; nothing where today's code cannot read its fit."""
        import numpy as np

        from pipeline.models.catalogue import FAMILIES

        try:
            return FAMILIES[card.family].restore(card.state()).forecast(fixtures)
        except (PipelineError, LookupError, TypeError, ValueError):
            if card.tags["recipe"] == recipe_of(card.family, card.params).recipe_id:
                raise
            say(f"the fit of {card.family} so far is of other code and cannot be compared")
            return np.full((len(fixtures), 3), np.nan)

    def _name_challenger(self, role: str, decision: dict[str, Any]) -> None:
        """Keep the best recipe that did not become champion beside it."""
        best = challenger_of(decision)
        if best is not None:
            self._registry.challenge(role, self._of_recipe(role, best))

    def _of_recipe(self, role: str, contender: dict[str, Any]) -> int:
        """Register tonight's fit of a recipe that faced the gate, with the figures that the gate saw."""
        place = "standing" if contender["name"] == contender["family"] else "trials"
        told = {name: contender[_SEEN_AS.get(name, name)] for name in _FIGURES}
        figures = {name: float(value) for name, value in told.items() if value is not None}
        return self._registered(role, contender["family"], place, RECIPE, figures)

    def _registered(self, role: str, family: str, place: str, kind: str, figures: dict[str, float]) -> int:
        """Register a fit of tonight, whose recipe stands or is on trial, and return its version."""
        from pipeline.selection.tuning import Tuned

        found, rows = self._tuning[place][family], played(self._features)
        recipe = recipe_of(family, found["params"])
        tags = {
            "family": family,
            "role": role,
            "kind": kind,
            "recipe": recipe.recipe_id,
            "code": recipe.code,
            "training_key": f"{self._stage.run_id}.{family}.{place}.{kind}",
            "trained_from": rows["kick_off_at"].min().isoformat(),
            "trained_until": self._stage.cut_off_at.isoformat(),
            "matches_count": str(len(rows)),
            "intake": intake_of(self._stage).digest,
            "revision": self._stage.current_run.revision,
            **Tuned(**{**found, "params": recipe.params}).tags(),
        }
        say(f"registering {family} as {kind} of the role {role}")
        return self._registry.log(
            role,
            family,
            self._states[place][family],
            metrics=figures,
            tags=tags,
            params=recipe.params,
        )

    def _scored(self, family: str) -> dict[str, float]:
        rows = self._scores[self._scores["scope"].eq("all") & self._scores["family"].eq(family)]
        return {
            name: float(rows[name].iloc[0]) for name in _FIGURES if len(rows) and rows[name].notna().all()
        }

    @cached_property
    def _features(self) -> pd.DataFrame:
        from pipeline.archive.tables import read_table

        return read_table(self._stage.paths.features)

    @cached_property
    def _scores(self) -> pd.DataFrame:
        from pipeline.archive.tables import read_table

        return read_table(self._stage.paths.scores)


def challenger_of(decision: dict[str, Any]) -> dict[str, Any] | None:
    """Return the best contender that is not champion after the decision; None where none has a score."""
    spoken = (decision["promoted"], decision["champion"])
    others = [
        each for each in decision["contenders"] if each["name"] not in spoken and each["log_loss"] is not None
    ]
    return min(others, key=lambda each: (each["log_loss"], each["name"]), default=None)


def _contender(decision: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in decision["contenders"] if each["name"] == name)


def _told(card: Card) -> dict[str, Any]:
    names = (
        "family",
        "kind",
        "recipe",
        "trained_from",
        "trained_until",
        "matches_count",
        "profile",
        "revision",
    )
    return {name: card.tags[name] for name in names} | {"params": card.params}
