"""How far a season still is from telling much, and the ratings' verdicts weighted by it.

Ratings carry over a summer of transfers: in the first matches their verdicts count for less, or for more
where they were cautious. The columns let a linear family learn by how much.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MATCHES = 5.0
"""The weight falls to 1/e over so many matches."""


def season_start_features(form: pd.DataFrame, strengths: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """Return `season_start`, 1 before the first match of the season of either club and falling to 0, and the
    log supremacies of the main filter and of the mixed memory of prices times it.
    """
    played = form[["season_matches_home", "season_matches_away"]].min(axis=1)
    weight = np.exp(-played / MATCHES)
    blend = strengths["blend_log_home"] - strengths["blend_log_away"]
    mixed = past["past_mixed_log_home"] - past["past_mixed_log_away"]
    return pd.DataFrame(
        {
            "season_start": weight,
            "blend_supremacy_start": weight * blend,
            "past_mixed_supremacy_start": weight * mixed,
        }
    )
