"""The first matches of a season."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from pipeline.features.season_start import season_start_features


def _told(home_matches: float, away_matches: float) -> pd.Series:
    form = pd.DataFrame({"season_matches_home": [home_matches], "season_matches_away": [away_matches]})
    strengths = pd.DataFrame({"blend_log_home": [0.5], "blend_log_away": [0.1]})
    past = pd.DataFrame({"past_mixed_log_home": [0.4], "past_mixed_log_away": [0.6]})
    return season_start_features(form, strengths, past).iloc[0]


def test_before_the_first_match_the_verdicts_stand_in_full() -> None:
    assert _told(0, 0).tolist() == pytest.approx([1.0, 0.4, -0.2])


def test_the_club_with_fewer_matches_decides() -> None:
    assert _told(5, 9)["season_start"] == pytest.approx(math.exp(-1))
    assert _told(12, 0)["season_start"] == 1.0


def test_late_in_the_season_nothing_is_left() -> None:
    assert _told(30, 31).abs().max() < 0.003
