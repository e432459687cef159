"""When bytes are known to have stood at the feed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.archive.report import IntakeFile

FETCHED = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last_modified", "stood_at"),
    [
        ("Fri, 24 Apr 2026 13:56:00 GMT", datetime(2026, 4, 24, 13, 56, tzinfo=UTC)),
        ("Fri, 24 Dec 2027 13:56:00 GMT", FETCHED),
        ("", FETCHED),
        ("yesterday", FETCHED),
    ],
)
def test_the_servers_date_counts_where_it_lies_before_the_fetch(
    last_modified: str, stood_at: datetime
) -> None:
    file = IntakeFile(
        "fixtures.csv", "fixtures", "", None, "fetched", "", "a" * 64, 9, FETCHED, last_modified
    )
    assert file.stood_at == stood_at
