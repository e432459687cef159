"""Which recipes stand: what the decisions of earlier runs left, and the models of the registry.

A recipe is a family with its hyper-parameters and the code of the day. The champions' recipes stand until the
gate replaces them; those of all other families are what the last search found for them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import read_json
from pipeline.tasks.fits import code_version
from pipeline.tasks.run import Run
from pipeline.tasks.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.archive.paths import DataRoot
    from pipeline.selection.recipe import Recipe
    from pipeline.selection.registry import Card, Registry

SEED = 20260801


def registry_in(data: DataRoot) -> Registry:
    """Return the model registry of a data root."""
    from pipeline.selection.registry import Registry

    return Registry(data.registry_db, data.registry_artifacts, owner=data.source)


def registry_of(stage: Stage) -> Registry:
    """Return the model registry of the stage's data root."""
    return registry_in(stage.data)


def champions_of(stage: Stage) -> dict[str, Card]:
    """Return the champion of every role that has one, the leading one first.

    One whose family has left the catalogue is none.
    """
    from pipeline.models.catalogue import FAMILIES
    from pipeline.selection.roles import ROLES

    registry = registry_of(stage)
    found = {role: registry.champion(role) for role in ROLES}
    return {role: card for role, card in found.items() if card is not None and card.family in FAMILIES}


def own_families() -> list[str]:
    """Return the families that can be champion in any role."""
    from pipeline.selection.roles import ROLES, families_of

    return [name for role in ROLES for name in families_of(role)]


def settled_params(family: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with the family's defaults filled in, so that equal recipes read alike."""
    from pipeline.models.catalogue import FAMILIES

    return dict(getattr(FAMILIES[family].build(params), "params", params))


def recipe_of(family: str, params: Mapping[str, Any]) -> Recipe:
    """Return a recipe of today's code."""
    from pipeline.selection.recipe import Recipe

    return Recipe(family, settled_params(family, params), code_version())


def last_decision(stage: Stage) -> dict[str, Any] | None:
    """Return the decision document of the last run before this one, None before the first."""
    own, names = stage.current_run, [path.stem for path in stage.data.decisions.glob("*.json")]
    runs = [Run.from_id(name) for name in names if name != stage.run_id]
    earlier = [run for run in runs if run.as_of <= own.as_of]
    if not earlier:
        return None
    newest = max(earlier, key=lambda run: (run.as_of, run.attempt))
    return dict(read_json(stage.data.decision(newest.run_id)))


def standing_recipes(stage: Stage) -> dict[str, dict[str, Any]]:
    """Return by family the recipe that the last decision left: its parameters and how they were found."""
    decision = last_decision(stage)
    return dict(decision["standing"]) if decision else {}


def last_search_at(stage: Stage) -> datetime | None:
    """Return when new recipes were last looked for, None before the first time."""
    decision = last_decision(stage)
    at = decision["last_search_at"] if decision else None
    return datetime.fromisoformat(at) if at else None
