"""The registry: what is logged comes back, once, and one alias says whose forecasts are published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.domain.errors import RegistryError
from pipeline.selection.registry import Card, Registry


@dataclass(frozen=True)
class Opened:
    """A registry, and what it answered before anything was logged."""

    registry: Registry
    first_champion: Card | None
    first_versions: tuple[Card, ...]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """One database for the module, since creating it takes seconds; every test logs under keys of its own."""
    folder = tmp_path_factory.mktemp("registry")
    registry = Registry(folder / "registry.db", folder / "artifacts")
    return Opened(registry, registry.champion(), registry.versions())


@pytest.fixture
def registry(opened: Opened) -> Registry:
    return opened.registry


def log(
    registry: Registry, key: str, family: str = "poisson", *, params: dict[str, float] | None = None
) -> int:
    tags = {"training_key": key, "intake": key.split(".")[0], "trained_until": "2026-03-01T00:00:00+00:00"}
    return registry.log(
        family, {"rates": [1.5, 1.2], "key": key}, metrics={"log_loss": 1.0}, tags=tags, params=params or {}
    )


def promoted(registry: Registry, version: int) -> Card:
    registry.promote(version)
    card = registry.champion()
    assert card is not None
    return card


def test_a_new_registry_has_no_champion(opened: Opened) -> None:
    assert opened.first_champion is None
    assert opened.first_versions == ()


def test_a_logged_state_comes_back(registry: Registry) -> None:
    card = promoted(registry, log(registry, "state.poisson", params={"half_life": 2.5}))
    assert card.state() == {"rates": [1.5, 1.2], "key": "state.poisson"}
    assert (card.family, card.params, card.tags["trained_until"]) == (
        "poisson",
        {"half_life": 2.5},
        "2026-03-01T00:00:00+00:00",
    )


def test_the_same_training_is_registered_once(registry: Registry) -> None:
    first = log(registry, "once.poisson")
    count = len(registry.versions())
    assert log(registry, "once.poisson") == first
    assert len(registry.versions()) == count


def test_a_promotion_remembers_the_champion_before(registry: Registry) -> None:
    first, second = log(registry, "before.poisson"), log(registry, "after.poisson")
    promoted(registry, first)
    assert promoted(registry, second).version == second
    previous = registry.previous()
    assert previous is not None
    assert previous.version == first


def test_promoting_the_champion_again_changes_nothing(registry: Registry) -> None:
    first, second = log(registry, "again1.poisson"), log(registry, "again2.poisson")
    for version in (first, second, second):
        promoted(registry, version)
    previous = registry.previous()
    assert previous is not None
    assert previous.version == first


def test_an_unknown_version_cannot_be_promoted(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="no model version 999"):
        registry.promote(999)


def test_another_process_sees_the_champion(registry: Registry, tmp_path: Path) -> None:
    card = promoted(registry, log(registry, "reopened.poisson"))
    again = Registry(registry._db, registry._artifacts).champion()
    assert again == card


def test_a_sibling_is_the_other_family_of_the_same_training(registry: Registry) -> None:
    log(registry, "old.poisson")
    sibling = log(registry, "night.poisson")
    card = promoted(registry, log(registry, "night.lightgbm", "lightgbm"))
    log(registry, "new.poisson")
    assert registry.sibling(card, "poisson").version == sibling
    with pytest.raises(RegistryError, match="no memory model"):
        registry.sibling(card, "memory")


def test_siblings_are_the_newest_of_every_family_of_the_same_training(registry: Registry) -> None:
    log(registry, "far.poisson")
    own = log(registry, "near.poisson")
    card = promoted(registry, log(registry, "near.lightgbm", "lightgbm"))
    siblings = registry.siblings(card)
    assert siblings["poisson"].version == own
    assert siblings["lightgbm"].version == card.version


def test_the_champion_knows_the_parameters_of_its_siblings(registry: Registry) -> None:
    log(registry, "tuned.lightgbm", "lightgbm", params={"num_leaves": 7})
    card = promoted(registry, log(registry, "tuned.poisson"))
    assert card.tuned_params == {"lightgbm": {"num_leaves": 7}}


def test_a_changed_state_is_refused(registry: Registry) -> None:
    card = promoted(registry, log(registry, "changed.poisson"))
    card.path.write_text(json.dumps({"rates": [9.0]}), encoding="utf-8")
    with pytest.raises(RegistryError, match="not what was registered"):
        card.state()


def test_a_missing_state_is_refused(registry: Registry) -> None:
    card = promoted(registry, log(registry, "missing.poisson"))
    card.path.unlink()
    with pytest.raises(RegistryError, match="missing"):
        card.state()


def test_a_state_that_is_not_json_is_refused_before_anything_is_written(registry: Registry) -> None:
    count = len(registry.versions())
    for value in (float("nan"), {1, 2}):
        with pytest.raises(RegistryError, match="not JSON"):
            registry.log("poisson", {"a": value}, metrics={}, tags={"training_key": "bad"}, params={})
    assert len(registry.versions()) == count


def test_a_model_without_a_training_key_is_refused(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="training_key"):
        registry.log("poisson", {}, metrics={}, tags={}, params={})


def test_nothing_is_pickled(registry: Registry) -> None:
    log(registry, "plain.poisson")
    names = {path.name for path in registry._artifacts.rglob("*") if path.is_file()}
    assert names == {"state.json"}
