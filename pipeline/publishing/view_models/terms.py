"""The feeds as text: what each provides, how it is credited, on which terms and how politely it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.publishing import formats
from pipeline.publishing.views import PublishedTables, records_of


@dataclass(frozen=True)
class FeedFacts:
    """One feed in words; an empty text where there is nothing to say."""

    title: str
    anchor: str
    is_used: bool
    address: str
    provides: str
    attribution: str
    terms: str
    robots: str
    rate: str
    prices: str


def feeds_of(tables: PublishedTables) -> tuple[FeedFacts, ...]:
    """Return every feed in the order of the table, those in use first."""
    return tuple(
        FeedFacts(
            title=row["title"],
            anchor=f"feed-{row['feed']}".replace("_", "-"),
            is_used=bool(row["is_used"]),
            address="" if formats.is_missing(row["address"]) else row["address"],
            provides=row["provides"],
            attribution=row["attribution"],
            terms=row["terms"],
            robots=row["robots"],
            rate=_rate(row["seconds_between_requests"]),
            prices=row["prices"],
        )
        for row in records_of(tables.feeds)
    )


def _rate(seconds: float) -> str:
    if formats.is_missing(seconds):
        return ""
    return f"one request at a time, at least {seconds:g} s between two"
