"""The state of a division on the day of a run: accepted, stale or without data.

A division is stale when it is in season and its results have stopped coming. Withholding for bad rows is
decided in `verdict.py`; what a page says about a state is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.validation.checks import Rules

ACCEPTED, STALE, WITHHELD, NO_DATA = "accepted", "stale", "withheld", "no_data"

_SEASONS_REMEMBERED = 5


@dataclass(frozen=True)
class DivisionState:
    """One of the four states, with the reason in public words (empty where accepted).

    kept_from: the instant, in ISO 8601, at which the rows still in use were accepted; empty where they are of
    this run, or none are in use.
    """

    state: str
    reason: str = ""
    kept_from: str = ""


def state_of(
    division: Division, matches: pd.DataFrame, fixtures: pd.DataFrame, *, cut_off_at: datetime, rules: Rules
) -> DivisionState:
    """Return the state of one division from its own matches and fixtures.

    Stale: in season, more than `rules.stale_after_days` playing days since the newest result, and the running
    season has begun or must have begun. In season: fixtures are listed, or the season runs and is not over.
    Stale in any month: neither the running season nor the one before has a single result.
    """
    is_listed = bool(fixtures["status"].isin(["upcoming", "awaiting_result"]).any())
    if matches.empty:
        return DivisionState(STALE, "no results at all") if is_listed else DivisionState(NO_DATA, "no data")
    today = cut_off_at.date()
    last_on: date = matches["kick_off_at"].max().date()
    running = division.season_at(today).start_year
    is_under_way = bool(matches["season"].eq(running).any()) or division.is_due(today)
    in_season = is_listed or (is_under_way and not _is_over(division, matches, running, rules))
    quiet_days = division.playing_days_between(last_on, today)
    has_missed_a_season = int(matches["season"].max()) < running - 1
    if has_missed_a_season or (in_season and is_under_way and quiet_days > rules.stale_after_days):
        return DivisionState(STALE, f"no result since {day_text(last_on)} ({(today - last_on).days} days)")
    return DivisionState(ACCEPTED)


def day_text(day: date) -> str:
    """Return a date in public words.

    >>> day_text(date(2025, 5, 3))
    '3 May 2025'
    """
    return f"{day.day} {day.strftime('%B %Y')}"


def _is_over(division: Division, matches: pd.DataFrame, running: int, rules: Rules) -> bool:
    """Tell whether the running season has ended: near the ordinary end, or with every pairing played."""
    played = matches[matches["season"].eq(running)]
    if played.empty:
        return False
    earlier = matches[matches["season"].lt(running)]
    if earlier.empty:
        clubs = len(set(played["home_id"]) | set(played["away_id"]))
        return len(played) >= clubs * (clubs - 1)
    ends = [
        _day_in_season(
            earlier.loc[earlier["season"].eq(season), "kick_off_at"].max().date(), season, division
        )
        for season in sorted(earlier["season"].unique().tolist())[-_SEASONS_REMEMBERED:]
    ]
    ordinary_end = sorted(ends)[len(ends) // 2]
    last_day = _day_in_season(played["kick_off_at"].max().date(), running, division)
    return last_day >= ordinary_end - rules.season_end_days


def _day_in_season(day: date, season: int, division: Division) -> int:
    return (day - date(season, 1 if division.calendar == "summer" else 7, 1)).days
