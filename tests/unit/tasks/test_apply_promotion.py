"""Which registered model the chosen family's name means, on nights with and without training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.archive.atomic import write_json
from pipeline.domain.errors import RegistryError
from pipeline.tasks import stage
from pipeline.tasks.settings import load_settings
from pipeline.tasks.training import ApplyPromotion, registry_of

RUN_ID = "20260424T1904Z-publish-0a1b2c3d-1"


@pytest.fixture
def applying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ApplyPromotion:
    """The stage over an empty data root."""
    settings = replace(load_settings(), source="tiny", data_root=tmp_path)
    monkeypatch.setattr(stage, "load_settings", lambda: settings)
    return ApplyPromotion(RUN_ID)


def trained(applying: ApplyPromotion) -> dict[str, int]:
    """Register a model of each of our families, fitted on the same intake."""
    registry = registry_of(applying)
    shared = {"intake": "ab", "trained_until": "2026-04-20T03:10:00+00:00"}
    return {
        name: registry.log(
            name, {"fitted": name}, metrics={}, tags={**shared, "training_key": f"night.{name}"}, params={}
        )
        for name in ("poisson", "lightgbm")
    }


def apply(applying: ApplyPromotion, family: str | None, versions: dict[str, int]) -> str:
    write_json(applying.paths.decision, {"family": family, "reasons": ["no family has a score"]})
    write_json(applying.paths.training, {"versions": versions})
    applying.work()
    champion = registry_of(applying).champion()
    assert champion is not None
    return champion.family


def test_the_better_family_becomes_champion_on_a_night_without_training_too(
    applying: ApplyPromotion,
) -> None:
    versions = trained(applying)
    assert apply(applying, "lightgbm", versions) == "lightgbm"
    assert apply(applying, "poisson", {}) == "poisson"


def test_a_night_without_scores_keeps_the_champion(applying: ApplyPromotion) -> None:
    versions = trained(applying)
    assert apply(applying, "lightgbm", versions) == "lightgbm"
    assert apply(applying, None, {}) == "lightgbm"


def test_a_first_night_without_scores_fails_with_the_reason(applying: ApplyPromotion) -> None:
    with pytest.raises(RegistryError, match="no family has a score"):
        apply(applying, None, trained(applying))
