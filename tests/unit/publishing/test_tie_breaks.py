"""Clubs level on points, against real final tables as the leagues' public records have them."""

from __future__ import annotations

from pipeline.domain.divisions import divisions_of
from pipeline.domain.rules import tie_break_words
from pipeline.publishing.tie_breaks import Score, ranked, records_by_club

SPAIN = divisions_of("football_data")["SP1"].rules_of(2006).tie_breaks
TURKEY = divisions_of("football_data")["T1"].rules_of(2020).tie_breaks
ENGLAND = divisions_of("football_data")["E0"].rules_of(2006).tie_breaks


def order(points: dict[str, int], scores: list[Score], criteria: tuple[str, ...]) -> list[str]:
    return ranked(points, scores, criteria, names={club: club for club in points}, points_for_win=3)


# La Liga 2006/07: both on 76 points, Barcelona 78:33 goals and Real Madrid 66:40; Real Madrid won 2:0 at home
# on 22 October 2006 and drew 3:3 away on 10 March 2007, and were champions. The rest is one score each.
LA_LIGA = [
    Score("Real Madrid", "Barcelona", 2, 0),
    Score("Barcelona", "Real Madrid", 3, 3),
    Score("Barcelona", "the rest", 75, 28),
    Score("Real Madrid", "the rest", 61, 37),
]
# Süper Lig 2020/21: both on 84 points, 2:0 and 1:3 between them, Besiktas 89:44 and Galatasaray 80:36.
SUPER_LIG = [
    Score("Besiktas", "Galatasaray", 2, 0),
    Score("Galatasaray", "Besiktas", 3, 1),
    Score("Besiktas", "the rest", 86, 41),
    Score("Galatasaray", "the rest", 77, 33),
]


def test_real_madrid_won_the_league_of_2006_by_the_meetings() -> None:
    level = {"Barcelona": 76, "Real Madrid": 76}
    records = records_by_club(LA_LIGA, 3)
    assert (records["Barcelona"].goal_difference, records["Real Madrid"].goal_difference) == (45, 26)
    assert order(level, LA_LIGA, SPAIN) == ["Real Madrid", "Barcelona"]
    assert order(level, LA_LIGA, ENGLAND) == ["Barcelona", "Real Madrid"]


def test_besiktas_won_the_league_of_2020_by_one_goal_since_the_meetings_were_even() -> None:
    assert order({"Galatasaray": 84, "Besiktas": 84}, SUPER_LIG, TURKEY) == ["Besiktas", "Galatasaray"]


def test_meetings_count_only_once_the_clubs_have_met_on_both_grounds() -> None:
    level = {"Barcelona": 76, "Real Madrid": 76}
    assert order(level, LA_LIGA[:1] + LA_LIGA[2:], SPAIN) == ["Barcelona", "Real Madrid"]


def test_of_three_level_clubs_the_two_that_meetings_leave_level_are_compared_anew() -> None:
    """A leads the three by points of the meetings; B and C are level there, and B won against C."""
    scores = [
        Score("A", "B", 3, 0),
        Score("B", "A", 0, 0),
        Score("A", "C", 0, 0),
        Score("C", "A", 0, 0),
        Score("B", "C", 1, 0),
        Score("C", "B", 2, 0),
        Score("C", "D", 0, 5),
        Score("B", "D", 0, 9),
    ]
    criteria = ("head_to_head_points", "goal_difference")
    assert order({"A": 9, "B": 9, "C": 9}, scores, criteria) == ["A", "C", "B"]
    among_two = ("head_to_head_points", "head_to_head_difference", "goal_difference")
    assert order({"B": 9, "C": 9}, [*scores, Score("C", "D", 0, 20)], among_two) == ["C", "B"]


def test_points_come_before_everything() -> None:
    assert order({"Barcelona": 77, "Real Madrid": 76}, LA_LIGA, SPAIN) == ["Barcelona", "Real Madrid"]


def test_what_no_criterion_tells_apart_the_name_does() -> None:
    assert order({"B": 0, "A": 0}, [], SPAIN) == ["A", "B"]


def test_every_criterion_of_the_domain_can_be_applied() -> None:
    for criterion in tie_break_words():
        # each of the two won at home, A by two goals more and with fewer goals away than B scored there
        scores = [Score("A", "B", 3, 0), Score("B", "A", 1, 0), Score("C", "B", 0, 9), Score("B", "C", 0, 9)]
        assert sorted(order({"A": 3, "B": 3}, scores, (criterion,))) == ["A", "B"]


def test_wins_come_first_in_belgium() -> None:
    belgium = divisions_of("football_data")["B1"].rules_of(2022).tie_breaks
    # Union and Antwerp are level on points here; Union has the better difference and Antwerp one win more
    scores = [Score("Union", "x", 9, 0), *[Score("Union", "x", 0, 0)] * 3, *[Score("Antwerp", "x", 1, 0)] * 2]
    assert order({"Union": 6, "Antwerp": 6}, scores, belgium) == ["Antwerp", "Union"]
