"""Who plays whom and when: a double round robin on weekends and midweeks, with a few postponed matches.

The second half repeats the first with home and away exchanged (circle method). Instants are UTC; hours of
play are local clocks. Knows nothing of strengths or scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.sources.embedded.parameters import KickOffHour, League, kick_off_hours

Integers = NDArray[np.int64]
Instants = NDArray[np.datetime64]

_CHRISTMAS = ((12, 24), (12, 25))


@dataclass(frozen=True)
class Schedule:
    """A season's matches, one per position of each array, in the order of play.

    round: 0 upwards; home, away: 0 to clubs - 1; planned_at, kick_off_at: UTC, they differ where a match was
    postponed, which became known only when its planned kick-off passed.
    """

    round: Integers
    home: Integers
    away: Integers
    planned_at: Instants
    kick_off_at: Instants

    def __len__(self) -> int:
        return len(self.round)


@dataclass(frozen=True)
class _Slot:
    week: int
    kind: str


def draw_schedule(
    league: League, time_zone: str, season: int, share: float, random: np.random.Generator
) -> Schedule:
    """Return the schedule of one season of a division.

    share: of the matches that are postponed (0..1), at least one.
    """
    rounds, home, away = round_robin(league.clubs)
    seats = random.permutation(league.clubs)
    home, away = seats[home], seats[away]
    slots = _slots(league)
    slot_of_match = rounds * league.round_parts + np.arange(len(rounds)) % league.round_parts
    planned = _draw_hours(slots, slot_of_match, league, season, random)
    moved = _postpone(planned, rounds, home, away, league, season, share, random)
    planned_at, kick_off_at = _to_utc(planned, time_zone), _to_utc(moved, time_zone)
    order = np.lexsort((home, kick_off_at))
    return Schedule(rounds[order], home[order], away[order], planned_at[order], kick_off_at[order])


def round_robin(clubs: int) -> tuple[Integers, Integers, Integers]:
    """Return round, home and away of a double round robin by the circle method; `clubs` is even.

    >>> rounds, home, away = round_robin(4)
    >>> len(rounds), len(set(zip(home.tolist(), away.tolist())))
    (12, 12)
    """
    places = clubs - 1
    rounds, half = np.divmod(np.arange(places * (clubs // 2)), clubs // 2)
    first = np.where(half == 0, places, (rounds + half) % places)
    second = (rounds - half) % places
    turned = np.where(half == 0, rounds % 2 == 1, half % 2 == 1)
    home, away = np.where(turned, second, first), np.where(turned, first, second)
    return (
        np.concatenate([rounds, rounds + places]),
        np.concatenate([home, away]),
        np.concatenate([away, home]),
    )


def first_saturday(season: int, starts: tuple[int, int]) -> date:
    """Return the first Saturday on or after a month and day.

    >>> first_saturday(2026, (8, 15))
    datetime.date(2026, 8, 15)
    """
    day = date(season, *starts)
    return day + timedelta(days=(5 - day.weekday()) % 7)


def _slots(league: League) -> tuple[_Slot, ...]:
    slots: list[_Slot] = []
    for week in range(league.week_count):
        beside = bool({week, week - 1} & league.midweek_weeks)
        if week not in league.free_weeks:
            slots.append(_Slot(week, "weekend_beside_midweek" if beside else "weekend"))
        if week in league.midweek_weeks:
            slots.append(_Slot(week, "midweek"))
    last = len(slots) - league.round_parts
    return tuple(
        _Slot(each.week, "last_round") if place >= last else each for place, each in enumerate(slots)
    )


def _draw_hours(
    slots: Sequence[_Slot], slot_of_match: Integers, league: League, season: int, random: np.random.Generator
) -> Instants:
    """Return local kick-offs, drawn from the hours of each slot's kind."""
    draws = random.random(len(slot_of_match))
    week = np.array([slot.week for slot in slots])[slot_of_match]
    kinds = np.array([slot.kind for slot in slots])[slot_of_match]
    minutes = np.zeros(len(draws), dtype=np.int64)
    for kind, hours in kick_off_hours().items():
        chosen = kinds == kind
        minutes[chosen] = _minutes(hours, draws[chosen])
    return _local(first_saturday(season, league.starts), week, minutes)


def _minutes(hours: Sequence[KickOffHour], draws: NDArray[np.float64]) -> Integers:
    edges = np.cumsum([hour.weight for hour in hours])
    chosen = np.searchsorted(edges / edges[-1], draws, side="right")
    return np.array([hour.day * 1440 + hour.time for hour in hours])[chosen]


def _local(saturday: date, week: Integers, minutes: Integers) -> Instants:
    local = np.datetime64(saturday, "m") + (week * 7 * 1440 + minutes).astype("timedelta64[m]")
    days = local.astype("datetime64[D]")
    for year in (saturday.year, saturday.year + 1):
        for month, day in _CHRISTMAS:
            eve = np.datetime64(date(year, month, day), "D")
            later = (np.datetime64(date(year, 12, 26), "D") - eve).astype("timedelta64[m]")
            local = np.where(days == eve, local + later, local)
    return np.asarray(local)


def _postpone(
    planned: Instants,
    rounds: Integers,
    home: Integers,
    away: Integers,
    league: League,
    season: int,
    share: float,
    random: np.random.Generator,
) -> Instants:
    """Move a few matches to a free Wednesday two to six weeks later; no club is moved twice."""
    moved = planned.copy()
    saturday = first_saturday(season, league.starts)
    wanted, touched = max(1, round(share * len(rounds))), set[int]()
    for match in random.permutation(np.flatnonzero((rounds >= 1) & (rounds < league.round_count - 2))):
        week = int((planned[match] - np.datetime64(saturday, "m")) / np.timedelta64(7 * 1440, "m"))
        free = [later for later in range(week + 2, week + 7) if _can_make_up(later, league, saturday)]
        if wanted and free and not {int(home[match]), int(away[match])} & touched:
            touched |= {int(home[match]), int(away[match])}
            later = np.array([free[int(random.integers(len(free)))]])
            moved[match] = _local(saturday, later, _minutes(kick_off_hours()["make_up"], np.zeros(1)))[0]
            wanted -= 1
    return moved


def _can_make_up(week: int, league: League, saturday: date) -> bool:
    wednesday = saturday + timedelta(days=7 * week + 4)
    holiday = (wednesday.month, wednesday.day) >= (12, 20) or (wednesday.month, wednesday.day) <= (1, 10)
    return week < league.week_count - 2 and week not in league.midweek_weeks and not holiday


def _to_utc(local: Instants, time_zone: str) -> Instants:
    index = pd.DatetimeIndex(local.astype("datetime64[us]")).tz_localize(time_zone).tz_convert("UTC")
    return np.asarray(index.tz_localize(None).to_numpy())
