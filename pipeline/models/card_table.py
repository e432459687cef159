"""The model cards as a table: the words of `cards.toml` beside what was fitted, its numbers among it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipeline.models.cards import model_cards
from pipeline.models.catalogue import FAMILIES

YARDSTICK = "yardstick"
_MOST_ENTRIES = 100
_LONGEST_TEXT = 100
_DIGITS = 6


@dataclass(frozen=True)
class Fitted:
    """A fitted model: its state, how many matches it was trained on and until when."""

    state: Mapping[str, Any]
    matches_count: int
    trained_until: datetime


def card_table(fitted: Mapping[str, Fitted]) -> pd.DataFrame:
    """Return one row a family of the catalogue, in its order; columns are those of `model_cards`.

    fitted: models by family. The columns of a family that is not among them are empty where they are about
    what was fitted.
    """
    rows = [_row(name, fitted.get(name)) for name in FAMILIES]
    return pd.DataFrame(rows).astype(
        {
            "fitted": "str",
            "matches_count": "Int64",
            "trained_until": pd.DatetimeTZDtype("us", "UTC"),
        }
    )


def _row(name: str, model: Fitted | None) -> dict[str, Any]:
    family = FAMILIES[name]
    return {
        "family": name,
        "title": family.title,
        "setting": YARDSTICK if family.is_yardstick else family.setting,
        **vars(model_cards()[name]),
        "fitted": json.dumps(outlined(model.state), sort_keys=True) if model else None,
        "matches_count": model.matches_count if model else None,
        "trained_until": model.trained_until if model else None,
    }


def outlined(value: Any) -> Any:
    """Return a model's state with numbers of six digits, and with trees and long lists of names counted.

    >>> outlined({"rho": -0.05312345678, "clubs": {str(each): 0 for each in range(700)}})
    {'rho': -0.0531235, 'clubs': '700 entries'}
    """
    if isinstance(value, Mapping):
        if len(value) > _MOST_ENTRIES:
            return f"{len(value)} entries"
        return {name: outlined(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [outlined(each) for each in value]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value.count('Tree=')} trees"
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
