"""The division's own numbers: its tier, and how often home win, draw and away win came up in it lately."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.domain.outcomes import SIDES
from pipeline.features.compiled import compiled
from pipeline.features.history import Floats, History, Ints

MEMORY = 1500
"""Matches a rate remembers: about four seasons of a division."""
TYPICAL = (0.45, 0.27, 0.28)
TYPICAL_COUNT = 100
"""The start rates count as this many matches, which is all a division's first season begins with."""


def context_features(history: History) -> pd.DataFrame:
    """Return `tier` and `division_rate_*` before each row."""
    outcomes = history.frame["outcome"].to_numpy(dtype="float64")
    rates = _walk(history.events, history.division, outcomes, len(history.divisions))
    columns = {f"division_rate_{side}": rates[:, place] for place, side in enumerate(SIDES)}
    return pd.DataFrame({"tier": history.tier.astype("float64"), **columns})


@compiled
def _walk(events: Ints, division: Ints, outcomes: Floats, count: int) -> Floats:
    out = np.full((len(outcomes), 3), np.nan)
    seen = np.full(count, TYPICAL_COUNT)
    rates = np.empty((count, 3))
    for place in range(count):
        rates[place] = np.array(TYPICAL)
    for event in events:
        if event >= 0:
            out[event] = rates[division[event]]
            continue
        place = division[~event]
        seen[place] = min(seen[place] + 1, MEMORY)
        for outcome in range(3):
            came = 1.0 if outcomes[~event] == outcome else 0.0
            rates[place, outcome] += (came - rates[place, outcome]) / seen[place]
    return out
