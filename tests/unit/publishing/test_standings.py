"""League tables from results."""

from __future__ import annotations

import pandas as pd

from pipeline.publishing.standings import league_standings


def results(*scores: tuple[str, int, int, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "division": "AR1",
            "season": 2025,
            "home": [home for home, *_ in scores],
            "away": [away for *_, away in scores],
            "home_id": [f"x.{home.lower()}" for home, *_ in scores],
            "away_id": [f"x.{away.lower()}" for *_, away in scores],
            "home_goals": [goals for _, goals, _, _ in scores],
            "away_goals": [goals for _, _, goals, _ in scores],
        }
    )


def test_three_points_a_win_and_one_a_draw() -> None:
    table = league_standings(results(("Ayr", 2, 0, "Bex"), ("Bex", 1, 1, "Ayr"))).set_index("club")
    assert table.loc["Ayr", ["played", "won", "drawn", "lost", "points"]].tolist() == [2, 1, 1, 0, 4]
    assert table.loc["Bex", ["goals_for", "goals_against", "points"]].tolist() == [1, 3, 1]


def test_equal_points_are_split_by_difference_then_goals_then_name() -> None:
    table = league_standings(
        results(("Ayr", 3, 0, "Dun"), ("Bex", 2, 0, "Dun"), ("Cor", 4, 2, "Dun"), ("Abo", 2, 0, "Dun"))
    )
    assert table["club"].tolist() == ["Ayr", "Cor", "Abo", "Bex", "Dun"]
    assert table["position"].tolist() == [1, 2, 3, 4, 5]


def test_no_results_give_an_empty_table() -> None:
    assert league_standings(results()).empty
