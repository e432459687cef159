"""The model cards: what each family sees, how it works, its parameters, its cost and where it is silent."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Card:
    """One sentence or two on each; plain text, shown as it is."""

    sees: str
    works: str
    parameters: str
    cost: str
    silent: str


@cache
def model_cards() -> dict[str, Card]:
    """Return the card of every family by name, in the order of the data file."""
    text = files("pipeline.models").joinpath("cards.toml").read_text(encoding="utf-8")
    return {name: Card(**card) for name, card in tomllib.loads(text).items()}
