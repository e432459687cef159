"""The early market moved by what the closing line will say and by what outcomes say beyond it.

P is proportional to early * exp(w1 * predicted move + w2 * outcome correction); the two weights are learnt
where both had not looked. The usual weights are those that the seasons 2020/21 and 2021/22 gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from pipeline.models.anchored_logit import AnchoredLogit
from pipeline.models.closing_line import ClosingLine
from pipeline.models.explain import Contributions
from pipeline.models.labels import early_ratios
from pipeline.models.stack import Makers, Stack

FAMILY = "anchored_blend"


class AnchoredBlend(Stack):
    """Weighs the predicted closing line and the anchored outcome logit."""

    family = FAMILY
    components: ClassVar[Mapping[str, Makers]] = {
        "closing_line": (ClosingLine, ClosingLine.restored),
        "anchored_logit": (AnchoredLogit, AnchoredLogit.restored),
    }
    usual_weights = (0.8, 0.5)

    def start(self, features: pd.DataFrame) -> Contributions:
        """Return the early market."""
        return Contributions(np.zeros(2), {"market": early_ratios(features)})
