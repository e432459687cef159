"""Coverage in words and numbers: the sums, one row a division, one row a season of a division."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.publishing import formats
from pipeline.publishing.view_models.divisions import DivisionFacts
from pipeline.publishing.views import PublishedTables, records_of

if TYPE_CHECKING:
    import pandas as pd

_NO_NUMBER = "-"


@dataclass(frozen=True)
class Totals:
    """All divisions together. sentence: the sum in words; adds_up: whether no row is lost."""

    sentence: str
    adds_up: bool
    rows: str
    matches: str
    to_come: str
    set_aside: str
    lost: str


@dataclass(frozen=True)
class DivisionRow:
    """One division over all its seasons."""

    division: DivisionFacts
    seasons: str
    rows: str
    matches: str
    to_come: str
    set_aside: str
    lost: str


@dataclass(frozen=True)
class SeasonRow:
    """One season of one division. expected: the matches of the whole season by its format."""

    season: str
    rows: str
    matches: str
    expected: str
    to_come: str
    set_aside: str
    clubs: str
    early_prices: str
    closing_prices: str


def totals(tables: PublishedTables) -> Totals:
    """Return what became of all rows read."""
    counts = _counts(tables.coverage)
    told = f"{counts['rows']} rows read: {counts['matches']} matches, {counts['to_come']} still to come, "
    adds_up = bool((tables.coverage["lost_count"] == 0).all())
    end = "and nothing is lost." if adds_up else "and the rest is lost, which is a fault."
    return Totals(f"{told}{counts['set_aside']} set aside with a reason, {end}", adds_up, **counts)


def division_rows(tables: PublishedTables, known: tuple[DivisionFacts, ...]) -> tuple[DivisionRow, ...]:
    """Return one row a division that has any rows, in the order given."""
    parts = {division.code: _of(tables, division.code) for division in known}
    return tuple(
        DivisionRow(division, _span(parts[division.code]), **_counts(parts[division.code]))
        for division in known
        if len(parts[division.code])
    )


def season_rows(tables: PublishedTables, division: str) -> tuple[SeasonRow, ...]:
    """Return the seasons of a division, the newest first."""
    return tuple(_season(record) for record in records_of(_of(tables, division)))


def _of(tables: PublishedTables, division: str) -> pd.DataFrame:
    return tables.coverage[tables.coverage["division"] == division]


def _counts(part: pd.DataFrame) -> dict[str, str]:
    columns = {
        "rows": "rows_count",
        "matches": "matches_count",
        "to_come": "to_come_count",
        "set_aside": "quarantined_count",
        "lost": "lost_count",
    }
    return {name: formats.count(int(part[column].sum())) for name, column in columns.items()}


def _span(part: pd.DataFrame) -> str:
    labels = part.sort_values("season", kind="stable")["season_label"].tolist()
    return labels[0] if len(labels) == 1 else f"{len(labels)}, {labels[0]} to {labels[-1]}"


def _season(record: dict[str, Any]) -> SeasonRow:
    expected = record["expected_count"]
    return SeasonRow(
        season=record["season_label"],
        rows=formats.count(record["rows_count"]),
        matches=formats.count(record["accepted_count"]),
        expected=_NO_NUMBER if formats.is_missing(expected) else formats.count(int(expected)),
        to_come=formats.count(record["to_come_count"]),
        set_aside=formats.count(record["quarantined_count"]),
        clubs=formats.count(record["clubs_count"]),
        early_prices=formats.count(record["early_prices_count"]),
        closing_prices=formats.count(record["closing_prices_count"]),
    )
