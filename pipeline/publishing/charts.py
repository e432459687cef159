"""Geometry of the inline charts: numbers in, coordinates out; the templates draw them.

Each chart is visible without scripts and stands beside a table with the same numbers. Coordinates are rounded
to one decimal, so equal numbers give equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.publishing.formats import is_missing


@dataclass(frozen=True)
class Bar:
    """Three segments side by side on a width of 100: home, draw, away. They always fill it."""

    home: int
    draw: int
    away: int


@dataclass(frozen=True)
class Mark:
    """A point with its interval on an axis of 0 to 100, and where zero lies."""

    low: float
    middle: float
    high: float
    zero: float


@dataclass(frozen=True)
class Dot:
    """One bin of a reliability curve, in the panel's coordinates; `is_thin` where it holds few forecasts."""

    x: float
    y: float
    radius: float
    is_thin: bool


@dataclass(frozen=True)
class Panel:
    """One reliability curve: dots, the line through them, and the band a perfect forecaster would keep."""

    side: str
    dots: tuple[Dot, ...]
    line: str
    band: str


PANEL_SIZE = 240
THIN_BIN = 50


def bar_of(probabilities: Sequence[float]) -> Bar:
    """Return whole widths of the three segments.

    >>> bar_of((0.453, 0.27, 0.277))
    Bar(home=45, draw=27, away=28)
    """
    home, draw = round(100 * probabilities[0]), round(100 * probabilities[1])
    return Bar(home, min(draw, 100 - home), max(100 - home - draw, 0))


def mark_of(low: float, middle: float, high: float, *, reach: float) -> Mark | None:
    """Return the coordinates of an interval on an axis from -reach to reach; None where a number is missing.

    What lies beyond the axis is drawn at its end.

    >>> mark_of(-0.01, 0.0, 0.03, reach=0.02)
    Mark(low=25.0, middle=50.0, high=100.0, zero=50.0)
    """
    if any(is_missing(each) for each in (low, middle, high)) or reach <= 0:
        return None

    def place(value: float) -> float:
        return round(50 + 50 * max(-1.0, min(1.0, value / reach)), 1)

    return Mark(place(low), place(middle), place(high), 50.0)


def panel_of(side: str, bins: Sequence[tuple[int, float, float, float, float]]) -> Panel:
    """Return the panel of one outcome.

    bins: (n, mean forecast, observed share, low, high) by rising forecast, all shares 0 to 1. Bins without
    forecasts are left out; thin ones are dots apart, outside the line and the band.
    """
    filled = [each for each in bins if each[0] > 0 and not any(is_missing(value) for value in each)]
    most = max((each[0] for each in filled), default=1)
    dots = tuple(_dot(n, mean, observed, most) for n, mean, observed, _, _ in filled)
    line = " ".join(f"{dot.x},{dot.y}" for dot in dots if not dot.is_thin)
    solid = [each for each in filled if each[0] >= THIN_BIN]
    above = [f"{_across(mean)},{_up(high)}" for _, mean, _, _, high in solid]
    below = [f"{_across(mean)},{_up(low)}" for _, mean, _, low, _ in reversed(solid)]
    return Panel(side, dots, line, " ".join(above + below) if len(solid) > 1 else "")


def _dot(n: int, mean: float, observed: float, most: int) -> Dot:
    radius = round(2.5 + 3.5 * (n / most) ** 0.5, 1)
    return Dot(_across(mean), _up(observed), radius, n < THIN_BIN)


def _across(share: float) -> float:
    return round(PANEL_SIZE * share, 1)


def _up(share: float) -> float:
    return round(PANEL_SIZE * (1 - share), 1)
