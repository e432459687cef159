"""One search of a slow coin, run as a program so that a test can kill it: storage and profile."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from pipeline.models import catalogue
from pipeline.models.search import Bounds
from pipeline.selection.tuning import Tuned, tune

SLOWNESS_SECONDS = 0.0


class SlowCoin:
    """Gives the home side its one parameter, and takes its time."""

    family = "slow_coin"
    params: Mapping[str, float] = {"home": 0.4}

    def __init__(self, params: Mapping[str, float]) -> None:
        self.home = {**self.params, **params}["home"]

    def fit(self, features: pd.DataFrame) -> Self:
        time.sleep(SLOWNESS_SECONDS)
        return self

    def forecast(self, features: pd.DataFrame) -> np.ndarray:
        return np.tile([self.home, (1 - self.home) / 2, (1 - self.home) / 2], (len(features), 1))


def matches() -> pd.DataFrame:
    """Return two seasons of nine matches, a third to each outcome."""
    seasons, outcomes = np.repeat([2020, 2021], 9), np.tile([0.0, 1.0, 2.0], 6)
    days = pd.to_datetime([f"{season}-09-{10 + place % 9}T15:00Z" for place, season in enumerate(seasons)])
    ids = [f"m{place}" for place in range(18)]
    return pd.DataFrame(
        {"match_id": ids, "season": seasons, "outcome": outcomes, "kick_off_at": days, "is_played": True}
    ).astype({"match_id": "str"})


def search(
    storage: Path | str, *, profile: str = "production", progress: Callable[[str], None] = print
) -> Tuned:
    """Search as the tasks do; the coin stands in the catalogue while that takes."""
    family = catalogue.Family(
        "slow_coin", "Coin", False, "independent", SlowCoin, SlowCoin, {"home": Bounds(0.05, 0.9)}
    )
    catalogue.FAMILIES["slow_coin"] = family
    options: dict[str, Any] = {"before_season": 2022, "profile": profile, "seed": 7}
    try:
        return tune(
            "slow_coin", matches(), storage=storage, starts=[{"home": 0.6}], progress=progress, **options
        )
    finally:
        del catalogue.FAMILIES["slow_coin"]


if __name__ == "__main__":
    SLOWNESS_SECONDS = 0.05
    search(sys.argv[1], profile=sys.argv[2], progress=lambda line: print(line, flush=True))  # noqa: T201
