"""The three outcomes of a match, in the one order every table and score uses."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """HOME, DRAW, AWAY as 0, 1, 2: ordered, because the ranked probability score needs the order."""

    HOME = 0
    DRAW = 1
    AWAY = 2


SIDES = ("home", "draw", "away")
"""Column suffixes in the order of `Outcome`: `p_home`, `price_draw`, `edge_away`."""


def outcome_of(home_goals: int, away_goals: int) -> Outcome:
    """Return the outcome of a score.

    >>> outcome_of(2, 2)
    <Outcome.DRAW: 1>
    """
    if home_goals == away_goals:
        return Outcome.DRAW
    return Outcome.HOME if home_goals > away_goals else Outcome.AWAY
