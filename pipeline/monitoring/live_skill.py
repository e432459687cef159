"""The alarms of the live monitor, in words. Its evidence is counted by `verify_ledger.live_monitor`.

An alarm is a notice and a reason for `decide_retraining` to look for a better recipe. It changes no forecast.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

_MOST_TOLD = 1e6


def alarms_of(rows: Iterable[Mapping[str, Any]], *, recipe: str) -> list[str]:
    """Return the alarms of the recipe that speaks now, in words; empty where there is none.

    rows: of table `live_monitor`. An alarm stays for as long as its recipe speaks, though the evidence may
    fall again; a new recipe begins with evidence of 1.
    """
    own = sorted((row for row in rows if row["recipe"] == recipe), key=lambda row: str(row["day"]))
    first = next((row for row in own if row["is_alarm"]), None)
    if first is None:
        return []
    value = evidence_text(first["highest_log_e_value"])
    return [
        f"the settled forecasts speak against the published chances: evidence {value} to 1 "
        f"on {first['day']}, after {first['n']} settled matches of this recipe"
    ]


def evidence_text(log_e_value: float) -> str:
    """Return an e-value in words' length.

    >>> evidence_text(0.0), evidence_text(5.3), evidence_text(40)
    ('1', '200', 'more than 1,000,000')
    """
    value = math.exp(min(log_e_value, math.log(_MOST_TOLD) + 1))
    if value > _MOST_TOLD:
        return f"more than {_MOST_TOLD:,.0f}"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
