"""What the feed's column names mean: a table for results and statistics, a grammar for prices.

A price column is a bookmaker's code, `C` where it is the closing price, and the side `H`, `D` or `A`, so
`PSCH` is Pinnacle's closing home price, and `VCH` the early one of VC. All names are generated from the codes
in `bookmakers.csv`; nothing is guessed by cutting a name apart, because `BFD` and `HC` would mislead. Total
goals and handicap prices are recognised and left aside.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipeline.domain.outcomes import SIDES

_MOMENTS = {"": "early", "C": "close"}
_LETTERS = dict(zip("HDA", SIDES, strict=True))


@dataclass(frozen=True)
class Header:
    """Where each field stands in a line of the file, and the names that mean nothing to us."""

    positions: dict[str, int]
    unknown: tuple[str, ...]
    width: int

    @property
    def prices(self) -> tuple[str, ...]:
        """Return the price fields, all three sides of every triple that is there at least in part."""
        triples = {name.rpartition("_")[0] for name in self.positions if is_price_field(name)}
        return tuple(f"{triple}_{side}" for triple in sorted(triples) for side in SIDES)

    def before_kick_off(self) -> Header:
        """Return the header without results, statistics and closing prices, which no fixture has."""
        after = {*fields_of_kind("count"), *fields_of_kind("result")}
        positions = {
            name: at for name, at in self.positions.items() if name not in after and "_close_" not in name
        }
        return Header(positions, self.unknown, self.width)


@cache
def bookmakers() -> dict[str, str]:
    """Return our word for each bookmaker by the feed's code, as in `{"BbAv": "avg"}`."""
    return {row["code"]: row["book"] for row in _rows("bookmakers.csv")}


@cache
def price_fields() -> dict[str, str]:
    """Return the field of every 1X2 price column the grammar can produce.

    >>> [price_fields()[name] for name in ("PSCH", "VCH", "BbAvD", "BFD", "BFDA")]
    ['ps_close_home', 'vc_early_home', 'avg_early_draw', 'bf_early_draw', 'bfd_early_away']
    """
    return {
        f"{code}{flag}{letter}": f"{book}_{moment}_{side}"
        for code, book in bookmakers().items()
        for flag, moment in _MOMENTS.items()
        for letter, side in _LETTERS.items()
    }


@cache
def known_fields() -> dict[str, str]:
    """Return the field of every other known column; empty where it is known and not used."""
    return {row["column"]: row["field"] for row in _rows("columns.csv")}


@cache
def fields_of_kind(kind: str) -> tuple[str, ...]:
    """Return the fields of one kind (`identity`, `count`, `result`) in the order of the table."""
    return tuple(dict.fromkeys(row["field"] for row in _rows("columns.csv") if row["kind"] == kind))


def is_price_field(field: str) -> bool:
    """Tell whether a field is a price, as in `avg_early_home`."""
    return any(f"_{moment}_" in field for moment in _MOMENTS.values())


def read_header(names: Sequence[str]) -> Header:
    """Return what the names of a file's first line mean; of a doubled name the first column counts.

    >>> read_header(["Div", "HomeTeam", "AvgH", "B365>2.5", "", "Weather"]).unknown
    ('Weather',)
    """
    positions: dict[str, int] = {}
    unknown: dict[str, None] = {}
    for position, name in enumerate(names):
        field = price_fields().get(name) or known_fields().get(name)
        if field:
            positions.setdefault(field, position)
        elif field is None and name and not _other_market().fullmatch(name):
            unknown[name] = None
    return Header(positions, tuple(unknown), len(names))


@cache
def _other_market() -> re.Pattern[str]:
    """Match total goals and Asian handicap columns; there Pinnacle's code is a mere `P`."""
    codes = "|".join(sorted(map(re.escape, [*bookmakers(), "P"]), key=len, reverse=True))
    return re.compile(rf"(?:{codes})C?(?:[<>]2\.5|AH[HAh]?)")


def _rows(name: str) -> list[dict[str, str]]:
    text = files("pipeline.sources.football_data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
