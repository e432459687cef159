"""How many numbers a fitted model has: by this the gate calls one recipe simpler than another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_CHOSEN = frozenset({"params"})
"""What was chosen and not fitted."""

_TREE_NUMBERS = re.compile(r"^(?:leaf_value|threshold)=(.*)$", re.MULTILINE)


def complexity_of(state: Mapping[str, Any]) -> int:
    """Count the numbers in a model's state: parameters, ratings, and of trees every threshold and leaf.

    >>> complexity_of({"params": {"ridge": 20}, "weights": [0.4, 0.6], "base": 0.1, "columns": ["elo"]})
    3
    >>> complexity_of({"trees": "Tree=0\\nthreshold=1 2\\nleaf_value=0.1 0.2 0.3\\nTree=1\\nleaf_value=0"})
    6
    """
    return sum(_count(value) for name, value in state.items() if name not in _CHOSEN)


def _count(value: Any) -> int:
    if isinstance(value, Mapping):
        return complexity_of(value)
    if isinstance(value, list | tuple):
        return sum(_count(each) for each in value)
    if isinstance(value, str):
        return sum(len(found.split()) for found in _TREE_NUMBERS.findall(value))
    return int(isinstance(value, int | float) and not isinstance(value, bool))
