"""Betting returns as text: what simple rules would have made, beside backing the market's favourite.

The word about a record is a rule, not judgement: few bets say nothing, else an interval that excludes zero
decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.view_models.scores import rows_of
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

FEW_BETS = 1000
"""Below this many bets a return on investment says nothing: it is greyed and named so."""

_WORDS = {
    "all_picks": ("a loss", "not told from zero", "a profit"),
    "value_bets": ("a loss", "not told from zero", "a profit"),
}
_RULES = {"all_picks": "Every pick", "value_bets": "Value bets only"}


@dataclass(frozen=True)
class ReturnRow:
    """What a betting rule would have returned at unit stakes, and the market's favourite beside it."""

    label: str
    rule: str
    n: str
    share: str
    mean_price: str
    roi: str
    roi_interval: str
    record: str
    market_roi: str
    market_interval: str
    price_source: str
    is_thin: bool


def return_rows(tables: PublishedTables, run: RunFacts, scope: str, key: str) -> tuple[ReturnRow, ...]:
    """Return the returns of our own families on one scope: the champion first, each rule in turn."""
    part = rows_of(tables.returns, scope, key)
    part = part[~part["family"].isin(run.yardsticks)]
    records = sorted(
        records_of(part),
        key=lambda each: (each["family"] != run.champion_family, each["family"], each["rule"]),
    )
    return tuple(_return_row(each, run) for each in records)


def record_word(rule: str, low: Any, high: Any, n: int) -> str:
    """Say what the record of a betting rule shows; few bets show nothing.

    >>> [record_word("value_bets", *ends, 5000) for ends in ((-0.08, -0.01), (-0.02, 0.03), (0.01, 0.05))]
    ['a loss', 'not told from zero', 'a profit']
    >>> record_word("all_picks", -0.08, -0.01, 5000), record_word("value_bets", 0.01, 0.05, 90)
    ('a loss', 'too few bets to say')
    """
    lost, open_, won = _WORDS.get(rule, _WORDS["value_bets"])
    if n < FEW_BETS:
        return "too few bets to say"
    if formats.is_missing(low) or formats.is_missing(high):
        return open_
    return lost if high < 0 else won if low > 0 else open_


def _return_row(record: Mapping[str, Any], run: RunFacts) -> ReturnRow:
    n, matches = int(record["n"]), int(record["matches_count"])
    return ReturnRow(
        label=run.family_title(record["family"]),
        rule=_RULES.get(record["rule"], record["rule"]),
        n=formats.count(n),
        share=formats.percent(n / matches, 1) if matches else formats.MISSING,
        mean_price=formats.price(record["mean_price"]),
        roi=formats.points(record["roi"]),
        roi_interval=_points_range(record, "roi"),
        record=record_word(record["rule"], record["roi_low"], record["roi_high"], n),
        market_roi=formats.points(record["market_roi"]),
        market_interval=_points_range(record, "market_roi"),
        price_source=record["price_source"],
        is_thin=n < FEW_BETS,
    )


def _points_range(record: Mapping[str, Any], name: str) -> str:
    return formats.interval(formats.points(record[f"{name}_low"]), formats.points(record[f"{name}_high"]))
