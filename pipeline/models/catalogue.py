"""The families by name: yardsticks and ours. Adding a family is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.models import base_rates, dixon_coles, elo_logit, lightgbm, market, poisson
from pipeline.models.base import Forecaster


@dataclass(frozen=True)
class Family:
    """One family. A yardstick is never a candidate; an anchored family reads the early price.

    build: a forecaster from parameters ({} takes the defaults); restore: one from a state; suggest:
    parameters from an Optuna trial, None where there is nothing to tune.
    """

    name: str
    title: str
    is_yardstick: bool
    is_anchored: bool
    build: Callable[[Mapping[str, Any]], Forecaster]
    restore: Callable[[Mapping[str, Any]], Forecaster]
    suggest: Callable[[Any], dict[str, Any]] | None = None


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("base_rates", "Base rates", True, False, base_rates.BaseRates, base_rates.BaseRates.restored),
        Family("market", "Early market", True, True, market.Market, market.Market.restored),
        Family("poisson", "Poisson goals", False, False, poisson.Poisson, poisson.Poisson.restored),
        Family(
            "lightgbm",
            "Boosted market",
            False,
            True,
            lightgbm.LightGbm,
            lightgbm.LightGbm.restored,
            lightgbm.suggest,
        ),
        Family("elo_logit", "Elo", False, False, elo_logit.EloLogit, elo_logit.EloLogit.restored),
        Family(
            "dixon_coles",
            "Dixon-Coles",
            False,
            False,
            dixon_coles.DixonColes,
            dixon_coles.DixonColes.restored,
        ),
    )
}
