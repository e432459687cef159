"""The record of the value signal as text: the champion's edges by bucket and what they were worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.domain.value import bucket_of
from pipeline.publishing import formats
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

_SOURCES = {"avg": "market average", "max": "best price", "fonbet": "Fonbet"}


@dataclass(frozen=True)
class BucketRow:
    """The record of the champion's edges above one bucket at one source's prices; shares in points."""

    label: str
    source: str
    is_named: bool
    flags: str
    share: str
    n: str
    roi: str
    roi_interval: str
    line_value: str
    line_interval: str
    record: str

    @property
    def sentence(self) -> str:
        """Return the record in one line: the word first, then what it rests on."""
        if self.n == "0":
            return f"{self.record}: no bet {self.label} in the backtest"
        worth = f"closing line value {self.line_value} % ({self.line_interval})"
        return f"{self.record}: {self.n} bets {self.label} in the backtest, {worth}"


def bucket_rows(tables: PublishedTables, run: RunFacts) -> tuple[BucketRow, ...]:
    """Return the champion's record by bucket, then by price source, the named one first."""
    own = tables.value_buckets[tables.value_buckets["family"] == run.champion_family]
    records = sorted(
        records_of(own), key=lambda each: (each["bucket"], not each["is_named"], each["price_source"])
    )
    return tuple(_bucket_row(each) for each in records)


def record_of_edge(tables: PublishedTables, run: RunFacts, edge: Any) -> BucketRow | None:
    """Return the record of the highest bucket an edge lies above, at the named price; None without one."""
    table = tables.value_buckets
    own = table[(table["family"] == run.champion_family) & table["is_named"]]
    bucket = None if formats.is_missing(edge) else bucket_of(float(edge), tuple(own["bucket"]))
    return None if bucket is None else _bucket_row(records_of(own[own["bucket"] == bucket])[0])


def threshold_record(tables: PublishedTables, run: RunFacts) -> BucketRow | None:
    """Return the record of all edges above the threshold in force; None where nothing is recorded."""
    return record_of_edge(tables, run, run.value_threshold + 1e-6)


def _bucket_row(record: Mapping[str, Any]) -> BucketRow:
    low, high = record["closing_line_value_low"], record["closing_line_value_high"]
    points = f"{100 * record['bucket']:.1f}".removesuffix(".0")
    return BucketRow(
        label=f"above {points} points",
        source=_SOURCES[record["price_source"]],
        is_named=bool(record["is_named"]),
        flags=formats.count(record["flags_count"]),
        share=formats.percent(record["flag_share"], 1),
        n=formats.count(record["n"]),
        roi=formats.points(record["roi"]),
        roi_interval=formats.interval(formats.points(record["roi_low"]), formats.points(record["roi_high"])),
        line_value=formats.points(record["closing_line_value"]),
        line_interval=formats.interval(formats.points(low), formats.points(high)),
        record=record["record"],
    )
