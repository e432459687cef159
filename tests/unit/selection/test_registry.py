"""The registry: what is logged comes back, once, and one alias a role says whose forecasts are published.

Everything here is asked of SQLite and of PostgreSQL alike.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain.errors import RegistryError
from pipeline.selection.card import REQUIRED_TAGS
from pipeline.selection.registry import Card, Registry, model_name
from tests.unit.selection.postgres_server import create_database, running_postgres

ROLE = "anchored"
_numbers = count()


@dataclass(frozen=True)
class Opened:
    """A registry, its address, and what it answered before anything was logged."""

    registry: Registry
    address: str
    first_champion: Card | None
    first_versions: tuple[Card, ...]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One database for the module, since creating it takes seconds; every test logs under keys of its own."""
    folder = tmp_path_factory.mktemp("registry")
    if request.param == "sqlite":
        yield _opened(str(folder / "registry.db"), folder)
        return
    with running_postgres() as server:
        yield _opened(create_database(server, "registry"), folder)


def _opened(address: str, folder: Path) -> Opened:
    registry = Registry(address, folder / "artifacts", owner="tiny")
    return Opened(registry, address, registry.champion(ROLE), registry.versions(ROLE))


@pytest.fixture
def registry(opened: Opened) -> Registry:
    return opened.registry


def tags_of(key: str, **changed: str) -> dict[str, str]:
    """Return every tag that training gives, for a model of a night of its own."""
    return {
        "kind": "recipe",
        "recipe": "0a1b2c3d4e5f",
        "training_key": key,
        "trained_from": "2015-08-07T18:30:00+00:00",
        "trained_until": "2026-03-01T00:00:00+00:00",
        "matches_count": "4000",
        "intake": key.split(".")[0],
        "seed": "7",
        "profile": "smoke",
        "tuning_seconds": "1.5",
        "revision": "0a1b2c3d",
    } | changed


def log(
    registry: Registry,
    key: str = "",
    family: str = "lightgbm",
    *,
    role: str = ROLE,
    params: dict[str, float] | None = None,
    **changed: Any,
) -> int:
    key = key or f"night{next(_numbers)}.{family}"
    state = {"rates": [1.5, 1.2], "key": key}
    scores = {"log_loss": 1.0, "gap": float("nan")}
    return registry.log(
        role, family, state, metrics=scores, tags=tags_of(key, **changed), params=params or {}
    )


def promoted(registry: Registry, version: int, role: str = ROLE) -> Card:
    registry.promote(role, version)
    card = registry.champion(role)
    assert card is not None
    return card


def numbers(cards: tuple[Card, ...]) -> list[int]:
    return [card.version for card in cards]


def test_a_new_registry_has_no_champion(opened: Opened) -> None:
    assert opened.first_champion is None
    assert opened.first_versions == ()


def test_a_logged_model_comes_back_with_its_card(registry: Registry) -> None:
    version = log(registry, "state.lightgbm", params={"half_life": 2.5})
    card = promoted(registry, version)
    assert card.state() == {"rates": [1.5, 1.2], "key": "state.lightgbm"}
    assert (card.role, card.family, card.params) == (ROLE, "lightgbm", {"half_life": 2.5})
    assert card.metrics == {"log_loss": 1.0}
    assert card.tags.items() >= tags_of("state.lightgbm").items()


def test_every_role_has_models_and_a_champion_of_its_own(registry: Registry) -> None:
    anchored, independent = log(registry), log(registry, family="poisson", role="independent")
    promoted(registry, anchored)
    assert promoted(registry, independent, "independent").family == "poisson"
    assert promoted(registry, anchored).family == "lightgbm"
    assert {card.family for card in registry.versions("independent")} == {"poisson"}
    assert registry.champion("memory") is None
    assert registry.challenger("memory") is None


def test_an_unknown_role_is_refused(registry: Registry) -> None:
    for ask in (registry.champion, registry.versions, registry.champions, model_name):
        with pytest.raises(RegistryError, match="no role 'anchord'"):
            ask("anchord")


def test_the_aliases_stand_in_mlflow_as_champion_and_challenger(registry: Registry) -> None:
    champion, challenger = log(registry), log(registry)
    registry.promote(ROLE, champion)
    registry.challenge(ROLE, challenger)
    model = registry._client.get_registered_model("touchline-anchored")
    assert {name: int(version) for name, version in model.aliases.items()} == {
        "champion": champion,
        "challenger": challenger,
    }


def test_a_challenger_that_becomes_champion_is_none_any_more(registry: Registry) -> None:
    first, second = log(registry), log(registry)
    registry.promote(ROLE, first)
    registry.challenge(ROLE, second)
    challenger = registry.challenger(ROLE)
    assert challenger is not None
    assert challenger.version == second
    registry.promote(ROLE, second)
    assert registry.challenger(ROLE) is None


def test_the_same_training_is_registered_once(registry: Registry) -> None:
    first = log(registry, "once.lightgbm")
    known = len(registry.versions(ROLE))
    assert log(registry, "once.lightgbm") == first
    assert len(registry.versions(ROLE)) == known


def test_the_champions_so_far_are_kept_newest_first(registry: Registry) -> None:
    before = numbers(registry.champions(ROLE))
    new = [log(registry) for _ in range(3)]
    for version in new:
        registry.promote(ROLE, version)
    assert numbers(registry.champions(ROLE)) == [*reversed(new), *before]


def test_promoting_the_champion_again_changes_nothing(registry: Registry) -> None:
    version = log(registry)
    registry.promote(ROLE, version)
    before = registry.champions(ROLE)
    registry.promote(ROLE, version)
    assert registry.champions(ROLE) == before


def test_each_of_the_last_champions_can_be_brought_back(registry: Registry) -> None:
    first, second, third = (log(registry) for _ in range(3))
    for version in (first, second, third):
        registry.promote(ROLE, version)
    assert registry.bring_back(ROLE, 2).version == first
    champion = registry.champion(ROLE)
    assert champion is not None
    assert champion.version == first
    assert numbers(registry.champions(ROLE))[:4] == [first, third, second, first]
    assert registry.bring_back(ROLE).version == third
    assert registry.bring_back(ROLE, 2).version == second


def test_nobody_can_be_brought_back_from_before_the_first_champion(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="memory: there are 0 earlier champions"):
        registry.bring_back("memory")
    for steps in (0, 1000):
        with pytest.raises(RegistryError, match="earlier champions"):
            registry.bring_back(ROLE, steps)


@pytest.mark.parametrize("killed_in", ["set_registered_model_alias", "set_registered_model_tag"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_promotion_cut_short_leaves_one_champion_and_is_made_good_by_the_next(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, killed_in: str, place: int
) -> None:
    first, second = log(registry), log(registry)
    registry.promote(ROLE, first)
    before = numbers(registry.champions(ROLE))
    _die_at_call(monkeypatch, registry, killed_in, place)
    with contextlib.suppress(KeyboardInterrupt):
        registry.promote(ROLE, second)
    monkeypatch.undo()
    champion = registry.champion(ROLE)
    assert champion is not None
    assert champion.version in (first, second)
    assert numbers(registry.champions(ROLE))[0] == champion.version
    registry.promote(ROLE, second)
    assert numbers(registry.champions(ROLE)) == [second, *before]


def _die_at_call(monkeypatch: pytest.MonkeyPatch, registry: Registry, name: str, place: int) -> None:
    real, calls = getattr(registry._client, name), count()

    def dies(*arguments: Any) -> Any:
        if next(calls) == place:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(registry._client, name, dies)


def test_a_champion_named_by_hand_in_mlflow_counts_and_is_noted(registry: Registry) -> None:
    first, second, third = (log(registry) for _ in range(3))
    registry.promote(ROLE, first)
    registry._client.set_registered_model_alias(model_name(ROLE), "champion", str(second))
    assert numbers(registry.champions(ROLE))[:2] == [second, first]
    registry.promote(ROLE, third)
    assert numbers(registry.champions(ROLE))[:3] == [third, second, first]


def test_an_unknown_version_cannot_be_promoted(registry: Registry) -> None:
    for ask in (registry.promote, registry.challenge):
        with pytest.raises(RegistryError, match="no anchored model version 9999"):
            ask(ROLE, 9999)


@pytest.mark.parametrize(
    "tag", sorted(set(REQUIRED_TAGS) - {"family", "role", "training_key", "state_sha256"})
)
def test_a_champion_without_a_required_tag_is_refused(registry: Registry, tag: str) -> None:
    sound = promoted(registry, log(registry))
    with pytest.raises(RegistryError, match=f"cannot be champion: without the tags {tag}"):
        registry.promote(ROLE, log(registry, **{tag: ""}))
    assert registry.champion(ROLE) == sound


def test_a_champion_of_another_kind_is_refused(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="its kind guess is none of recipe, refit"):
        registry.promote(ROLE, log(registry, kind="guess"))
    assert promoted(registry, log(registry, kind="refit")).tags["kind"] == "refit"


def test_a_card_that_says_production_of_a_smaller_search_is_refused(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="production demands 40 trials, its search had 2"):
        registry.promote(ROLE, log(registry, profile="production", trials_count="2"))
    with pytest.raises(RegistryError, match="huge"):
        registry.promote(ROLE, log(registry, profile="huge"))
    assert promoted(registry, log(registry, profile="production", trials_count="40")).version


def test_another_process_sees_the_same(opened: Opened, registry: Registry) -> None:
    card = promoted(registry, log(registry))
    again = Registry(opened.address, registry._artifacts, owner="tiny")
    assert again.champion(ROLE) == card
    assert again.champions(ROLE) == registry.champions(ROLE)


def test_a_sibling_is_the_newest_model_of_another_family_of_the_same_training(registry: Registry) -> None:
    log(registry, "old.poisson", "poisson", role="independent")
    log(registry, "night.poisson", "poisson", role="independent")
    sibling = log(registry, "night.poisson.again", "poisson", role="independent")
    card = promoted(registry, log(registry, "night.lightgbm"))
    log(registry, "new.poisson", "poisson", role="independent")
    assert registry.sibling(card, "poisson").version == sibling
    assert set(registry.siblings(card)) == {"poisson", "lightgbm"}
    with pytest.raises(RegistryError, match="no memory_boost model"):
        registry.sibling(card, "memory_boost")


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_state_that_is_not_what_was_registered_is_refused_and_never_champion(
    registry: Registry, harm: str
) -> None:
    version = log(registry)
    card = next(card for card in registry.versions(ROLE) if card.version == version)
    if harm == "changed":
        card.path.write_text(json.dumps({"rates": [9.0]}), encoding="utf-8")
    else:
        card.path.unlink()
    reason = "not what was registered" if harm == "changed" else "is missing"
    with pytest.raises(RegistryError, match=reason):
        card.state()
    with pytest.raises(RegistryError, match=reason):
        registry.promote(ROLE, version)


def test_a_state_that_is_not_json_is_refused_before_anything_is_written(registry: Registry) -> None:
    known = len(registry.versions(ROLE))
    for value in (float("nan"), {1, 2}):
        with pytest.raises(RegistryError, match="not JSON"):
            registry.log(ROLE, "lightgbm", {"a": value}, metrics={}, tags={"training_key": "bad"}, params={})
    assert len(registry.versions(ROLE)) == known


def test_a_model_without_a_training_key_is_refused(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="training_key"):
        registry.log(ROLE, "lightgbm", {}, metrics={}, tags={}, params={})


def test_nothing_is_pickled(registry: Registry) -> None:
    log(registry)
    names = {path.name for path in registry._artifacts.rglob("*") if path.is_file()}
    assert names == {"state.json"}


def test_a_data_root_that_was_moved_keeps_its_models_and_logs_where_it_is_now(
    opened: Opened, registry: Registry, tmp_path: Path
) -> None:
    moved = Registry(opened.address, tmp_path / "artifacts", owner="tiny")
    version = log(moved)
    assert promoted(moved, version).path.is_relative_to(tmp_path)
    assert promoted(registry, log(registry)).state()
