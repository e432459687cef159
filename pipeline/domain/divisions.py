"""What each division is: country, tier, time zone and calendar, from one table (`divisions.csv`).

Adding a division is adding one row there. `feed` says which source lists it. Seasons that a division played
in another calendar than today's stand in `calendars.csv`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from pipeline.domain.season import Season


@dataclass(frozen=True)
class Division:
    """One tier of one country. `under_way_by` is the month and day by which results must have come in.

    calendar: `winter` (August to May) or `summer` (within a year), today's. former_calendars: first and last
    starting year and the calendar of these seasons, which can be `double` as well: a spring season and a
    winter one that start in the same year.
    """

    code: str
    name: str
    country: str
    tier: int
    time_zone: str
    calendar: str
    under_way_by: tuple[int, int]
    winter_break: tuple[tuple[int, int], tuple[int, int]] | None
    former_calendars: tuple[tuple[int, int, str], ...] = ()

    def season_at(self, day: date) -> Season:
        """Return the season that `day` belongs to in this division's calendar of that year."""
        is_winter = self.calendar_of(day.year) == "winter"
        return Season.containing(day, "winter" if is_winter else "summer")

    def calendar_of(self, season: int) -> str:
        """Return the calendar of the season with this starting year: `winter`, `summer` or `double`."""
        former = (name for first, last, name in self.former_calendars if first <= season <= last)
        return next(former, self.calendar)

    def is_due(self, day: date) -> bool:
        """Tell whether this division's season must have begun by `day`."""
        start = self.season_at(day).start_year
        return day >= date(start, *self.under_way_by)

    def playing_days_between(self, first: date, last: date) -> int:
        """Count the days after `first` up to `last`, leaving out the winter break."""
        days = (first + timedelta(days=step) for step in range(1, (last - first).days + 1))
        return sum(not self._is_break(day) for day in days)

    def _is_break(self, day: date) -> bool:
        if self.winter_break is None:
            return False
        first, last = self.winter_break
        month_day = (day.month, day.day)
        return first <= month_day <= last if first <= last else month_day >= first or month_day <= last


@cache
def divisions_of(feed: str) -> dict[str, Division]:
    """Return the divisions of one feed by code, in the order of the table.

    Raises KeyError where the feed has no divisions.
    """
    rows = _rows("divisions.csv", feed)
    if not rows:
        raise KeyError(f"divisions.csv has no division of the feed {feed!r}")
    former = _rows("calendars.csv", feed)
    return {row["division"]: _division(row, former) for row in rows}


def _rows(name: str, feed: str) -> list[dict[str, str]]:
    text = files("pipeline.domain").joinpath(name).read_text(encoding="utf-8")
    return [row for row in csv.DictReader(text.splitlines()) if row["feed"] == feed]


def _division(row: dict[str, str], former: list[dict[str, str]]) -> Division:
    breaks = (_month_day(row["break_starts"]), _month_day(row["break_ends"])) if row["break_starts"] else None
    return Division(
        code=row["division"],
        name=row["name"],
        country=row["country"],
        tier=int(row["tier"]),
        time_zone=row["time_zone"],
        calendar=row["calendar"],
        under_way_by=_month_day(row["under_way_by"]),
        winter_break=breaks,
        former_calendars=tuple(
            (int(each["first_season"]), int(each["last_season"]), each["calendar"])
            for each in former
            if each["division"] == row["division"]
        ),
    )


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
