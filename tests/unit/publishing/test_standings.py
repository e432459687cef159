"""League tables from results, by the rules of their division."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pandas as pd
import pytest

from pipeline.domain.division import Division
from pipeline.domain.divisions import divisions_of
from pipeline.domain.rules import Deduction, Places, SeasonRules, season_formats
from pipeline.publishing.standings import deductions_of_nobody, league_standings

ON = date(2026, 4, 24)


def results(*scores: tuple[str, int, int, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "match_id": [f"m{number:04}" for number in range(len(scores))],
            "division": "AR1",
            "season": 2025,
            "kick_off_at": pd.date_range("2025-08-01", periods=len(scores), tz="UTC"),
            "home": [home for home, *_ in scores],
            "away": [away for *_, away in scores],
            "home_id": [f"x.{home.lower()}" for home, *_ in scores],
            "away_id": [f"x.{away.lower()}" for *_, away in scores],
            "home_goals": [goals for _, goals, _, _ in scores],
            "away_goals": [goals for _, _, goals, _ in scores],
        }
    )


def division(form: str = "double_round_robin", clubs: int | None = None, **changes: Any) -> Division:
    rules = SeasonRules(clubs, season_formats()[form], **changes)
    return replace(divisions_of("embedded")["AR1"], rules=rules, places=())


def table(*scores: tuple[str, int, int, str], by: Division | None = None, on: date = ON) -> pd.DataFrame:
    return league_standings(results(*scores), {"AR1": by or division()}, on=on).set_index("club")


def test_three_points_a_win_and_one_a_draw() -> None:
    standings = table(("Ayr", 2, 0, "Bex"), ("Bex", 1, 1, "Ayr"))
    assert standings.loc["Ayr", ["played", "won", "drawn", "lost", "points"]].tolist() == [2, 1, 1, 0, 4]
    assert standings.loc["Bex", ["goals_for", "goals_against", "points"]].tolist() == [1, 3, 1]


def test_a_win_was_worth_two_points_where_the_rules_say_so() -> None:
    standings = table(("Ayr", 2, 0, "Bex"), ("Bex", 1, 1, "Ayr"), by=division(points_for_win=2))
    assert standings["points"].tolist() == [3, 1]


def test_equal_points_are_split_by_difference_then_goals_then_name() -> None:
    standings = table(("Ayr", 3, 0, "Dun"), ("Bex", 2, 0, "Dun"), ("Cor", 4, 2, "Dun"), ("Abo", 2, 0, "Dun"))
    assert standings.index.tolist() == ["Ayr", "Cor", "Abo", "Bex", "Dun"]
    assert standings["position"].tolist() == [1, 2, 3, 4, 5]


def test_no_results_give_an_empty_table() -> None:
    assert table().empty


def test_points_taken_away_move_a_club_down_and_their_reason_stands_beside_it() -> None:
    taken = (Deduction(2025, "Ayr", 4, "late accounts", date(2026, 1, 9)),)
    scores = [("Ayr", 2, 0, "Bex"), ("Bex", 1, 1, "Ayr")]
    by = replace(division(), deductions=taken)
    standings = table(*scores, by=by)
    assert standings.index.tolist() == ["Bex", "Ayr"]
    assert standings.loc["Ayr", ["points", "deducted_points"]].tolist() == [0, 4]
    assert standings.loc["Ayr", "deduction_reason"] == "late accounts"
    assert standings["deduction_reason"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("imposed_on", "season", "is_known"),
    [(date(2026, 4, 25), 2025, False), (date(2026, 4, 24), 2025, True), (None, 2025, False)],
)
def test_a_deduction_shows_from_the_day_of_the_verdict(
    imposed_on: date | None, season: int, is_known: bool
) -> None:
    by = replace(division(), deductions=(Deduction(season, "Ayr", 4, "late accounts", imposed_on),))
    assert (table(("Ayr", 2, 0, "Bex"), by=by)["deducted_points"].sum() > 0) == is_known


def test_a_deduction_without_a_day_shows_once_its_season_is_over() -> None:
    by = replace(division(), deductions=(Deduction(2025, "Ayr", 4, "late accounts"),))
    later = table(("Ayr", 2, 0, "Bex"), by=by, on=date(2026, 7, 2))
    assert later.loc["Ayr", "points"] == -1


def test_places_are_told_from_the_top_and_from_the_bottom() -> None:
    places = (Places(2025, None, 1, 1, "title"), Places(2025, None, -1, -1, "relegated"))
    standings = table(("Ayr", 3, 0, "Dun"), ("Bex", 1, 0, "Dun"), by=replace(division(), places=places))
    assert standings["place"].fillna("").tolist() == ["title", "", "relegated"]


def halves() -> list[tuple[str, int, int, str]]:
    """Twelve clubs, A beats B beats C ..., twice; then only the lower half plays, and L wins there."""
    clubs = "ABCDEFGHIJKL"
    scores = [(home, int(home < away), int(away < home), away) for home, away in permutations(clubs, 2)]
    later = [("L", 1, 0, "G"), ("L", 1, 0, "H"), ("L", 1, 0, "I")]
    return [*scores, *later]


def test_after_the_split_nobody_leaves_his_half() -> None:
    by = division("finnish_split_of_one_round", 12)
    standings = table(*halves(), by=by)
    assert standings.index.tolist() == list("ABCDEFGHIJLK")
    assert standings.loc["L", ["played", "points"]].tolist() == [25, 9]


def test_points_are_halved_at_the_split_where_the_format_says_so() -> None:
    full = table(*halves(), by=division("finnish_split_of_one_round", 12))["points"]
    unfit = table(*halves(), by=division("belgian_play_offs", 12))["points"]
    down = table(*halves(), by=division("austrian_split", 12))["points"]
    assert (unfit["A"], unfit["L"]) == (66, 9)  # these groups are of sixteen clubs: nothing is split
    assert (full["A"], down["A"]) == (66, 33)
    assert (full["L"], down["L"]) == (9, 9)  # none to halve, nine won afterwards
    assert (full["K"], down["K"]) == (6, 3)


def test_before_every_club_has_played_all_rounds_nothing_is_split() -> None:
    early = halves()[5:-3]
    assert table(*early, by=division("austrian_split", 12)).loc["K", "points"] == 6


def test_a_club_that_plays_on_in_another_part_belongs_there() -> None:
    """A tie at the edge was decided by a rule the table does not know: G plays with the upper half."""
    clubs = "ABCDEFGHIJKL"
    scores = [(home, int(home < away), int(away < home), away) for home, away in permutations(clubs, 2)]
    upper, lower = "ABCDEG", "FHIJKL"
    later = [(home, 1, 1, away) for part in (upper, lower) for home, away in permutations(part, 2)]
    standings = table(*scores, *later, by=division("danish_split", 12))
    assert standings.index.tolist()[:6] == list("ABCDEG")
    assert standings["played"].tolist() == [32] * 12


def test_play_offs_behind_the_last_round_are_in_no_table() -> None:
    clubs = "ABCD"
    scores = [(home, int(home < away), int(away < home), away) for home, away in permutations(clubs, 2)]
    play_off = [("D", 9, 0, "Guest"), ("Guest", 0, 9, "D")]
    standings = table(*scores, *play_off, by=division(clubs=4))
    assert standings.index.tolist() == list("ABCD")
    assert standings.loc["D", ["played", "goals_for"]].tolist() == [6, 0]


def test_where_the_matches_do_not_fit_the_rules_every_match_counts() -> None:
    clubs = "ABCDE"
    scores = [(home, int(home < away), int(away < home), away) for home, away in permutations(clubs, 2)]
    assert table(*scores, by=division(clubs=4))["played"].tolist() == [8] * 5


def test_a_deduction_that_names_no_club_of_its_season_is_told() -> None:
    taken = (Deduction(2025, "Ayre", 4, "late accounts"), Deduction(2024, "Nobody", 1, "no season of it"))
    by = replace(division(), deductions=(*taken, Deduction(2025, "Bex", 1, "known")))
    told = deductions_of_nobody(results(("Ayr", 2, 0, "Bex")), {"AR1": by})
    assert told == [("AR1", "the deduction of 2025 names Ayre, which played no match then")]
