"""How many numbers a fitted model is made of: what the gate means by simpler."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_LEAVES = re.compile(r"^(?:leaf_value|threshold)=(.*)$", re.MULTILINE)


def complexity_of(state: Any) -> int:
    """Count the fitted numbers in a model's state: every number, and every leaf and split of LightGBM's text.

    state: JSON-able, as `Forecaster.state` returns it.

    >>> complexity_of({"rho": -0.05, "attack": {"a": 0.1, "b": 0.2}, "name": "x"})
    3
    """
    if isinstance(state, Mapping):
        return sum(complexity_of(each) for each in state.values())
    if isinstance(state, list | tuple):
        return sum(complexity_of(each) for each in state)
    if isinstance(state, str):
        return sum(len(line.split()) for line in _LEAVES.findall(state))
    return int(isinstance(state, int | float) and not isinstance(state, bool))
