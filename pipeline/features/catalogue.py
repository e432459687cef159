"""Which feature columns there are, who may see them, and from when on they are known.

A *setting* says what a forecast may read: `independent` no price at all, `memory` also the prices of past
matches, `anchored` also the early prices of the match itself. Each column names the least setting that may
see it. Columns are listed in `catalogue.csv`; nothing here computes one.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SETTINGS = ("independent", "memory", "anchored")
"""From the least to the most that may be seen."""


@dataclass(frozen=True)
class Feature:
    """One column: its group for explanations, the least setting that may see it, and since when it is known.

    known_from: `day_before` (before the UTC day of the match begins) or `early_price` (when the early prices
    were collected, `early_at` of the quotes).
    """

    column: str
    group: str
    setting: str
    known_from: str
    description: str


@cache
def features_listed() -> tuple[Feature, ...]:
    """Return every feature in the order of the catalogue."""
    rows = csv.DictReader(_text("catalogue.csv").splitlines())
    return tuple(Feature(**row) for row in rows)


@cache
def feature_columns(setting: str = "anchored") -> tuple[str, ...]:
    """Return the columns a forecast of this setting may see, in the order of the catalogue.

    Raises KeyError for an unknown setting.

    >>> "market_home" in feature_columns("memory"), "elo_difference" in feature_columns("independent")
    (False, True)
    """
    if setting not in SETTINGS:
        raise KeyError(f"no setting {setting!r}; there are {', '.join(SETTINGS)}")
    allowed = SETTINGS[: SETTINGS.index(setting) + 1]
    return tuple(feature.column for feature in features_listed() if feature.setting in allowed)


@cache
def features_version() -> str:
    """Return the version of the feature table: a digest of the code and the tables that make it.

    Any change of a column, a constant or a rule gives another version.
    """
    digest = hashlib.sha256()
    sources = [each for each in files("pipeline.features").iterdir() if each.name.endswith((".py", ".csv"))]
    for source in sorted(sources, key=lambda each: each.name):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _text(name: str) -> str:
    return files("pipeline.features").joinpath(name).read_text(encoding="utf-8")
