"""What the families without the match's own price learn from: every column of the catalogue they may see.

A pair of log expected goals, `<name>_log_home` and `<name>_log_away`, becomes supremacy and total, and for
the main ratings also the log ratios of their score grid, which is what an outcome depends on. A column that
is added to the catalogue is an input at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pandas as pd

from pipeline.features.catalogue import feature_columns, features_listed
from pipeline.models.base import Flags, Numbers
from pipeline.models.inputs import Inputs, grid_ratios, named, side_by_side

GRIDS = ("blend", "goals", "past_odds", "past_mixed")
"""The pairs whose score grid is read as well."""
_HOME, _AWAY = "_log_home", "_log_away"


def rating_inputs(features: pd.DataFrame, setting: str) -> Inputs:
    """Return the inputs that `setting` may see and that do not come from the match's own prices."""
    columns = feature_columns(setting)
    pairs = pairs_of(columns)
    of_pairs = {f"{pair}{side}" for pair in pairs for side in (_HOME, _AWAY)}
    by_group: dict[str, dict[str, Numbers | pd.Series]] = {}
    for name in columns:
        if name not in of_pairs:
            by_group.setdefault(group_of(name), {})[name] = features[name]
    for pair in pairs:
        by_group.setdefault(group_of(f"{pair}{_HOME}"), {}).update(_of_pair(features, pair))
    return side_by_side([named(values, group) for group, values in by_group.items()])


def pairs_of(columns: Sequence[str]) -> list[str]:
    """Return the names of the pairs of log expected goals among columns."""
    return [name.removesuffix(_HOME) for name in columns if name.endswith(_HOME)]


@cache
def groups_by_column() -> dict[str, str]:
    """Return the catalogue's group of every column."""
    return {feature.column: feature.group for feature in features_listed()}


def group_of(column: str) -> str:
    """Return the catalogue's group of a column."""
    return groups_by_column()[column]


def has_rating(features: pd.DataFrame, pair: str) -> Flags:
    """Tell which rows have the two log expected goals of a rating."""
    flags: Flags = features[[f"{pair}{_HOME}", f"{pair}{_AWAY}"]].notna().all(axis=1).to_numpy()
    return flags


def pair_inputs(features: pd.DataFrame, pair: str) -> Inputs:
    """Return the inputs of one rating alone."""
    return named(_of_pair(features, pair), group_of(f"{pair}{_HOME}"))


def _of_pair(features: pd.DataFrame, pair: str) -> dict[str, Numbers | pd.Series]:
    home, away = features[f"{pair}{_HOME}"], features[f"{pair}{_AWAY}"]
    values: dict[str, Numbers | pd.Series] = {f"{pair}_supremacy": home - away, f"{pair}_total": home + away}
    if pair in GRIDS:
        ratios = grid_ratios(features, pair)
        values |= {f"{pair}_ratio_home": ratios[:, 0], f"{pair}_ratio_away": ratios[:, 1]}
    return values
