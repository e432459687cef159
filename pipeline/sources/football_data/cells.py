"""From cells of text to dates, instants and numbers, whole columns at a time; what can not be read is marked.

Nothing is repaired and nothing is invented: a cell that can not be read is missing, and its mask says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

FEED_CLOCK = "Europe/London"
"""The clock of the feed's `Time` column, whatever the country; the feed itself does not say so."""

_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?", re.ASCII)
_HALVES = re.compile(r"([+-]?\d+(?:\.5)?),([+-]?\d+(?:\.5)?)", re.ASCII)
_FIRST_YEAR = 90
_LARGEST_LINE = 4.5

Texts = Sequence[str]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Cells = npt.NDArray[np.object_]


def date_of(text: str) -> date | None:
    """Read one date, day first; two-digit years from 90 on belong to the last century.

    >>> date_of("07/08/15"), date_of("24/4/2026"), date_of("31/02/2024"), date_of("2024-02-01")
    (datetime.date(2015, 8, 7), datetime.date(2026, 4, 24), None, None)
    """
    found = _DATE.fullmatch(text)
    if not found:
        return None
    day, month, year = (int(part) for part in found.groups())
    if len(found[3]) == 2:
        year += 1900 if year >= _FIRST_YEAR else 2000
    try:
        return date(year, month, day)
    except ValueError:
        return None


def minutes_of(text: str) -> int | None:
    """Read one time of day as minutes after midnight.

    >>> minutes_of("19:45"), minutes_of("24:00"), minutes_of("3pm")
    (1185, None, None)
    """
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return int(found[1]) * 60 + int(found[2])


def dates_of(texts: Texts) -> list[date | None]:
    """Read a column of dates, each spelling once."""
    known = {text: date_of(text) for text in dict.fromkeys(texts)}
    return [known[text] for text in texts]


def kick_offs(
    days: Sequence[date], times: Texts, *, clock: str = FEED_CLOCK
) -> tuple[pd.DatetimeIndex, Flags, Flags]:
    """Return kick-offs in UTC, which of them are exact to the minute, and which times could not be read.

    Without a readable time a kick-off is the start of its UTC day. On the night the clocks go forward an hour
    does not exist: such a time becomes the first instant after it. On the night they go back an hour comes
    twice: the first is taken, because a forecast must never be later than kick-off.
    """
    known = {text: minutes_of(text) for text in dict.fromkeys(times)}
    minutes = np.array([np.nan if known[text] is None else known[text] for text in times], dtype="float64")
    has_time: Flags = np.isfinite(minutes)
    unread: Flags = np.array([bool(text) for text in times], dtype=bool) & ~has_time
    starts = np.array(days, dtype="datetime64[us]")
    spoken = pd.DatetimeIndex(starts + np.where(has_time, minutes, 0).astype("timedelta64[m]"))
    is_first = np.ones(len(spoken), dtype=bool)
    local = spoken.tz_localize(clock, ambiguous=is_first, nonexistent="shift_forward").tz_convert("UTC")
    whole_days = pd.DatetimeIndex(starts).tz_localize("UTC")
    instants = pd.DatetimeIndex(np.where(has_time, local.asi8, whole_days.asi8).astype("datetime64[us]"))
    return instants.tz_localize("UTC"), has_time, unread


def prices_of(texts: Cells) -> tuple[Numbers, Flags]:
    """Return decimal odds and which cells hold something that is no price: a price is finite and above 1.

    texts: array of text of any shape, stripped; the answers have its shape.
    """
    values = _numbers_of(texts)
    return _checked(texts, values, np.isfinite(values) & (values > 1))


def lines_of(texts: Cells) -> tuple[Numbers, Flags]:
    """Return sizes of handicaps and which cells hold something else, in the shape of `texts`.

    A handicap is a multiple of a quarter goal from -4.5 to 4.5. One between two halves is sometimes written
    as both of them, `-0.5,-1`, and is their mean.
    """
    read = np.array([_mean_of_halves(text) for text in texts.ravel()], dtype=object).reshape(texts.shape)
    values = _numbers_of(read)
    is_quarter = np.isfinite(values) & (values * 4 == np.rint(values * 4))
    return _checked(texts, values, is_quarter & (np.abs(values) <= _LARGEST_LINE))


def _mean_of_halves(text: str) -> str:
    found = _HALVES.fullmatch(text)
    if not found or abs(float(found[1]) - float(found[2])) != 0.5:
        return text
    return str((float(found[1]) + float(found[2])) / 2)


def counts_of(texts: Cells) -> tuple[Numbers, Flags]:
    """Return whole numbers from 0 on and which cells hold something else, in the shape of `texts`."""
    values = _numbers_of(texts)
    return _checked(texts, values, np.isfinite(values) & (values >= 0) & (values == np.floor(values)))


def _numbers_of(texts: Cells) -> Numbers:
    values = pd.to_numeric(texts.ravel(), errors="coerce")
    return np.asarray(values, dtype="float64").reshape(texts.shape)


def _checked(texts: Cells, values: Numbers, is_good: Flags) -> tuple[Numbers, Flags]:
    bad = ~is_good & np.asarray(texts != "", dtype=bool)
    return np.where(is_good, values, np.nan), bad
