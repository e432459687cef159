"""The families by name: yardsticks and ours. Adding a family is one module, one line here and one card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipeline.models import (
    anchored_blend,
    anchored_logit,
    base_rates,
    closing_line,
    dixon_coles,
    elo_logit,
    filter_logit,
    lightgbm,
    market,
    memory_blend,
    memory_boost,
    memory_logit,
    poisson,
    ratings_logit,
)
from pipeline.models.base import Forecaster
from pipeline.models.search import SearchSpace, search_spaces, suggested


@dataclass(frozen=True)
class Family:
    """One family. A yardstick is never a candidate.

    setting: the most that the family may see, see `pipeline.features.catalogue.SETTINGS`; build: a forecaster
    from parameters ({} takes the defaults), ModelError for one it does not have; restore: one from a state;
    space: the bounds of what can be tuned, None where there is nothing.
    """

    name: str
    title: str
    is_yardstick: bool
    setting: str
    build: Callable[[Mapping[str, Any]], Forecaster]
    restore: Callable[[Mapping[str, Any]], Forecaster]
    space: SearchSpace | None = None

    @property
    def suggest(self) -> Callable[[Any], dict[str, Any]] | None:
        """Return what draws parameters from an Optuna trial, None where there is nothing to tune."""
        return partial(suggested, self.space) if self.space else None

    @property
    def is_anchored(self) -> bool:
        """Tell whether the family reads the early price of the match."""
        return self.setting == "anchored"


def _family(name: str, title: str, setting: str, kind: Any, *, is_yardstick: bool = False) -> Family:
    space = search_spaces().get(name)
    return Family(name, title, is_yardstick, setting, kind, kind.restored, space)


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        _family("base_rates", "Base rates", "independent", base_rates.BaseRates, is_yardstick=True),
        _family("market", "Early market", "anchored", market.Market, is_yardstick=True),
        _family("elo_logit", "Elo", "independent", elo_logit.EloLogit),
        _family("dixon_coles", "Dixon-Coles", "independent", dixon_coles.DixonColes),
        _family("poisson", "Poisson goals", "independent", poisson.Poisson),
        _family("filter", "State-space filter", "independent", filter_logit.FilterLogit),
        _family("ratings_logit", "All ratings", "independent", ratings_logit.RatingsLogit),
        _family("memory_logit", "Ratings and past prices", "memory", memory_logit.MemoryLogit),
        _family("memory_boost", "Taught by past prices", "memory", memory_boost.MemoryBoost),
        _family("memory_blend", "Blend with past prices", "memory", memory_blend.MemoryBlend),
        _family("closing_line", "Predicted closing line", "anchored", closing_line.ClosingLine),
        _family("anchored_logit", "Recalibrated market", "anchored", anchored_logit.AnchoredLogit),
        _family("anchored_blend", "Blend on the market", "anchored", anchored_blend.AnchoredBlend),
        _family("lightgbm", "Boosted market", "anchored", lightgbm.LightGbm),
    )
}
