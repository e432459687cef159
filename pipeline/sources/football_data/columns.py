"""What the feed's column names mean: a table for results and statistics, a grammar for prices.

A price column is a bookmaker's code, `C` where it is the closing price, and the ending of a side: `PSCH` is
Pinnacle's closing home price, `VCH` the early one of VC, `B365C>2.5` a closing price of three goals or more.
All names are generated from the codes in `bookmakers.csv` and the endings in `markets.csv`; nothing is
guessed by cutting a name apart, because `BFD`, `PPA` and `HC` would mislead. `B365AH` is the size of a
bookmaker's own handicap; `AHh`, `AHCh` and `BbAHh` are the market's and name no bookmaker, so that they stand
in `columns.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipeline.domain.markets import columns_of_stem, is_line, is_price, stem_of

_TABLE, _EXTRA_TABLE = "columns.csv", "extra_columns.csv"
_MOMENTS = {"": "early", "C": "close"}
_TRIPLE = "HDA"


@dataclass(frozen=True)
class Header:
    """Where each field stands in a line of the file, and the names that mean nothing to us."""

    positions: dict[str, int]
    unknown: tuple[str, ...]
    width: int

    @property
    def prices(self) -> tuple[str, ...]:
        """Return the price fields, every side of each bookmaker's market that is there at least in part."""
        stems = sorted({stem_of(name) for name in self.positions if is_price(name)})
        return tuple(name for stem in stems for name in columns_of_stem(stem))

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the fields that hold the size of a handicap."""
        return tuple(sorted(filter(is_line, self.positions)))

    def before_kick_off(self) -> Header:
        """Return the header without results, statistics and closing prices, which no fixture has."""
        after = {*fields_of_kind("count"), *fields_of_kind("result")}
        positions = {
            name: at for name, at in self.positions.items() if name not in after and "_close_" not in name
        }
        return Header(positions, self.unknown, self.width)

    def at_the_close(self) -> Header:
        """Return the header with every price a closing one, also where a file leaves out the `C`."""
        positions: dict[str, int] = {}
        for name in sorted(self.positions, key=lambda name: "_early_" in name):
            positions.setdefault(name.replace("_early_", "_close_"), self.positions[name])
        return Header(positions, self.unknown, self.width)


@cache
def bookmakers() -> dict[str, str]:
    """Return our word for each bookmaker by the feed's code, as in `{"BbAv": "avg"}`."""
    return {row["code"]: row["book"] for row in _rows("bookmakers.csv")}


@cache
def price_fields() -> dict[str, str]:
    """Return the field of every price column the grammar can produce.

    >>> [price_fields()[name] for name in ("PSCH", "VCH", "BbAvD", "BFD", "BFDA")]
    ['ps_close_home', 'vc_early_home', 'avg_early_draw', 'bf_early_draw', 'bfd_early_away']
    >>> [price_fields()[name] for name in ("PC>2.5", "BbMxAHH", "BFECAHA")]
    ['ps_close_over25', 'max_early_handicap_home', 'bfe_close_handicap_away']
    """
    return {column: field for column, field in _quoted_fields().items() if is_price(field)}


@cache
def line_fields() -> dict[str, str]:
    """Return the field of every column with the size of a handicap, the market's among them.

    >>> [line_fields()[name] for name in ("LBAH", "AHCh", "BbAHh")]
    ['lb_early_handicap_line', 'avg_close_handicap_line', 'avg_early_handicap_line']
    """
    everything = _quoted_fields() | known_fields()
    return {column: field for column, field in everything.items() if is_line(field)}


@cache
def _quoted_fields() -> dict[str, str]:
    return {
        f"{code}{flag}{row['ending']}": f"{book}_{moment}_{row['side']}"
        for code, book in bookmakers().items()
        for flag, moment in _MOMENTS.items()
        for row in _rows("markets.csv")
    }


@cache
def known_fields(*, is_extra: bool = False) -> dict[str, str]:
    """Return the field of every other known column; empty where it is known and not used.

    is_extra: of the files of the extra leagues, which name their columns otherwise.
    """
    return {row["column"]: row["field"] for row in _rows(_EXTRA_TABLE if is_extra else _TABLE)}


@cache
def fields_of_kind(kind: str) -> tuple[str, ...]:
    """Return the fields of one kind (`identity`, `count`, `result`) in the order of the tables."""
    rows = _rows(_TABLE) + _rows(_EXTRA_TABLE)
    return tuple(dict.fromkeys(row["field"] for row in rows if row["kind"] == kind))


def read_header(names: Sequence[str], *, is_extra: bool = False) -> Header:
    """Return what the names of a file's first line mean; of a doubled name the first column counts.

    >>> read_header(["Div", "HomeTeam", "AvgH", "B365>2.5", "", "Weather"]).unknown
    ('Weather',)
    """
    positions: dict[str, int] = {}
    unknown: dict[str, None] = {}
    known = known_fields(is_extra=is_extra)
    for position, name in enumerate(_with_endings(names)):
        field = _quoted_fields().get(name) or known.get(name)
        if field:
            positions.setdefault(field, position)
        elif field is None and name:
            unknown[name] = None
    return Header(positions, tuple(unknown), len(names))


def _with_endings(names: Sequence[str]) -> list[str]:
    """Give a bare code that stands three times in a row the endings it lost, as in Germany's D2 of 2004/05.

    >>> _with_endings(["IWA", "LB", "LB", "LB", "SBH"])
    ['IWA', 'LBH', 'LBD', 'LBA', 'SBH']
    """
    whole = list(names)
    for at, code in enumerate(names):
        if code in bookmakers() and whole[at : at + 3] == [code] * 3:
            whole[at : at + 3] = [f"{code}{letter}" for letter in _TRIPLE]
    return whole


def _rows(name: str) -> list[dict[str, str]]:
    text = files("pipeline.sources.football_data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
