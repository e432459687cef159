"""League tables from results by the rules of each division: points, ties, splits and points taken away.

The rules are data of the domain. Points that a club lost are known as far as somebody typed them, and show
from the day of the verdict on, so a table of the past holds only what was known then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from pipeline.domain.division import Division
from pipeline.domain.rules import Deduction, Group, SeasonRules
from pipeline.publishing.season_parts import after_the_split, parts_of_table, rounds_and_rest
from pipeline.publishing.tie_breaks import Record, Score, ranked, records_by_club

_TYPES = {
    "division": "str",
    "season": "int64",
    "position": "int64",
    "club": "str",
    "club_id": "str",
    "played": "int64",
    "won": "int64",
    "drawn": "int64",
    "lost": "int64",
    "goals_for": "int64",
    "goals_against": "int64",
    "points": "int64",
    "deducted_points": "int64",
    "deduction_reason": "str",
    "place": "str",
}


def league_standings(matches: pd.DataFrame, divisions: Mapping[str, Division], *, on: date) -> pd.DataFrame:
    """Return one row a club of each division and season in `matches` (table `matches`), by position.

    on: the day the table is of; deductions of later verdicts are not in it. `points` are what counts: after
    a deduction and, in leagues that halve them, after that. `deduction_reason` and `place` may be missing.
    """
    in_order = matches.sort_values(["kick_off_at", "match_id"], kind="stable")
    rows: list[dict[str, Any]] = []
    for _, part in in_order.groupby(["division", "season"], sort=True):
        division, season = divisions[str(part["division"].iloc[0])], int(part["season"].iloc[0])
        rows += _season_rows(part, division, season, on)
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def known_deductions(division: Division, season: int, on: date) -> dict[str, list[Deduction]]:
    """Return the deductions of a season that were known on a day, by club."""
    known: dict[str, list[Deduction]] = {}
    for each in division.deductions:
        if each.season == season and each.is_known(on, division.season_at(on).start_year):
            known.setdefault(each.club, []).append(each)
    return known


def deductions_of_nobody(matches: pd.DataFrame, divisions: Mapping[str, Division]) -> list[tuple[str, str]]:
    """Return the deductions that name no club of their season: the division's code and what is wrong.

    Nothing can be said of seasons without matches.
    """
    found = []
    for code, division in divisions.items():
        own = matches[matches["division"] == code] if division.deductions else matches.iloc[:0]
        for each in division.deductions:
            season = own[own["season"] == each.season]
            if len(season) and each.club not in {*season["home"], *season["away"]}:
                reason = f"the deduction of {each.season} names {each.club}, which played no match then"
                found.append((code, reason))
    return found


def _season_rows(part: pd.DataFrame, division: Division, season: int, on: date) -> list[dict[str, Any]]:
    rules = division.rules_of(season)
    names = dict(zip(part["home_id"], part["home"], strict=True))
    names |= dict(zip(part["away_id"], part["away"], strict=True))
    fields = ["home_id", "away_id", "home_goals", "away_goals"]
    scores = [Score(*row) for row in part[fields].itertuples(index=False, name=None)]
    taken = known_deductions(division, season, on)
    lost = {club: sum(each.points for each in taken.get(name, [])) for club, name in names.items()}
    order, points, counted = _order(scores, rules, names, lost)
    records = records_by_club(counted, rules.points_for_win)
    return [
        {
            "division": division.code,
            "season": season,
            "position": position,
            "club": names[club],
            "club_id": club,
            **_counts(records[club]),
            "points": points[club],
            "deducted_points": lost[club],
            "deduction_reason": "; ".join(each.reason for each in taken.get(names[club], [])) or None,
            "place": division.place_of(season, position, len(order)),
        }
        for position, club in enumerate(order, start=1)
    ]


def _counts(record: Record) -> dict[str, int]:
    names = ("played", "won", "drawn", "lost", "goals_for", "goals_against")
    return {name: int(getattr(record, name)) for name in names}


def _order(
    scores: Sequence[Score], rules: SeasonRules, names: Mapping[str, str], lost: Mapping[str, int]
) -> tuple[list[str], dict[str, int], list[Score]]:
    """Return the clubs best first, their points, and the matches that count."""
    rounds, rest = rounds_and_rest(scores, rules)
    points = _points(rounds, rules, lost)
    order = _ranked(points, rounds, rules, names)
    groups = rules.season_format.groups
    if not groups or not rest:
        return order, points, rounds
    parts = parts_of_table(order, rest, groups)
    later = after_the_split(rest, parts, groups)
    gained = records_by_club(later, rules.points_for_win)
    for members, group in zip(parts, groups, strict=True):
        for club in members:
            own = points[club] + lost[club]
            fresh = gained[club].points if club in gained else 0
            points[club] = _carried(own, group) - lost[club] + fresh
    counted = [*rounds, *later]
    final = [
        club
        for members in parts
        for club in _ranked({club: points[club] for club in members}, counted, rules, names)
    ]
    return final, points, counted


def _points(scores: Sequence[Score], rules: SeasonRules, lost: Mapping[str, int]) -> dict[str, int]:
    records = records_by_club(scores, rules.points_for_win)
    return {club: record.points - lost[club] for club, record in records.items()}


def _ranked(
    points: Mapping[str, int], scores: Sequence[Score], rules: SeasonRules, names: Mapping[str, str]
) -> list[str]:
    return ranked(points, scores, rules.tie_breaks, names=names, points_for_win=rules.points_for_win)


def _carried(points: int, group: Group) -> int:
    """Return what is left of the points where a part of the table goes on by itself."""
    if group.carried == "half_up":
        return (points + 1) // 2
    return points // 2 if group.carried == "half_down" else points
