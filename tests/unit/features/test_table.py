"""The league table before a match, and what is at stake in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.features.history import history_of
from pipeline.features.table import table_features
from tests.unit.features.simulated_football import Football, simulated


@pytest.fixture(scope="module")
def football() -> Football:
    return simulated(seasons=3, unplayed=1)


@pytest.fixture(scope="module")
def told(football: Football) -> pd.DataFrame:
    return _told(football, football.matches)


def _told(football: Football, matches: pd.DataFrame) -> pd.DataFrame:
    history = history_of(matches, football.fixtures, football.divisions)
    return pd.concat([history.frame, table_features(history, np.ones(len(history)))], axis=1)


def _standings(matches: pd.DataFrame, before: pd.Timestamp) -> pd.DataFrame:
    rows = matches[matches["kick_off_at"].dt.floor("D") < before.floor("D")]
    home = rows[["home_id", "home_goals", "away_goals"]].set_axis(["club", "own", "other"], axis=1)
    away = rows[["away_id", "away_goals", "home_goals"]].set_axis(["club", "own", "other"], axis=1)
    both = pd.concat([home, away])
    both["points"] = np.select([both["own"] > both["other"], both["own"] == both["other"]], [3, 1], 0)
    both["difference"] = both["own"] - both["other"]
    table = both.groupby("club")[["points", "difference", "own"]].sum()
    return table.sort_values(["points", "difference", "own"], ascending=False)


def test_positions_are_those_of_the_table_of_earlier_days(football: Football, told: pd.DataFrame) -> None:
    season = (football.matches["division"] == "AR1") & (football.matches["season"] == 2021)
    rows = told[(told["division"] == "AR1") & (told["season"] == 2021)].iloc[-20:]
    for row in rows.to_dict("records"):
        table = _standings(football.matches[season], row["kick_off_at"])
        for side in ("home", "away"):
            mine = table.loc[row[f"{side}_id"]]
            is_ahead = table.apply(tuple, axis=1) > tuple(mine)
            assert row[f"table_position_{side}"] == 1 + is_ahead.sum()


def test_before_the_first_match_there_is_no_position(told: pd.DataFrame) -> None:
    first = told[told["season"] == 2021].groupby("home_id").head(1)
    assert first["table_position_home"].isna().any()
    assert told.loc[0, ["table_position_home", "table_position_away"]].isna().all()


def test_the_phase_runs_from_zero_to_the_last_round(told: pd.DataFrame) -> None:
    season = told[(told["division"] == "AR1") & (told["season"] == 2021)]
    assert season["phase"].iloc[0] == 0.0
    assert season["phase"].iloc[-1] == pytest.approx(17 / 18)


def test_stakes_are_silent_until_the_last_eight_rounds(told: pd.DataFrame) -> None:
    stakes = told[[name for name in told if name.startswith("stakes_")]]
    early = told["phase"] < 10 / 18
    assert (stakes[early] == 0).all(axis=None)
    assert (stakes[told["phase"] > 12 / 18] != 0).any().all()


def test_the_last_round_is_the_last_of_the_season(told: pd.DataFrame) -> None:
    season = told[(told["division"] == "AR2") & (told["season"] == 2021)]
    assert season["stakes_last_round"].sum() == 5
    assert season["stakes_last_round"].iloc[-1] == 1.0


def _swept(football: Football) -> pd.DataFrame:
    """Return matches where the club with the lower number always wins, so the order is known."""
    is_home = football.matches["home_id"] < football.matches["away_id"]
    goals = {"home_goals": is_home.astype("int64"), "away_goals": (~is_home).astype("int64")}
    return football.matches.assign(**goals, outcome=np.where(is_home, 0, 2))


def test_a_champion_with_more_points_than_rivals_can_win_has_nothing_to_play_for(football: Football) -> None:
    rows = _told(football, _swept(football))
    ends = rows[(rows["season"] == 2021) & (rows["stakes_last_round"] == 1)]
    is_first = ends[["home_id", "away_id"]].apply(lambda names: names.str.endswith("-00"))
    nearest = ends[["stakes_nearest_home", "stakes_nearest_away"]].to_numpy()[is_first.to_numpy()]
    # 17 wins are 51 points and the second has at most 48: a gap of 3 or more with 3 still to win
    assert len(nearest) == 2
    assert (nearest >= 1.0).all()


def test_the_last_of_the_table_stands_in_a_relegation_place(football: Football) -> None:
    rows = _told(football, _swept(football))
    late = rows[(rows["season"] == 2021) & (rows["stakes_supremacy_late"] > 0)]
    assert (late.loc[late["home_id"].str.endswith("-09"), "stakes_relegation_home"] == 1).all()
    assert (late.loc[late["away_id"].str.endswith("-00"), "stakes_relegation_away"] == 0).all()


def test_rows_still_to_come_do_not_tell_how_long_a_season_is(football: Football, told: pd.DataFrame) -> None:
    first_half = football.matches[football.matches["kick_off_at"] < pd.Timestamp("2021-10-01", tz="UTC")]
    none = football.fixtures.head(0)
    history = history_of(first_half, none, football.divisions)
    part = table_features(history, np.ones(len(history)))
    whole = told.iloc[: len(part)][list(part.columns)]
    pd.testing.assert_frame_equal(part, whole, check_exact=True)
