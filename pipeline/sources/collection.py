"""When the main feed collects its early prices, and from when a result counts as known.

Both are the feed's habits, not facts of a match: notes.txt of the feed says that prices of weekend games are
collected on Friday afternoons and those of midweek games on Tuesday afternoons.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_CLOCK = "Europe/London"
_COLLECTED = pd.Timedelta(hours=15)
_DAYS_BACK = np.array([3, 0, 1, 2, 0, 1, 2])
"""Days from a kick-off's weekday, Monday first, back to the Friday or Tuesday of its prices."""

_MATCH_TAKES = pd.Timedelta(hours=2)
_DAY = pd.Timedelta(days=1)


def early_collected_at(kick_off_at: pd.Series) -> pd.Series:
    """Estimate when early prices were collected: 15:00 on the UK clock of the Friday or Tuesday before.

    kick_off_at: UTC instants. Matches from Friday to Monday belong to the Friday, the others to the Tuesday.
    A match that kicks off on that day before 15:00 has its prices at kick-off at the latest; midnight UTC
    stands for a day without a time and is not held to that.

    >>> early_collected_at(pd.Series(pd.to_datetime(["2026-04-25T14:00Z", "2026-04-24T11:00Z"]))).to_list()
    [Timestamp('2026-04-24 14:00:00+0000', tz='UTC'), Timestamp('2026-04-24 11:00:00+0000', tz='UTC')]
    """
    instants = kick_off_at.astype("datetime64[us, UTC]")
    has_time = instants != instants.dt.floor("D")
    spoken = (
        instants.dt.tz_convert(_CLOCK).dt.tz_localize(None).where(has_time, instants.dt.tz_localize(None))
    )
    back = pd.to_timedelta(_DAYS_BACK[spoken.dt.day_of_week.to_numpy(dtype="int64")], unit="D")
    collected = (spoken.dt.floor("D") - back + _COLLECTED).dt.tz_localize(_CLOCK).dt.tz_convert("UTC")
    return collected.where(~has_time | (collected <= instants), instants).astype("datetime64[us, UTC]")


def result_known_at(kick_off_at: pd.Series, kick_off_precision: pd.Series) -> pd.Series:
    """Return when a result is known: two hours after kick-off; without a time at the end of the UTC day."""
    has_time = kick_off_precision == "minute"
    return (kick_off_at + _MATCH_TAKES).where(has_time, kick_off_at + _DAY)
