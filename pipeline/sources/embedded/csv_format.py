"""A season's matches as lines of football-data CSV: results in full, fixtures without what is not known.

Lines end in CRLF, dates are dd/mm/yyyy and times the UK clock, as in the main feed. Each line is written once
per season and never depends on the date asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.sources.embedded.parameters import laws
from pipeline.sources.embedded.schedule import Instants, Integers
from pipeline.sources.embedded.world import DivisionSeason

_IDENTITY = ("Div", "Date", "Time", "HomeTeam", "AwayTeam")
_RESULT = ("FTHG", "FTAG", "FTR", "HTHG", "HTAG", "HTR")
_STATISTICS = {
    "shots": ("HS", "AS"),
    "shots_on_target": ("HST", "AST"),
    "corners": ("HC", "AC"),
    "red_cards": ("HR", "AR"),
}
_SIDES = ("H", "D", "A")


def results_header(has_prices: bool) -> str:
    """Return the header of a results file; a division without odds has no price columns at all."""
    statistics = [name for names in _STATISTICS.values() for name in names]
    return ",".join([*_IDENTITY, *_RESULT, *statistics, *(price_columns() if has_prices else [])])


def fixtures_header() -> str:
    """Return the header of `fixtures.csv`: one for all divisions, with the closing columns."""
    return ",".join([*_IDENTITY, *price_columns()])


def price_columns() -> list[str]:
    """Return the price columns in order: early ones, then closing ones with a C before the side."""
    books = [*(name for name in laws()["prices"]["overrounds"] if name != "hidden"), "Max", "Avg"]
    return [f"{book}{mark}{side}" for mark in ("", "C") for book in books for side in _SIDES]


def result_lines(played: DivisionSeason) -> list[str]:
    """Return one line a match, in the order of play."""
    every = np.arange(len(played.schedule))
    columns = [*_identity(played, every, played.schedule.kick_off_at)]
    columns += [*_scores(played.goals), *_scores(played.half_time_goals)]
    columns += [_texts(played.statistics[name][:, side]) for name in _STATISTICS for side in (0, 1)]
    columns += [*_price_texts(played, "early", every), *_price_texts(played, "close", every)]
    return [",".join(cells) for cells in zip(*columns, strict=True)]


def fixture_lines(played: DivisionSeason, places: Integers, kick_off_at: Instants) -> list[str]:
    """Return one line for each of some matches as listed before kick-off. kick_off_at: UTC, theirs."""
    if not len(places):
        return []
    empty = [""] * len(places)
    half = len(price_columns()) // 2
    early = _price_texts(played, "early", places) or [empty] * half
    columns = [*_identity(played, places, kick_off_at), *early, *([empty] * half)]
    return [",".join(cells) for cells in zip(*columns, strict=True)]


def body(header: str, lines: Sequence[str]) -> bytes:
    """Return the bytes of a file."""
    return "".join(f"{line}\r\n" for line in (header, *lines)).encode("ascii")


def _identity(played: DivisionSeason, places: Integers, kick_off_at: Instants) -> list[list[str]]:
    clock = pd.DatetimeIndex(kick_off_at).tz_localize("UTC").tz_convert("Europe/London")
    code = [played.division.code] * len(clock)
    dates, times = list(clock.strftime("%d/%m/%Y")), list(clock.strftime("%H:%M"))
    return [code, dates, times, played.home[places].tolist(), played.away[places].tolist()]


def _scores(goals: Integers) -> list[list[str]]:
    sign = np.sign(goals[:, 0] - goals[:, 1])
    return [_texts(goals[:, 0]), _texts(goals[:, 1]), np.array(["A", "D", "H"])[sign + 1].tolist()]


def _price_texts(played: DivisionSeason, moment: str, places: Integers) -> list[list[str]]:
    books = played.prices.get(moment, {})
    return [_texts(prices[places, side]) for prices in books.values() for side in range(3)]


def _texts(values: NDArray[Any]) -> list[str]:
    return [f"{value:g}" for value in values.tolist()]
