"""The model cards as text: each forecaster in its own words, and what its fitted model was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

_SETTINGS = {"yardstick": "only compared with"}


@dataclass(frozen=True)
class ModelCard:
    """One forecaster. trained: of the model kept with the champion's, empty where none is kept."""

    name: str
    title: str
    setting: str
    is_champion: bool
    lines: tuple[tuple[str, str], ...]


def model_cards_of(tables: PublishedTables, run: RunFacts) -> tuple[ModelCard, ...]:
    """Return the card of every forecaster in the order of the table."""
    return tuple(_card(record, run) for record in records_of(tables.model_cards))


def _card(record: Mapping[str, Any], run: RunFacts) -> ModelCard:
    lines = {
        "Sees": record["sees"],
        "How it works": record["works"],
        "Parameters": record["parameters"],
        "Cost": record["cost"],
        "Silent": record["silent"],
        "Trained": _trained(record),
    }
    return ModelCard(
        name=record["family"],
        title=record["title"],
        setting=_SETTINGS.get(record["setting"], record["setting"]),
        is_champion=record["family"] == run.champion_family,
        lines=tuple(lines.items()),
    )


def _trained(record: Mapping[str, Any]) -> str:
    if formats.is_missing(record["matches_count"]):
        return "No model is kept: fitted anew where it is needed, or left out for want of data."
    until = formats.instant_text(record["trained_until"])
    return f"On {formats.count(record['matches_count'])} matches until {until}."
