"""What became of second feeds as a document and as lines for a log. It changes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from pipeline.sources.feed_joining import FeedReport, UnmatchedName

_MOST_TOLD = 10
_MOST_CHARACTERS = 120


def feeds_document(reports: Sequence[FeedReport]) -> list[dict[str, Any]]:
    """Return the reports as JSON knows them: counts, reasons with their counts, refused names."""
    return [
        dataclasses.asdict(report)
        | {
            "stood_at": report.stood_at.isoformat(),
            "unmatched": [_unmatched(each) for each in report.unmatched],
        }
        for report in reports
    ]


def feeds_told(reports: Sequence[FeedReport]) -> list[str]:
    """Return one line a feed with its counts, and one with the names that were refused."""
    lines = []
    for report in reports:
        reasons = "; ".join(f"{count} {reason}" for reason, count in report.excluded.items())
        lines.append(
            f"{report.feed}: {report.joined_count} of {report.listed_count} rows joined, "
            f"{report.added_count} fixtures added, not used: {reasons or 'none'}"
        )
        if report.unmatched:
            named = ", ".join(each.name[:_MOST_CHARACTERS] for each in report.unmatched[:_MOST_TOLD])
            lines.append(f"{report.feed}: {len(report.unmatched)} names refused: {named}")
    return lines


def _unmatched(each: UnmatchedName) -> dict[str, Any]:
    return {
        "name": each.name[:_MOST_CHARACTERS],
        "country": each.country,
        "looks_like": list(each.suggestions),
    }
