"""The filter on what happened: one rating on the blend, and its siblings on other observations and speeds.

The constants were tuned on outcomes of 2014/15 to 2021/22 of the real feed. Nothing here reads a price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.features.filter import NUMBERS, Speeds, filtered
from pipeline.features.history import Floats, History
from pipeline.features.observation import NOISE_GOALS, Blend, blended, red_card_factors, rescaled

BLEND = Blend(weights=(0.40, 0.22, 0.21, 0.18), noise=0.15)
SPEEDS = Speeds()


@dataclass(frozen=True)
class Variant:
    """One sibling of the filter: what it observes, and by how much faster its strengths drift."""

    blend: Blend
    drift: float = 1.0

    @property
    def speeds(self) -> Speeds:
        """Return the speeds of the main filter with the daily variance multiplied by the drift."""
        return SPEEDS._replace(daily_variance=SPEEDS.daily_variance * self.drift)


VARIANTS = {
    "goals": Variant(Blend((1.0, 0.0, 0.0, 0.0), NOISE_GOALS)),
    "on_target": Variant(Blend((0.0, 1.0, 0.0, 0.0), 0.27)),
    "shots": Variant(Blend((0.0, 0.39, 0.61, 0.0), 0.15)),
    "off_target": Variant(Blend((0.0, 0.0, 1.0, 0.0), 0.17)),
    "corners": Variant(Blend((0.0, 0.0, 0.0, 1.0), 0.22)),
    "blend_fast": Variant(BLEND, drift=12.0),
    "blend_slow": Variant(BLEND, drift=0.2),
}


@dataclass(frozen=True)
class Strengths:
    """The columns of the filters, and what residual form needs of the main one.

    surprises: (n,) observed minus expected goal difference of each played row.
    """

    columns: pd.DataFrame
    surprises: Floats


def strengths_of(history: History) -> Strengths:
    """Return the filters' columns before each row, and the surprises of the main filter."""
    numbers, factors = rescaled(history), red_card_factors(history)[:, None]
    observed, noise = blended(numbers, BLEND)
    blend = pd.DataFrame(filtered(history, SPEEDS, (observed,), (noise * factors,)), columns=list(NUMBERS))
    columns = {
        "expected_home_goals": np.exp(blend["log_home"]),
        "expected_away_goals": np.exp(blend["log_away"]),
        **{name: blend[name] for name in NUMBERS[2:]},
        "blend_log_home": blend["log_home"],
        "blend_log_away": blend["log_away"],
    }
    for name, variant in VARIANTS.items():
        other, other_noise = blended(numbers, variant.blend)
        logs = filtered(history, variant.speeds, (other,), (other_noise * factors,))
        columns |= {f"{name}_log_home": logs[:, 0], f"{name}_log_away": logs[:, 1]}
    expected = np.exp(blend[["log_home", "log_away"]].to_numpy())
    surprises = (observed[:, 0] - observed[:, 1]) - (expected[:, 0] - expected[:, 1])
    return Strengths(pd.DataFrame(columns, dtype="float64"), surprises)
