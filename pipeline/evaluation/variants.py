"""How many variants were tried on the test seasons, by setting: the more, the less the best proves.

The list is `variants.csv` beside this module; whoever scores another recipe on the test seasons adds a line.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from importlib.resources import files


@dataclass(frozen=True)
class Variants:
    """Some variants of one setting that were scored on the test seasons on or before a day."""

    tried_on: date
    setting: str
    description: str
    count: int


def variants_tried() -> tuple[Variants, ...]:
    """Return the list of the data file, in its order."""
    with files(__package__).joinpath("variants.csv").open(encoding="utf-8") as lines:
        return tuple(
            Variants(date.fromisoformat(row["date"]), row["setting"], row["description"], int(row["count"]))
            for row in csv.DictReader(lines)
        )


def variants_by_setting() -> dict[str, int]:
    """Return how many variants were tried in each setting."""
    counts: dict[str, int] = {}
    for each in variants_tried():
        counts[each.setting] = counts.get(each.setting, 0) + each.count
    return counts
