"""Build the published tables on the quality of a run's data, from the documents that its checks left.

Documents and frames in, frames out. What the checks are is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.domain.tables import columns_of
from pipeline.publishing.tables import conform

QUALITY_TABLES = (
    "quality_checks",
    "quality_divisions",
    "quality_examples",
    "quality_quarantine",
    "new_clubs",
    "feeds",
)
_DTYPES = {"text": "str", "integer": "int64", "number": "float64", "flag": "bool"}

Suites = Mapping[str, Mapping[str, Any]]


def quality_tables(
    suites: Suites,
    quarantine: pd.DataFrame,
    clubs: Sequence[Mapping[str, Any]],
    feeds: Sequence[Mapping[str, Any]],
) -> dict[str, pd.DataFrame]:
    """Return the tables of QUALITY_TABLES by name.

    suites: what each suite found, as the verdict tells it. quarantine: table `quarantine`. clubs: the report
    on new clubs, country by country. feeds: one record a feed, with the columns of the table `feeds`.
    """
    rows: dict[str, list[Any]] = {
        "quality_checks": list(_checks(suites)),
        "quality_divisions": list(_by_division(suites)),
        "quality_examples": list(_examples(suites)),
        "quality_quarantine": _quarantine(quarantine),
        "new_clubs": list(_new_clubs(clubs)),
        "feeds": list(feeds),
    }
    return {name: conform(name, _typed(name, rows[name])) for name in QUALITY_TABLES}


def _found(suites: Suites) -> Iterator[tuple[dict[str, str], Mapping[str, Any]]]:
    for suite, entry in suites.items():
        for found in entry["expectations"]:
            yield {"suite": suite, "check": found["name"]}, found


def _checks(suites: Suites) -> Iterator[dict[str, Any]]:
    names = ("column", "severity", "is_met", "checked_count", "failed_count", "reason")
    for place, found in _found(suites):
        yield {**place, **{name: found[name] for name in names}, "divisions_count": len(found["divisions"])}


def _by_division(suites: Suites) -> Iterator[dict[str, Any]]:
    for place, found in _found(suites):
        for code, count in found["divisions"].items():
            yield {**place, "division": code, "failed_count": count}


def _examples(suites: Suites) -> Iterator[dict[str, Any]]:
    for place, found in _found(suites):
        for example in found["examples"]:
            yield {**place, **example}


def _quarantine(quarantine: pd.DataFrame) -> list[dict[str, Any]]:
    counted = quarantine.groupby(["division", "reason", "scope"], sort=True).size()
    return [
        {"division": code, "reason": reason, "scope": scope, "entries_count": count}
        for code, reason, scope, count in counted.rename("count").reset_index().itertuples(index=False)
    ]


def _new_clubs(clubs: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for country in clubs:
        for club in country["new"]:
            yield {
                "country": country["country"],
                "club": club["name"],
                "divisions": ", ".join(club["divisions"]),
                "first_on": club["first_on"],
                "looks_like": ", ".join(club["looks_like"]) or None,
            }


def _typed(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = columns_of(name, __package__)
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return frame.astype({column.name: _DTYPES[column.type] for column in columns})
