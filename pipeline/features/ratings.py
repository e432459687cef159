"""Ratings as the pages show them: one number a club, after its last match. Nothing here feeds a model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.features.elo import MAIN, ratings_of
from pipeline.features.history import history_of


def current_elo(matches: pd.DataFrame, divisions: Mapping[str, Division]) -> pd.DataFrame:
    """Return each club's Elo rating after its last match: columns `club_id`, `elo`, sorted by club."""
    history = history_of(matches, matches.iloc[:0], divisions)
    _, ratings = ratings_of(history, MAIN)
    has_played = np.isfinite(ratings)
    clubs = [name for name, known in zip(history.clubs, has_played, strict=True) if known]
    return pd.DataFrame({"club_id": pd.Series(clubs, dtype="str"), "elo": ratings[has_played]})
