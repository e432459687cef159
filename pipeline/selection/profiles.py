"""Tuning profiles: how many trials a search may take, family by family, and which profile a source takes."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.domain.errors import SettingError

_SOURCES = "sources"
_OTHERS = "others"


@cache
def profile_names() -> tuple[str, ...]:
    """Return the profiles from the smallest to the largest."""
    return tuple(_document()["profiles"])


def trials_of(profile: str, family: str) -> int:
    """Return how many trials a profile of `profiles.toml` gives the search of a family.

    Raises SettingError for an unknown profile.

    >>> trials_of("smoke", "lightgbm")
    2
    """
    if profile not in profile_names():
        raise SettingError("tuning_profile", profile, f"is none of {', '.join(profile_names())}")
    budgets = _document()["profiles"][profile]
    return int(budgets.get(family, budgets[_OTHERS]))


def profile_of_source(source: str) -> str:
    """Return the profile that a source takes unless the settings name one.

    Raises SettingError for a source that the file does not know.

    >>> profile_of_source("football_data")
    'production'
    """
    chosen = _document()[_SOURCES]
    if source not in chosen:
        raise SettingError("source", source, f"profiles.toml knows {', '.join(chosen)}")
    return str(chosen[source])


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(files("pipeline.selection").joinpath("profiles.toml").read_text(encoding="utf-8"))
