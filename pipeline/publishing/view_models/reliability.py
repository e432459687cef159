"""Reliability curves of a family and the numbers behind them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.domain.outcomes import SIDES
from pipeline.publishing import formats
from pipeline.publishing.charts import Panel, panel_of
from pipeline.publishing.views import PublishedTables, records_of


@dataclass(frozen=True)
class BinRow:
    """One bin of a reliability curve, as text."""

    side: str
    n: str
    forecast: str
    observed: str
    band: str


def panels_of(tables: PublishedTables, family: str) -> tuple[Panel, ...]:
    """Return the three reliability curves of a family; empty where it has none."""
    part = tables.calibration[tables.calibration["family"] == family].sort_values("bin", kind="stable")
    return tuple(
        panel_of(
            side,
            [
                (row["n"], row["forecast_mean"], row["observed_share"], row["low"], row["high"])
                for row in records_of(part[part["side"] == side])
            ],
        )
        for side in SIDES
        if (part["side"] == side).any()
    )


def bins_of(tables: PublishedTables, family: str) -> tuple[BinRow, ...]:
    """Return the numbers behind the reliability curves of a family."""
    part = tables.calibration[(tables.calibration["family"] == family) & (tables.calibration["n"] > 0)]
    records = sorted(records_of(part), key=lambda each: (SIDES.index(each["side"]), each["bin"]))
    return tuple(
        BinRow(
            side=each["side"],
            n=formats.count(each["n"]),
            forecast=formats.percent(each["forecast_mean"], 1),
            observed=formats.percent(each["observed_share"], 1),
            band=formats.interval(formats.percent(each["low"], 1), formats.percent(each["high"], 1)),
        )
        for each in records
    )
