"""Ratings as the pages show them: one number a club, after its last match. Nothing here feeds a model."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.features.elo import EloRatings
from pipeline.features.history import history_of, replay


def current_elo(matches: pd.DataFrame, divisions: Mapping[str, Division]) -> pd.DataFrame:
    """Return each club's Elo rating after its last match: columns `club_id`, `elo`, sorted by club."""
    ratings = EloRatings(history_of(matches, matches.iloc[:0], divisions))
    replay(ratings.history, ratings.predict, ratings.learn)
    clubs = sorted(ratings.clubs)
    values = [ratings.clubs[club_id][0] for club_id in clubs]
    return pd.DataFrame({"club_id": pd.Series(clubs, dtype="str"), "elo": pd.Series(values, dtype="float64")})
