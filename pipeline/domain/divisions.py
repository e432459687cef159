"""What each division is: country, tier, time zone and calendar, from one table (`divisions.csv`).

Adding a division is adding one row there. `feed` says which source lists it.
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
    """One tier of one country. `under_way_by` is the month and day by which results must have come in."""

    code: str
    name: str
    country: str
    tier: int
    time_zone: str
    calendar: str
    under_way_by: tuple[int, int]
    winter_break: tuple[tuple[int, int], tuple[int, int]] | None

    def season_at(self, day: date) -> Season:
        """Return the season that `day` belongs to in this division's calendar."""
        return Season.containing(day, self.calendar)

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
    text = files("pipeline.domain").joinpath("divisions.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["feed"] == feed]
    if not rows:
        raise KeyError(f"divisions.csv has no division of the feed {feed!r}")
    return {row["division"]: _division(row) for row in rows}


def _division(row: dict[str, str]) -> Division:
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
    )


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
