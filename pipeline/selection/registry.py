"""The model registry: every fitted model with its card, and for each role the alias whose forecasts count.

MLflow keeps runs and versions in a database, one registered model a role; a model's state is a JSON file in
the data root, never a pickle, so that loading a model runs no code. One writer at a time. Version numbers and
run ids stay in here: what a page may show of a model is its `published_card`.

The alias `champion` is what counts. Who was champion before is noted in tags that are only ever added, each
before the alias moves, so that a writer killed at any moment leaves either the old champion or the new one,
and a history that names both.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.domain.errors import RegistryError
from pipeline.features.catalogue import SETTINGS
from pipeline.selection.card import REQUIRED_TAGS, Card, digest_of_state, faults_of, published_card
from pipeline.selection.registry_store import experiment_of, open_store

__all__ = ["REQUIRED_TAGS", "Card", "Registry", "model_name", "published_card"]

CHAMPION, CHALLENGER = "champion", "challenger"
_STATE_FILE = "model/state.json"
_SIBLING_TAGS = ("intake", "trained_until")
_NOTED = "champion."
_FINDABLE = re.compile(r"[\w.:+ -]+")


def model_name(role: str) -> str:
    """Return the name of a role's registered model. Raises RegistryError for an unknown role.

    >>> model_name("anchored")
    'touchline-anchored'
    """
    if role not in SETTINGS:
        raise RegistryError(f"there is no role {role!r}; there are {', '.join(SETTINGS)}")
    return f"touchline-{role}"


class Registry:
    """The registry of one data root; opened on first use, which creates the database where there is none.

    address: an SQLite file, or an SQLAlchemy address such as postgresql://user@host/name. artifacts: folder
    of the states. owner: name of the data root, by which a database at an address refuses a second one.
    """

    def __init__(self, address: str | Path, artifacts: Path, *, owner: str = "") -> None:
        self._address, self._artifacts, self._owner = address, artifacts, owner

    def log(
        self,
        role: str,
        family: str,
        state: Mapping[str, Any],
        *,
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        params: Mapping[str, Any],
    ) -> int:
        """Register a fitted model and return its version within the role.

        tags: `training_key` names the training; a second call with the same key returns the version of the
        first, so a run repeated after a kill doubles nothing. state: JSON-able, no NaN. metrics: a number
        that is not finite is left out. Raises RegistryError where the state is not JSON or `training_key` is
        missing.
        """
        if not tags.get("training_key"):
            raise RegistryError(f"{family}: a model cannot be registered without a training_key")
        known = self._versions(role, training_key=tags["training_key"])
        if known:
            return known[0].version
        text = _json_of(family, state)
        scores = {name: float(value) for name, value in sorted(metrics.items()) if math.isfinite(value)}
        run = self._client.create_run(self._experiment_id, run_name=family, tags=dict(tags))
        self._log_numbers(run.info.run_id, params, scores)
        self._client.log_text(run.info.run_id, text, _STATE_FILE)
        self._client.set_terminated(run.info.run_id)
        marks = {
            **tags,
            "family": family,
            "role": role,
            "state_sha256": digest_of_state(text),
            "params": json.dumps(dict(params), sort_keys=True),
            "metrics": json.dumps(scores, sort_keys=True),
        }
        self._model(role)
        created = self._client.create_model_version(
            model_name(role), source=f"{run.info.artifact_uri}/model", run_id=run.info.run_id, tags=marks
        )
        return int(created.version)

    def champion(self, role: str) -> Card | None:
        """Return the model whose forecasts are published in a role, None before the first promotion."""
        return self._aliased(role, CHAMPION)

    def challenger(self, role: str) -> Card | None:
        """Return the candidate of a role, None where there is none."""
        return self._aliased(role, CHALLENGER)

    def promote(self, role: str, version: int) -> None:
        """Make a version the champion of its role; promoting the champion changes nothing.

        The champion before is noted, and a challenger that becomes champion is none any more. Raises
        RegistryError for an unknown version and for one that can not be champion: a tag of REQUIRED_TAGS is
        missing, its profile is not the one it was tuned in, or its state is not what was registered.
        """
        card = self._card_of(role, version)
        faults = faults_of(card)
        if faults:
            raise RegistryError(f"{card.name} cannot be champion: {'; '.join(faults)}")
        card.state()
        before = self._aliases(role).get(CHAMPION)
        if before != version:
            if before is not None:
                self._note(role, before)
            self._client.set_registered_model_alias(model_name(role), CHAMPION, str(version))
        self._note(role, version)
        if self._aliases(role).get(CHALLENGER) == version:
            self._client.delete_registered_model_alias(model_name(role), CHALLENGER)

    def challenge(self, role: str, version: int) -> None:
        """Make a version the challenger of its role. Raises RegistryError for an unknown version."""
        self._card_of(role, version)
        self._client.set_registered_model_alias(model_name(role), CHALLENGER, str(version))

    def champions(self, role: str) -> tuple[Card, ...]:
        """Return the champions so far, newest first, each as often as it was promoted."""
        numbers = [number for _, number in self._noted(role)]
        present = self._aliases(role).get(CHAMPION)
        if present is not None and numbers[-1:] != [present]:
            numbers.append(present)
        cards = {number: self._card_of(role, number) for number in set(numbers)}
        return tuple(cards[number] for number in reversed(numbers))

    def bring_back(self, role: str, steps: int = 1) -> Card:
        """Make an earlier champion the champion again and return it; that is noted like any promotion.

        steps: 1 for the one before the present one, 2 for the one before that; one that was champion several
        times counts once, by its last time. Raises RegistryError where there is none so far back.
        """
        champions = self.champions(role)
        earlier = list({card.version: card for card in champions if card.version != champions[0].version})
        if not 1 <= steps <= len(earlier):
            raise RegistryError(
                f"{role}: there are {len(earlier)} earlier champions, {steps} cannot be undone"
            )
        self.promote(role, earlier[steps - 1])
        return self._card_of(role, earlier[steps - 1])

    def versions(self, role: str) -> tuple[Card, ...]:
        """Return all registered models of a role, the newest first."""
        return self._versions(role)

    def siblings(self, card: Card) -> dict[str, Card]:
        """Return the newest model of every family, of any role, trained on the same intake as `card`."""
        shared = {name: card.tags[name] for name in _SIBLING_TAGS if name in card.tags}
        found = [each for role in SETTINGS for each in reversed(self._versions(role, **shared))]
        return {each.family: each for each in found}

    def sibling(self, card: Card, family: str) -> Card:
        """Return the newest model of another family trained on the same intake as `card`.

        Raises RegistryError where there is none.
        """
        found = self.siblings(card)
        if family not in found:
            raise RegistryError(f"no {family} model was trained together with the champion {card.family}")
        return found[family]

    def _log_numbers(self, run_id: str, params: Mapping[str, Any], scores: Mapping[str, float]) -> None:
        from mlflow.entities import Metric, Param

        metrics = [Metric(name, score, timestamp=0, step=0) for name, score in scores.items()]
        texts = [Param(name, str(value)) for name, value in sorted(params.items())]
        self._client.log_batch(run_id, metrics=metrics, params=texts)

    def _aliased(self, role: str, alias: str) -> Card | None:
        version = self._aliases(role).get(alias)
        return None if version is None else self._card_of(role, version)

    def _aliases(self, role: str) -> dict[str, int]:
        aliases = self._model(role).aliases
        return {name: int(version) for name, version in aliases.items()}

    def _note(self, role: str, version: int) -> None:
        """Add a version to the history, unless it is its last entry already."""
        noted = self._noted(role)
        if not noted or noted[-1][1] != version:
            place = noted[-1][0] + 1 if noted else 1
            self._client.set_registered_model_tag(model_name(role), f"{_NOTED}{place:06d}", str(version))

    def _noted(self, role: str) -> list[tuple[int, int]]:
        """Return place and version of every entry of the history, oldest first."""
        tags = self._model(role).tags.items()
        return sorted((int(name.removeprefix(_NOTED)), int(v)) for name, v in tags if name.startswith(_NOTED))

    def _model(self, role: str) -> Any:
        """Return the registered model of a role, which is made where there is none."""
        name = model_name(role)
        if not self._client.search_registered_models(f"name = '{name}'"):
            self._client.create_registered_model(name)
        return self._client.get_registered_model(name)

    def _card_of(self, role: str, version: int) -> Card:
        from mlflow.exceptions import MlflowException

        try:
            return self._card(role, self._client.get_model_version(model_name(role), str(version)))
        except MlflowException:
            raise RegistryError(f"there is no {role} model version {version}") from None

    def _versions(self, role: str, **tags: str) -> tuple[Card, ...]:
        """Return the models of a role that have these tags, the newest first."""
        wanted = [f"name = '{model_name(role)}'"]
        for name, value in tags.items():
            if not _FINDABLE.fullmatch(value):
                raise RegistryError(f"no model can be found by {name} {value!r}")
            wanted.append(f"tags.`{name}` = '{value}'")
        found = self._client.search_model_versions(" and ".join(wanted), order_by=["version_number DESC"])
        return tuple(self._card(role, each) for each in found)

    def _card(self, role: str, version: Any) -> Card:
        tags = {str(name): str(value) for name, value in version.tags.items()}
        params, metrics = json.loads(tags.pop("params")), json.loads(tags.pop("metrics"))
        path = self._artifacts / version.run_id / "artifacts" / _STATE_FILE
        return Card(role, int(version.version), tags["family"], tags, params, path, metrics)

    @cached_property
    def _experiment_id(self) -> str:
        return experiment_of(self._client, self._artifacts)

    @cached_property
    def _client(self) -> Any:
        self._artifacts.mkdir(parents=True, exist_ok=True)
        return open_store(self._address, self._artifacts, self._owner)


def _json_of(family: str, state: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(state), sort_keys=True, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise RegistryError(f"{family}: the state is not JSON: {error}") from error
