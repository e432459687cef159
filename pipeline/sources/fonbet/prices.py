"""The prices of one match: home, draw and away, the main total at 2.5 goals, the main handicap."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pipeline.domain.markets import LINE, MARKETS
from pipeline.domain.outcomes import SIDES
from pipeline.sources.fonbet.hosts import SOURCE

MATCH_ODDS = {"home": 921, "draw": 922, "away": 923}
TOTAL = {"over25": 930, "under25": 931}
HANDICAP = {"handicap_home": 927, "handicap_away": 928}
"""The factors of the three markets for the whole match, by side."""

_SIDES = [side for sides in MARKETS.values() for side in sides]
COLUMNS = tuple(f"{SOURCE}_early_{name}" for name in (*_SIDES, LINE))
"""The columns of a row's prices; all are there in every row."""

_HIGHEST = 1001.0
_LARGEST_LINE = 4.5
_GOALS = 2.5
_MOST_HUNDREDTHS = 10_000

Factors = Mapping[int, Mapping[str, Any]]


def price_of(factors: Factors, factor_id: int) -> float:
    """Return a decimal price above 1, NaN where there is none."""
    value = factors.get(factor_id, {}).get("v")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    return float(value) if 1 < value <= _HIGHEST else math.nan


def parameter_of(factors: Factors, factor_id: int) -> float:
    """Return the goals that a price is for: the text `pt`, or the number `p` in hundredths; NaN for neither.

    >>> parameter_of({930: {"v": 1.9, "pt": "2.5"}}, 930), parameter_of({927: {"v": 1.9, "p": -150}}, 927)
    (2.5, -1.5)
    """
    factor = factors.get(factor_id, {})
    text, hundredths = factor.get("pt"), factor.get("p")
    try:
        if isinstance(text, str) and text.strip():
            return float(text.replace(",", "."))
    except ValueError:
        return math.nan
    if not isinstance(hundredths, int) or isinstance(hundredths, bool) or abs(hundredths) > _MOST_HUNDREDTHS:
        return math.nan
    return hundredths / 100


def prices_of(factors: Factors) -> dict[str, float]:
    """Return the row's prices by column; a market of which a side is missing is missing whole."""
    prices = dict.fromkeys(COLUMNS, math.nan)
    ours = (MATCH_ODDS, True), (TOTAL, _is_at_goals(factors)), (HANDICAP, _is_handicap(factors))
    for market, is_ours in ours:
        values = {side: price_of(factors, factor_id) for side, factor_id in market.items()}
        if is_ours and not any(map(math.isnan, values.values())):
            prices |= {f"{SOURCE}_early_{side}": value for side, value in values.items()}
    if not math.isnan(prices[f"{SOURCE}_early_handicap_home"]):
        prices[f"{SOURCE}_early_{LINE}"] = parameter_of(factors, HANDICAP["handicap_home"])
    return prices


def missing_side(factors: Factors) -> str:
    """Return the first of home, draw and away that has no price; empty where all have one."""
    return next((side for side in SIDES if math.isnan(price_of(factors, MATCH_ODDS[side]))), "")


def book_sum(factors: Factors) -> float:
    """Return the sum of the reciprocal prices of home, draw and away; NaN where one is missing."""
    return sum(1 / price_of(factors, factor_id) for factor_id in MATCH_ODDS.values())


def _is_at_goals(factors: Factors) -> bool:
    return all(parameter_of(factors, factor_id) == _GOALS for factor_id in TOTAL.values())


def _is_handicap(factors: Factors) -> bool:
    """Tell whether both sides are for one handicap, in quarter goals and with opposite signs."""
    home, away = (parameter_of(factors, factor_id) for factor_id in HANDICAP.values())
    return home == -away and abs(home) <= _LARGEST_LINE and home * 4 == round(home * 4)
