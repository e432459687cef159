"""What a division is: country, tier, time zone, calendar and the rules of its seasons.

A value, made from a row of a table by `division_row`; the tables of the feeds are read by `divisions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from pipeline.domain.rules import ORDINARY_FORMAT, Deduction, Places, SeasonRules, season_formats
from pipeline.domain.season import Season


@dataclass(frozen=True)
class Division:
    """One tier of one country. `under_way_by` is the month and day by which results must have come in.

    calendar: `winter` (August to May) or `summer` (within a year), today's. former_calendars: first and last
    starting year and the calendar of these seasons, which can be `double` as well: a spring season and a
    winter one that start in the same year. rules: today's; former_rules: first and last starting year, the
    name of a rule and its value then. deductions: points taken from clubs and places: what places of
    the table lead to, both as far as they are typed.
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
    rules: SeasonRules = field(default_factory=lambda: SeasonRules(None, season_formats()[ORDINARY_FORMAT]))
    former_rules: tuple[tuple[int, int, str, Any], ...] = ()
    deductions: tuple[Deduction, ...] = ()
    places: tuple[Places, ...] = ()

    def season_at(self, day: date) -> Season:
        """Return the season that `day` belongs to in this division's calendar of that year."""
        is_winter = self.calendar_of(day.year) == "winter"
        return Season.containing(day, "winter" if is_winter else "summer")

    def calendar_of(self, season: int) -> str:
        """Return the calendar of the season with this starting year: `winter`, `summer` or `double`."""
        former = (name for first, last, name in self.former_calendars if first <= season <= last)
        return next(former, self.calendar)

    def rules_of(self, season: int) -> SeasonRules:
        """Return the rules of the season with this starting year."""
        former = {name: value for first, last, name, value in self.former_rules if first <= season <= last}
        return replace(self.rules, **former)

    def place_of(self, season: int, position: int, clubs: int) -> str | None:
        """Return what a position of a table of so many clubs leads to; None where nothing is typed."""
        found = (places.meaning for places in self.places if places.hold(season, position, clubs))
        return next(found, None)

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
