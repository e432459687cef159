"""The downloads: every published table with its forms, its size in rows and its columns explained.

The words about columns are those of `tables.csv`, the words about tables those of `downloads.csv` beside this
module.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipeline.domain.tables import Column, columns_of
from pipeline.publishing import formats
from pipeline.publishing.views import PublishedTables, RunFacts

FORMS = (("CSV", "csv"), ("Parquet", "parquet"), ("JSON", "json"))


@dataclass(frozen=True)
class Download:
    """One published table as it is offered."""

    name: str
    title: str
    description: str
    rows: str
    forms: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]


def downloads(tables: PublishedTables, run: RunFacts) -> tuple[Download, ...]:
    """Return every published table with the addresses of its forms, relative to the site."""
    return tuple(
        Download(
            name=name,
            title=title,
            description=description,
            rows=formats.count(tables.rows_count(name)),
            forms=tuple((form, f"data/{run.release_id}/{name}.{suffix}") for form, suffix in FORMS),
            columns=columns_of(name, "pipeline.publishing"),
        )
        for name, title, description in _descriptions()
    )


@cache
def _descriptions() -> tuple[tuple[str, str, str], ...]:
    with files(__package__).joinpath("downloads.csv").open(encoding="utf-8") as lines:
        return tuple((row["table"], row["title"], row["description"]) for row in csv.DictReader(lines))
