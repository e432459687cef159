"""Why an event of the line is no match for us: one named reason each, the first that holds.

Most of a line is not football before kick-off in a league we know, so these are counts, not defects. What is
left is a match to come in one of our divisions with a price for home, draw and away.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from pipeline.sources.fonbet.document import Line
from pipeline.sources.fonbet.names import Names
from pipeline.sources.fonbet.prices import book_sum, missing_side

FOOTBALL = 1

UNREADABLE = "the event can not be read"
SUB_EVENT = "a part of a match, such as a half or its corners"
UNKNOWN_SPORT = "its sport is not in the list"
OTHER_SPORT = "another sport"
IN_PLAY = "in play"
NOT_ACTIVE = "not active"
OTHER_PLACE = "neither before kick-off nor in play"
NO_CLUBS = "no two clubs are named"
AGGREGATE = "the home sides against the away sides, not a match"
OTHER_TEAMS = "reserves, women or youth"
SPECIAL = "a special, a stage or another part of a league"
NO_DIVISION = "a league that is not ours"
NOT_READ = "a division that is not read"
BLOCKED = "the event is blocked"
NO_PRICE = "the price of the {} is missing"
NO_MARKET = "the three prices are no market"

_PLACES = {"live": IN_PLAY, "notActive": NOT_ACTIVE, "line": ""}
_AGGREGATES = {"хозяева", "гости", "home", "away"}
_OTHER_TEAM = re.compile(
    r"\((?:р|ж|мол|юн|до\s?\d\d|r|res|w|wom|women|ж\w*|u-?\d\d)\.?\)|\b(?:U|У|Ю|до )-?(?:1[5-9]|2[0-3])\b",
    re.IGNORECASE,
)
_OTHER_LEAGUE = re.compile(
    r"резерв|\bжен|молод|юнош|юниор|\bдо \d\d\b|reserve|women|youth|junior|\bU-?\d\d\b", re.IGNORECASE
)
_YEARS_FROM, _YEARS_TO = 946_684_800, 4_102_444_800  # 2000 and 2100, in unix seconds
_MOST_CHARACTERS = 120
_LEAST_SUM, _MOST_SUM = 0.99, 1.30


def exclusion_of(event: Any, line: Line, names: Names, read: Collection[str]) -> str:
    """Return the reason why an event is no match for us, empty where it is one.

    read: the codes of the divisions that the run reads.
    """
    if not _is_readable(event):
        return UNREADABLE
    return _of_kind(event, line) or _of_league(event, line, names, read) or _of_prices(event, line)


def league_of(event: Mapping[str, Any], line: Line) -> str:
    """Return the name of an event's league with its country.

    Where the name itself has no dot, what the segment lies in comes before it, outermost first.
    """
    segments = [str(each.get("name", "")) for each in line.path_of(event.get("sportId"))[:-1]]
    return segments[0] if segments and ". " in segments[0] else ". ".join(reversed(segments))


def _is_readable(event: Any) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("id"), int):
        return False
    start = event.get("startTime")
    return isinstance(start, int) and not isinstance(start, bool) and _YEARS_FROM <= start < _YEARS_TO


def _of_kind(event: Mapping[str, Any], line: Line) -> str:
    if event.get("level") != 1:
        return SUB_EVENT
    path = line.path_of(event.get("sportId"))
    if not path:
        return UNKNOWN_SPORT
    if path[-1].get("id") != FOOTBALL:
        return OTHER_SPORT
    return _PLACES.get(str(event.get("place")), OTHER_PLACE)


def _of_league(event: Mapping[str, Any], line: Line, names: Names, read: Collection[str]) -> str:
    teams, league = [event.get("team1"), event.get("team2")], league_of(event, line)
    if not all(isinstance(team, str) and 0 < len(team.strip()) <= _MOST_CHARACTERS for team in teams):
        return NO_CLUBS
    if any(str(team).strip().lower() in _AGGREGATES for team in teams):
        return AGGREGATE
    if any(_OTHER_TEAM.search(str(team)) for team in teams) or _OTHER_LEAGUE.search(league):
        return OTHER_TEAMS
    division = names.division_of(league)
    if not division:
        return SPECIAL if names.is_part_of_league(league) else NO_DIVISION
    return "" if division in read else NOT_READ


def _of_prices(event: Mapping[str, Any], line: Line) -> str:
    if event["id"] in line.blocked:
        return BLOCKED
    factors = line.factors.get(event["id"], {})
    if side := missing_side(factors):
        return NO_PRICE.format(side)
    return "" if _LEAST_SUM <= book_sum(factors) <= _MOST_SUM else NO_MARKET
