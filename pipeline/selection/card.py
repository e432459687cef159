"""The card of a registered model: what must be known of it before its forecasts count, and what is published.

A card is read from the registry; nothing here opens one. `published_card` shows no number that the registry
gave out, so the same model has the same published card wherever it was registered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.domain.errors import RegistryError, SettingError
from pipeline.selection.profiles import trials_of

REQUIRED_TAGS = (
    "family",
    "role",
    "kind",
    "recipe",
    "training_key",
    "trained_from",
    "trained_until",
    "matches_count",
    "intake",
    "seed",
    "profile",
    "tuning_seconds",
    "revision",
    "state_sha256",
)
"""A model without one of these is never made champion."""
KINDS = ("recipe", "refit")
"""`recipe`: went through the gate or is the role's first; `refit`: the champion's recipe on newer data."""
SCORES = ("n", "log_loss", "log_loss_low", "log_loss_high", "gap", "gap_low", "gap_high")
"""The metrics that a published card shows, in nats but for the number of matches `n`."""


@dataclass(frozen=True)
class Card:
    """One registered model. `version` and `path` are the registry's own affair and never published.

    tags: REQUIRED_TAGS and what else the training wrote. params: its hyper-parameters. metrics: its
    walk-forward scores, see SCORES, those that are known.
    """

    role: str
    version: int
    family: str
    tags: dict[str, str]
    params: dict[str, Any]
    path: Path
    metrics: dict[str, float] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        """Read the model's state.

        Raises RegistryError where the file is missing or is not the one that was registered.
        """
        if not self.path.is_file():
            raise RegistryError(f"the state of {self.name} is missing")
        text = self.path.read_text(encoding="utf-8")
        if digest_of_state(text) != self.tags["state_sha256"]:
            raise RegistryError(f"the state of {self.name} is not what was registered")
        return dict(json.loads(text))

    @property
    def name(self) -> str:
        """Name the model in a message for the operator."""
        return f"{self.role} model {self.version} ({self.family})"


def digest_of_state(text: str) -> str:
    """Return the content hash of a state's file."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def faults_of(card: Card) -> list[str]:
    """Return why a model can not be champion, empty where it can."""
    missing = [name for name in REQUIRED_TAGS if not card.tags.get(name)]
    if missing:
        return [f"without the tags {', '.join(missing)}"]
    faults = []
    if card.tags["kind"] not in KINDS:
        faults.append(f"its kind {card.tags['kind']} is none of {', '.join(KINDS)}")
    return [*faults, *_false_profile(card.family, card.tags)]


def _false_profile(family: str, tags: Mapping[str, str]) -> list[str]:
    """Say where a card names a profile that its search did not have: fewer trials than that profile demands.

    No trial at all is honest: there was nothing to tune, or too short a past to tune on.
    """
    profile, trials = tags["profile"], int(tags.get("trials_count", "0"))
    try:
        demanded = trials_of(profile, family)
    except SettingError as error:
        return [str(error)]
    if 0 < trials < demanded:
        return [f"its profile {profile} demands {demanded} trials, its search had {trials}"]
    return []


def published_card(card: Card) -> dict[str, Any]:
    """Return what may be shown of a model, JSON-able; None for what is not known.

    training: first and last instant and the number of matches fitted on; data: the hash of the intake's
    manifest; scores: see SCORES, of the walk-forward; code: recipe and revision; tuning: profile, seed,
    seconds and number of trials, and the hash of what was searched on.
    """
    tags = card.tags
    return {
        "role": card.role,
        "family": card.family,
        "kind": tags.get("kind"),
        "params": dict(card.params),
        "training": {
            "from": tags.get("trained_from"),
            "until": tags.get("trained_until"),
            "matches_count": _whole(tags.get("matches_count")),
        },
        "data": tags.get("intake"),
        "scores": {name: card.metrics.get(name) for name in SCORES},
        "code": {"recipe": tags.get("recipe"), "revision": tags.get("revision")},
        "tuning": {
            "profile": tags.get("profile"),
            "seed": _whole(tags.get("seed")),
            "seconds": float(tags["tuning_seconds"]) if tags.get("tuning_seconds") else None,
            "trials_count": _whole(tags.get("trials_count")),
            "data": tags.get("tuning_data"),
        },
        "state": tags.get("state_sha256"),
    }


def _whole(text: str | None) -> int | None:
    return int(text) if text else None
