"""Text for an operator's terminal: instants, durations and sizes, and foreign text made harmless.

Standard library only, so that a status appears at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

_MOST_CHARACTERS = 200
_MOST_ITEMS = 8


def plain(text: object) -> str:
    """Return text without control characters, on one line, of at most 200 characters.

    A feed's text may hold escape sequences that a terminal would obey.

    >>> plain("E0\\x1b[2J\\nLens")
    'E0 [2J Lens'
    """
    printable = "".join(each if each.isprintable() else " " for each in str(text))
    joined = " ".join(printable.split())
    return joined if len(joined) <= _MOST_CHARACTERS else f"{joined[: _MOST_CHARACTERS - 3]}..."


def listed(items: Sequence[str]) -> str:
    """Return the items with commas, shortened after eight.

    >>> listed([str(number) for number in range(10)])
    '0, 1, 2, 3, 4, 5, 6, 7 and 2 more'
    """
    shown = ", ".join(plain(item) for item in items[:_MOST_ITEMS])
    return shown if len(items) <= _MOST_ITEMS else f"{shown} and {len(items) - _MOST_ITEMS} more"


def instant_text(at: datetime | None) -> str:
    """Return an instant to the minute, `unknown` where there is none.

    >>> instant_text(datetime.fromisoformat("2026-03-01T12:05:59+00:00"))
    '2026-03-01 12:05 UTC'
    """
    return "unknown" if at is None else at.strftime("%Y-%m-%d %H:%M UTC")


def duration_text(seconds: float) -> str:
    """Return a duration in the unit that fits.

    >>> duration_text(4.26), duration_text(125), duration_text(7300)
    ('4.3 s', '2 min 5 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def size_text(size: float) -> str:
    """Return a number of bytes in the unit that fits.

    >>> size_text(512), size_text(1_300_000_000)
    ('512 B', '1.3 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
