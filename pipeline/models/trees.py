"""Two boosted regressions, one for each log ratio to the draw: what the families taught on prices share.

The trees learn a move away from log ratios that are already there. Deterministic: one thread, fixed seed,
trees kept as LightGBM's own text. A missing number goes the way LightGBM's trees send it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from pipeline.models.base import Numbers
from pipeline.models.explain import Contributions, split_of
from pipeline.models.inputs import Inputs

SETTINGS: Mapping[str, Any] = {
    "objective": "regression",
    "num_leaves": 15,
    "min_data_in_leaf": 300,
    "lambda_l2": 20.0,
    "feature_fraction": 0.4,
    "learning_rate": 0.06,
    "seed": 20260701,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "feature_pre_filter": False,
    "verbosity": -1,
}


class PairOfTrees:
    """A regression of (n, 2) moves."""

    def __init__(self, boosters: tuple[Any, Any]) -> None:
        self.boosters = boosters

    @classmethod
    def grown(
        cls, inputs: Inputs, moves: Numbers, weights: Numbers, *, rounds: int, settings: Mapping[str, Any]
    ) -> Self:
        """Return the trees of (n, k) inputs and (n, 2) moves; `settings` stand above SETTINGS."""
        import lightgbm

        used = {**SETTINGS, **settings}
        first = lightgbm.Dataset(
            inputs.values, label=moves[:, 0], weight=weights, params=used, free_raw_data=False
        )
        home = lightgbm.train(used, first, num_boost_round=rounds)
        first.set_label(moves[:, 1])
        away = lightgbm.train(used, first, num_boost_round=rounds)
        return cls((home, away))

    def moves(self, inputs: Inputs) -> Numbers:
        """Return the (n, 2) moves expected of rows."""
        threads = int(SETTINGS["num_threads"])
        sides = [booster.predict(inputs.values, num_threads=threads) for booster in self.boosters]
        return np.stack(sides, axis=1)

    def explained(self, inputs: Inputs) -> Contributions:
        """Return LightGBM's own split of the moves, summed over each group."""
        threads = int(SETTINGS["num_threads"])
        sides = [
            np.asarray(booster.predict(inputs.values, pred_contrib=True, num_threads=threads))
            for booster in self.boosters
        ]
        return split_of(np.stack(sides, axis=2), inputs)

    def state(self) -> list[str]:
        """Return the trees as text."""
        return [booster.model_to_string() for booster in self.boosters]

    @classmethod
    def restored(cls, state: list[str]) -> Self:
        """Return the trees of a text."""
        import lightgbm

        home, away = (lightgbm.Booster(model_str=text) for text in state)
        return cls((home, away))
