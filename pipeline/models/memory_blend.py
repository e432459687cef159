"""The two families with a memory of past prices, averaged in log space with weights learnt on the past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pipeline.models.memory_boost import MemoryBoost
from pipeline.models.memory_logit import MemoryLogit
from pipeline.models.stack import Makers, Stack

FAMILY = "memory_blend"


class MemoryBlend(Stack):
    """Weighs the outcome logit and the trees taught on closing prices."""

    family = FAMILY
    components: ClassVar[Mapping[str, Makers]] = {
        "memory_logit": (MemoryLogit, MemoryLogit.restored),
        "memory_boost": (MemoryBoost, MemoryBoost.restored),
    }
    usual_weights = (0.5, 0.5)
    defaults: ClassVar[Mapping[str, float]] = {"years_held_out": 1.0, "weight_ridge": 30.0}
