"""The feeds by name. Adding one that writes the known format is one line in `catalogue.csv`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pipeline.domain.divisions import Division, divisions_of
from pipeline.domain.errors import SettingError
from pipeline.sources.base import Source
from pipeline.sources.football_data.source import FootballData


@cache
def source_names() -> tuple[str, ...]:
    """Return the names a source can have.

    >>> source_names()
    ('football_data', 'embedded', 'tiny')
    """
    return tuple(_entries())


def source_named(name: str, *, divisions: Sequence[str] = (), seasons_from: int = 2015) -> Source:
    """Return a source.

    divisions: codes of the wanted divisions, all of the feed where empty. seasons_from: starting year of the
    first wanted season. Raises SettingError for an unknown source or division.
    """
    entry = _entries().get(name)
    if entry is None:
        raise SettingError("source", name, f"the sources are {', '.join(_entries())}")
    return FootballData(
        name=name,
        title=entry["title"],
        is_simulated=entry["is_simulated"] == "yes",
        first_pages=tuple(entry["first_pages"].split()),
        divisions=_wanted(name, divisions),
        seasons_from=seasons_from,
    )


def _wanted(name: str, codes: Sequence[str]) -> dict[str, Division]:
    offered = divisions_of(name)
    unknown = sorted(set(codes) - set(offered))
    if unknown:
        raise SettingError("divisions", ",".join(unknown), f"{name} has {', '.join(offered)}")
    return {code: division for code, division in offered.items() if not codes or code in codes}


@cache
def _entries() -> dict[str, dict[str, str]]:
    text = files("pipeline.sources").joinpath("catalogue.csv").read_text(encoding="utf-8")
    return {row["name"]: row for row in csv.DictReader(text.splitlines())}
