"""Seasons, named by their starting year so that no two notations can be confused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Season:
    """One season of a division, by the calendar year in which it starts."""

    start_year: int

    def label(self, calendar: str = "winter") -> str:
        """Return the printed name: `2024/25`, or `2024` where the calendar is `summer`.

        >>> Season(1999).label(), Season(2024).label("summer")
        ('1999/00', '2024')
        """
        if calendar == "summer":
            return str(self.start_year)
        return f"{self.start_year}/{(self.start_year + 1) % 100:02d}"

    def feed_code(self) -> str:
        """Return the feed's four digits.

        >>> Season(1999).feed_code(), Season(2025).feed_code()
        ('9900', '2526')
        """
        return f"{self.start_year % 100:02d}{(self.start_year + 1) % 100:02d}"

    @classmethod
    def from_feed_code(cls, code: str) -> Season:
        """Read the feed's four digits; years 93 to 99 belong to the last century.

        Raises ValueError where the code is not two consecutive years.

        >>> Season.from_feed_code("9394"), Season.from_feed_code("2021")
        (Season(start_year=1993), Season(start_year=2020))
        """
        if len(code) != 4 or not code.isascii() or not code.isdigit():
            raise ValueError(f"season code {code!r} is not four digits")
        first, second = int(code[:2]), int(code[2:])
        if second != (first + 1) % 100:
            raise ValueError(f"season code {code!r} is not two consecutive years")
        return cls(first + (1900 if first >= 90 else 2000))

    @classmethod
    def containing(cls, day: date, calendar: str = "winter") -> Season:
        """Return the season a day belongs to; winter seasons turn over on 1 July.

        >>> Season.containing(date(2026, 6, 30)), Season.containing(date(2026, 6, 30), "summer")
        (Season(start_year=2025), Season(start_year=2026))
        """
        if calendar == "summer" or day.month >= 7:
            return cls(day.year)
        return cls(day.year - 1)
