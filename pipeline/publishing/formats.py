"""Turn values into public text: shares, points, prices, counts, days and instants, always in UTC.

One missing value has one text, an en dash. Nothing here escapes: the template environment does. Month and day
names are spelled here, so that the text never depends on the machine's locale.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

MISSING = "–"
_MINUS = "−"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def is_missing(value: Any) -> bool:
    """Tell whether a value is None, NaN, NaT or NA.

    >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    if value is None:
        return True
    equals_itself = value == value  # neither NaN nor NaT does; NA answers NA, which has no truth
    return type(equals_itself).__name__ == "NAType" or not equals_itself


def percent(share: Any, digits: int = 0) -> str:
    """Return a share (0 to 1) as percent without the sign; the far ends never round to certainty.

    >>> percent(0.453), percent(0.4531, 1), percent(0.997), percent(0.001), percent(None)
    ('45', '45.3', '>99', '<1', '–')
    """
    if is_missing(share):
        return MISSING
    text = f"{100 * share:.{digits}f}"
    if digits == 0 and text == "100" and share < 1:
        return ">99"
    return "<1" if digits == 0 and text == "0" and share > 0 else text


def signed(value: Any, digits: int = 1) -> str:
    """Return a number with its sign in front, a true minus and no signed zero.

    >>> signed(0.26), signed(-1.0), signed(-0.01), signed(None), signed(-0.0042, 4)
    ('+0.3', '−1.0', '0.0', '–', '−0.0042')
    """
    if is_missing(value):
        return MISSING
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else _MINUS) + text


def points(share: Any) -> str:
    """Return a difference of two shares in percentage points, signed, one decimal.

    >>> points(0.0561), points(-0.004)
    ('+5.6', '−0.4')
    """
    return MISSING if is_missing(share) else signed(100 * share, 1)


def price(value: Any) -> str:
    """Return decimal odds with two decimals.

    >>> price(2.1), price(None)
    ('2.10', '–')
    """
    return MISSING if is_missing(value) else f"{value:.2f}"


def decimal(value: Any, digits: int = 3) -> str:
    """Return a number with a fixed count of decimals and a true minus.

    >>> decimal(1.00049), decimal(-2.5, 1)
    ('1.000', '−2.5')
    """
    return MISSING if is_missing(value) else f"{value:.{digits}f}".replace("-", _MINUS)


def count(value: Any) -> str:
    """Return a count with thousands set off by commas.

    >>> count(18234)
    '18,234'
    """
    return MISSING if is_missing(value) else f"{int(value):,}"


def iso(instant: Any) -> str:
    """Return an instant for a machine, to the minute.

    >>> iso(datetime.fromisoformat("2026-11-24T19:45:00+00:00"))
    '2026-11-24T19:45Z'
    """
    return "" if is_missing(instant) else f"{instant:%Y-%m-%dT%H:%M}Z"


def clock_time(instant: datetime) -> str:
    """Return the hour and minute of an instant, in UTC."""
    return f"{instant:%H:%M}"


def long_day(day: date) -> str:
    """Return a day in full.

    >>> long_day(date(2026, 11, 24))
    'Tuesday 24 November 2026'
    """
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """Return a day without its year.

    >>> short_day(date(2026, 11, 24))
    'Tue 24 Nov'
    """
    return f"{_DAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}"


def instant_text(instant: Any) -> str:
    """Return an instant for a reader.

    >>> instant_text(datetime.fromisoformat("2026-11-24T19:45:00+00:00"))
    'Tue 24 Nov 2026, 19:45 UTC'
    """
    return MISSING if is_missing(instant) else f"{short_day(instant)} {instant.year}, {instant:%H:%M} UTC"


def age_text(earlier: Any, later: datetime) -> str:
    """Return how long before `later` an instant was, in the largest fitting unit.

    >>> noon = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
    >>> age_text(noon.replace(hour=9), noon), age_text(noon.replace(day=20), noon), age_text(noon, noon)
    ('3 hours', '4 days', 'under an hour')
    """
    if is_missing(earlier):
        return MISSING
    hours = int((later - earlier).total_seconds() // 3600)
    if hours < 1:
        return "under an hour"
    if hours < 48:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{hours // 24} days"


def interval(low: str, high: str) -> str:
    """Return an interval of two texts; one missing end makes the whole missing.

    >>> interval("−6.1", "+0.3"), interval("–", "1")
    ('−6.1 to +0.3', '–')
    """
    return MISSING if MISSING in (low, high) else f"{low} to {high}"
