"""The feeds by name. Adding one that writes the known format is one line in `catalogue.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pipeline.domain.divisions import Division, divisions_of
from pipeline.domain.errors import SettingError
from pipeline.sources.base import Source
from pipeline.sources.csv_folder.division_table import read_division_table
from pipeline.sources.csv_folder.source import CsvFolder
from pipeline.sources.football_data.source import FootballData

_FOLDER = "csv_folder"


@cache
def source_names() -> tuple[str, ...]:
    """Return the names a source can have.

    >>> source_names()
    ('football_data', 'embedded', 'tiny', 'csv_folder')
    """
    return tuple(_entries())


def source_named(
    name: str, *, divisions: Sequence[str] = (), seasons_from: int = 2015, division_table: bytes = b""
) -> Source:
    """Return a source.

    divisions: codes of the wanted divisions, all of the feed where empty. seasons_from: starting year of the
    first wanted season. division_table: bytes of the user's own `divisions.csv`, for `csv_folder` alone.
    Raises SettingError for an unknown source or division, ParseError for a table that can not be used.
    """
    entry = _entries().get(name)
    if entry is None:
        raise SettingError("source", name, f"the sources are {', '.join(_entries())}")
    title, is_simulated = entry["title"], entry["is_simulated"] == "yes"
    pages = tuple(entry["first_pages"].split())
    if name == _FOLDER:
        known = read_division_table(division_table)
        wanted = _wanted(name, known, divisions)
        return CsvFolder(name, title, is_simulated, pages, known, wanted, seasons_from)
    wanted = _wanted(name, divisions_of(name), divisions)
    return FootballData(name, title, is_simulated, pages, wanted, seasons_from)


def _wanted(name: str, offered: Mapping[str, Division], codes: Sequence[str]) -> dict[str, Division]:
    unknown = sorted(set(codes) - set(offered))
    if unknown:
        raise SettingError("divisions", ",".join(unknown), f"{name} has {', '.join(offered)}")
    return {code: division for code, division in offered.items() if not codes or code in codes}


@cache
def _entries() -> dict[str, dict[str, str]]:
    text = files("pipeline.sources").joinpath("catalogue.csv").read_text(encoding="utf-8")
    return {row["name"]: row for row in csv.DictReader(text.splitlines())}
