"""The card of a model: it tells of the search that was run, and shows no number that the registry gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain.errors import RegistryError
from pipeline.selection.card import (
    KINDS,
    REQUIRED_TAGS,
    Card,
    faults_of,
    published_card,
    search_tags,
)
from pipeline.selection.profiles import trials_of
from pipeline.selection.registry import Registry
from pipeline.selection.tuning import Tuned
from tests.unit.selection.killed_search import search

ROLE = "independent"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder = tmp_path_factory.mktemp("registry")
    return Registry(folder / "registry.db", folder / "artifacts")


def tags_of(key: str) -> dict[str, str]:
    """Return the tags that do not come from a search."""
    return {
        "kind": "recipe",
        "recipe": "0a1b2c3d4e5f",
        "training_key": key,
        "trained_from": "2015-08-07T18:30:00+00:00",
        "trained_until": "2026-03-01T00:00:00+00:00",
        "matches_count": "4000",
        "intake": "ab12",
        "revision": "0a1b2c3d",
    }


def champion(registry: Registry, key: str, tuned: dict[str, str], params: dict[str, Any]) -> Card:
    scores = {"log_loss": 1.01, "log_loss_low": 1.0, "log_loss_high": 1.02, "gap": 0.005, "n": 3000.0}
    version = registry.log(
        ROLE, "poisson", {"a": 1.5}, metrics=scores, tags=tags_of(key) | tuned, params=params
    )
    registry.promote(ROLE, version)
    card = registry.champion(ROLE)
    assert card is not None
    return card


def searched(folder: Path, profile: str) -> Tuned:
    return search(folder / "studies.log", profile=profile, progress=lambda line: None)


def test_a_published_card_tells_all_that_was_asked_for(registry: Registry, tmp_path: Path) -> None:
    tuned = searched(tmp_path, "smoke")
    card = champion(registry, "whole", tuned.tags(), tuned.params)
    assert published_card(card) == {
        "role": "independent",
        "family": "poisson",
        "kind": "recipe",
        "params": tuned.params,
        "training": {
            "from": "2015-08-07T18:30:00+00:00",
            "until": "2026-03-01T00:00:00+00:00",
            "matches_count": 4000,
        },
        "data": "ab12",
        "scores": {
            "n": 3000.0,
            "log_loss": 1.01,
            "log_loss_low": 1.0,
            "log_loss_high": 1.02,
            "gap": 0.005,
            "gap_low": None,
            "gap_high": None,
        },
        "code": {"recipe": "0a1b2c3d4e5f", "revision": "0a1b2c3d"},
        "tuning": {
            "profile": "smoke",
            "seed": 7,
            "seconds": pytest.approx(tuned.seconds, abs=0.06),
            "trials_count": 2,
            "data": tuned.data_digest,
        },
        "state": card.tags["state_sha256"],
    }
    assert json.loads(json.dumps(published_card(card), allow_nan=False)) == published_card(card)


def test_a_published_card_shows_no_version_and_no_run_of_the_registry(
    registry: Registry, tmp_path: Path
) -> None:
    tuned = searched(tmp_path, "smoke")
    first = champion(registry, "first", tuned.tags(), tuned.params)
    second = champion(registry, "second", tuned.tags(), tuned.params)
    assert first.version != second.version
    assert published_card(first) == published_card(second)
    run_id = second.path.parent.parent.parent.name
    assert run_id not in json.dumps(published_card(second))


def test_no_card_says_production_of_a_model_that_was_tuned_in_smoke(
    registry: Registry, tmp_path: Path
) -> None:
    smoke, production = searched(tmp_path, "smoke"), searched(tmp_path, "production")
    card = champion(registry, "smoke", smoke.tags(), smoke.params)
    assert published_card(card)["tuning"]["profile"] == "smoke"
    with pytest.raises(RegistryError, match="production demands 6 trials, its search had 2"):
        champion(registry, "false", smoke.tags() | {"profile": "production"}, smoke.params)
    assert registry.champion(ROLE) == card
    card = champion(registry, "production", production.tags(), production.params)
    assert published_card(card)["tuning"]["profile"] == "production"
    assert published_card(card)["tuning"]["trials_count"] == trials_of("production", "poisson")


def test_a_refit_tells_of_the_search_of_its_recipe(registry: Registry, tmp_path: Path) -> None:
    tuned = searched(tmp_path, "smoke")
    card = champion(registry, "recipe", tuned.tags(), tuned.params)
    refit = champion(registry, "refit", {**search_tags(card), "kind": "refit"}, card.params)
    assert refit.version != card.version
    assert published_card(refit) == {**published_card(card), "kind": "refit"}
    assert set(KINDS) == {"recipe", "refit"}


@pytest.mark.parametrize("tag", REQUIRED_TAGS)
def test_a_model_without_a_required_tag_can_not_be_champion(tag: str) -> None:
    tags = dict.fromkeys(REQUIRED_TAGS, "1") | {"kind": "refit", "profile": "demo"}
    assert faults_of(Card(ROLE, 1, "poisson", tags, {}, Path("nowhere"))) == []
    for lacking in ({**tags, tag: ""}, {name: value for name, value in tags.items() if name != tag}):
        faults = faults_of(Card(ROLE, 1, "poisson", lacking, {}, Path("nowhere")))
        assert faults == [f"without the tags {tag}"]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"kind": "guess"}, "its kind guess is none of recipe, refit"),
        ({"profile": "huge"}, "setting tuning_profile = 'huge': is none of smoke, demo, production"),
        ({"trials_count": "1"}, "its profile demo demands 3 trials, its search had 1"),
    ],
)
def test_a_model_that_was_not_made_as_its_card_says_can_not_be_champion(
    changed: dict[str, str], fault: str
) -> None:
    tags = dict.fromkeys(REQUIRED_TAGS, "1") | {"kind": "refit", "profile": "demo"} | changed
    assert faults_of(Card(ROLE, 1, "poisson", tags, {}, Path("nowhere"))) == [fault]


def test_what_a_card_does_not_know_is_none_and_not_invented() -> None:
    card = published_card(Card(ROLE, 1, "poisson", {}, {}, Path("nowhere")))
    known = {name: value for name, value in card.items() if value}
    assert known.pop("role") == ROLE
    assert known.pop("family") == "poisson"
    assert all(value is None for part in known.values() for value in part.values())


def test_a_search_and_the_registry_give_every_tag_that_training_does_not() -> None:
    given = {*tags_of("k"), *Tuned().tags(), "family", "role", "state_sha256"}
    assert given >= set(REQUIRED_TAGS)
