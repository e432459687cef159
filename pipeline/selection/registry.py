"""The model registry: every fitted model with its recipe, and the alias that says whose forecasts count.

MLflow keeps runs and versions in SQLite; a model's state is a JSON file beside it, never a pickle, so that
loading a model runs no code. One writer at a time. Version numbers and run ids stay in here: what a page may
show of a model are the tags of its card.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.domain.errors import RegistryError
from pipeline.selection.registry_schema import lay_out

MODEL_NAME = "touchline"
CHAMPION, PREVIOUS = "champion", "previous"

_EXPERIMENT = "touchline"
_STATE_FILE = "model/state.json"
_SIBLING_TAGS = ("intake", "trained_until")


@dataclass(frozen=True)
class Card:
    """One registered model. `version` and `path` are the registry's own affair and never published.

    tags: family, training_key, trained_until and what else the training wrote. params: its hyper-parameters.
    tuned_params: those of every family trained together with it, by family, where there are any.
    """

    version: int
    family: str
    tags: dict[str, str]
    params: dict[str, Any]
    path: Path
    tuned_params: dict[str, dict[str, Any]] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        """Read the model's state.

        Raises RegistryError where the file is missing or is not the one that was registered.
        """
        if not self.path.is_file():
            raise RegistryError(f"the state of model {self.version} ({self.family}) is missing")
        text = self.path.read_text(encoding="utf-8")
        if _digest(text) != self.tags["state_sha256"]:
            raise RegistryError(
                f"the state of model {self.version} ({self.family}) is not what was registered"
            )
        return dict(json.loads(text))


class Registry:
    """The registry of one data root; opened on first use, which creates the database where there is none."""

    def __init__(self, db: Path, artifacts: Path) -> None:
        self._db, self._artifacts = db, artifacts

    def log(
        self,
        family: str,
        state: Mapping[str, Any],
        *,
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        params: Mapping[str, Any],
    ) -> int:
        """Register a fitted model and return its version.

        tags: `training_key` names the training; a second call with the same key returns the version of the
        first, so a run repeated after a kill doubles nothing. state: JSON-able, no NaN.
        Raises RegistryError where the state is not JSON or `training_key` is missing.
        """
        if not tags.get("training_key"):
            raise RegistryError(f"{family}: a model cannot be registered without a training_key")
        known = self._versions(training_key=tags["training_key"])
        if known:
            return known[0].version
        text = _json_of(family, state)
        marks = {
            **tags,
            "family": family,
            "state_sha256": _digest(text),
            "params": json.dumps(dict(params), sort_keys=True),
        }
        run = self._client.create_run(self._experiment_id, run_name=family, tags=dict(tags))
        for name, value in sorted(params.items()):
            self._client.log_param(run.info.run_id, name, value)
        for name, value in sorted(metrics.items()):
            self._client.log_metric(run.info.run_id, name, value)
        self._client.log_text(run.info.run_id, text, _STATE_FILE)
        self._client.set_terminated(run.info.run_id)
        created = self._client.create_model_version(
            MODEL_NAME, source=f"{run.info.artifact_uri}/model", run_id=run.info.run_id, tags=marks
        )
        return int(created.version)

    def champion(self) -> Card | None:
        """Return the model whose forecasts are published, None before the first promotion."""
        return self._aliased(CHAMPION)

    def previous(self) -> Card | None:
        """Return the champion before the present one, None where there was none."""
        return self._aliased(PREVIOUS)

    def promote(self, version: int) -> None:
        """Make a version the champion and remember the one before; promoting the champion changes nothing.

        Raises RegistryError for an unknown version.
        """
        if version not in {card.version for card in self.versions()}:
            raise RegistryError(f"there is no model version {version} to promote")
        before = self._aliases().get(CHAMPION)
        if before == version:
            return
        if before is not None:
            self._client.set_registered_model_alias(MODEL_NAME, PREVIOUS, str(before))
        self._client.set_registered_model_alias(MODEL_NAME, CHAMPION, str(version))

    def versions(self) -> tuple[Card, ...]:
        """Return all registered models, the newest first."""
        return self._versions()

    def siblings(self, card: Card) -> dict[str, Card]:
        """Return the newest model of every family trained on the same intake as `card`, itself among them."""
        shared = {name: card.tags[name] for name in _SIBLING_TAGS if name in card.tags}
        return {found.family: found for found in reversed(self._versions(**shared))}

    def sibling(self, card: Card, family: str) -> Card:
        """Return the newest model of another family trained on the same intake as `card`.

        Raises RegistryError where there is none.
        """
        shared = {name: card.tags[name] for name in _SIBLING_TAGS if name in card.tags}
        found = self._versions(family=family, **shared)
        if not found:
            raise RegistryError(f"no {family} model was trained together with the champion {card.family}")
        return found[0]

    def _aliased(self, alias: str) -> Card | None:
        version = self._aliases().get(alias)
        found = [card for card in self.versions() if card.version == version]
        if not found:
            return None
        card = found[0]
        shared = {name: card.tags[name] for name in _SIBLING_TAGS if name in card.tags}
        together = {each.family: each.params for each in reversed(self._versions(**shared)) if each.params}
        return Card(
            card.version, card.family, card.tags, card.params, card.path, {**together, **_own_params(card)}
        )

    def _aliases(self) -> dict[str, int]:
        aliases = self._client.get_registered_model(MODEL_NAME).aliases
        return {name: int(version) for name, version in aliases.items()}

    def _versions(self, **tags: str) -> tuple[Card, ...]:
        found = self._client.search_model_versions(f"name = '{MODEL_NAME}'", order_by=["version_number DESC"])
        cards = [self._card(version) for version in found]
        wanted = tags.items()
        return tuple(card for card in cards if all(card.tags.get(name) == value for name, value in wanted))

    def _card(self, version: Any) -> Card:
        tags = {str(name): str(value) for name, value in version.tags.items()}
        params = json.loads(tags.pop("params"))
        path = self._artifacts / version.run_id / "artifacts" / _STATE_FILE
        return Card(int(version.version), tags["family"], tags, params, path)

    @cached_property
    def _experiment_id(self) -> str:
        known = self._client.get_experiment_by_name(_EXPERIMENT)
        if known is not None:
            return str(known.experiment_id)
        return str(
            self._client.create_experiment(_EXPERIMENT, artifact_location=self._artifacts.absolute().as_uri())
        )

    @cached_property
    def _client(self) -> Any:
        self._db.parent.mkdir(parents=True, exist_ok=True)
        self._artifacts.mkdir(parents=True, exist_ok=True)
        lay_out(self._db)
        return _opened(f"sqlite:///{self._db.absolute()}")


def _opened(address: str) -> Any:
    """Return a client of the database, with the registered model in it; MLflow's notices are kept quiet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        client = MlflowClient(tracking_uri=address, registry_uri=address)
        if not client.search_registered_models(f"name = '{MODEL_NAME}'"):
            client.create_registered_model(MODEL_NAME)
    return client


def _own_params(card: Card) -> dict[str, dict[str, Any]]:
    return {card.family: card.params} if card.params else {}


def _json_of(family: str, state: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(state), sort_keys=True, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise RegistryError(f"{family}: the state is not JSON: {error}") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
