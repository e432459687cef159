"""The only reader of the clock, so that everything else is told the time and can be replayed.

Durations (deadlines, delays) are measured with the monotonic clock where they are needed; this is the date.
"""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)
