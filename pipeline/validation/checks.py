"""The checks as values: on the archive from `suites.toml`, on what we make of it from `own_suites.toml`.

Says what a check is; `engine.py` runs them, `verdict.py` and `own_tables.py` draw the consequences.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.domain.markets import columns_of_stem

SUITES = ("matches", "fixtures", "quotes", "prices", "exchanges", "seasons", "coverage")
OWN_SUITES = (
    "features",
    "forecasts",
    *(
        "upcoming",
        "recent",
        "divisions",
        "standings",
        "scores",
        "calibration",
        "returns",
        "notices",
        "backtest",
        "markets",
        "likely_scores",
        "goal_scores",
        "contributions",
        "model_cards",
        "value_buckets",
        "skill",
        "skill_costs",
        "other_prices",
        "coverage",
        "settled",
        "ledger_results",
        "track_record",
        "lead_times",
        "live_monitor",
        "live_monitor_power",
        "ledger_runs",
        "ledger_corrections",
        "decisions",
        "challengers",
        "retraining_nights",
        "gate_policy",
        "gate_power",
    ),
)
"""Features, the forecasts of the fixtures, then the published tables under their own names."""
SEVERITIES = ("row", "cell", "blocking", "warning")
OWN_SEVERITIES = ("blocking", "warning")
_PRICE_COLUMNS = ("_lowest_price", "_highest_price", "_book_sum", "_exchange_sum", "_exchange_distance")


@dataclass(frozen=True)
class Check:
    """One expectation of one suite: what must hold, how bad it is when it does not, and what to say then."""

    suite: str
    name: str
    expectation: str
    columns: tuple[str, ...]
    severity: str
    reason: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    blanks: str = ""

    def fault_of(self, column: str) -> str:
        """Return the column to name in a quarantine entry when `column` failed."""
        return (self.fault or column).format(stem=stem_of(column))

    def blanks_of(self, column: str) -> str:
        """Return the patterns of the cells to blank when `column` failed, with a blank between them."""
        stem = stem_of(column)
        is_wanted = "{prices}" in self.blanks
        return self.blanks.format(stem=stem, prices=" ".join(columns_of_stem(stem)) if is_wanted else "")


@dataclass(frozen=True)
class Rules:
    """When a division is withheld or stale; shares 0..1, days as counted by the division's calendar.

    taken_back_rows: so many rows of a season the feed may take back by an edit. exchanges: bookmakers whose
    prices are offers of other customers, which can be missing or forgotten.
    """

    withheld_share: float
    withheld_least_rows: int
    stale_after_days: int
    season_end_days: int
    taken_back_rows: int
    exchanges: tuple[str, ...]


def stem_of(column: str) -> str:
    """Return the book, timing and market of a derived price column.

    >>> stem_of("b365_early_lowest_price"), stem_of("ps_close_total_highest_price")
    ('b365_early', 'ps_close_total')
    """
    return next((column.removesuffix(end) for end in _PRICE_COLUMNS if column.endswith(end)), column)


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check on the archive in the order of the file.

    Raises ValueError where the file names an unknown suite or severity, or a name twice in a suite.
    """
    return _checks_in("suites.toml", SUITES, SEVERITIES)


@cache
def own_checks() -> tuple[Check, ...]:
    """Return every check on the tables we make, in the order of the file; raises as `all_checks` does."""
    return _checks_in("own_suites.toml", OWN_SUITES, OWN_SEVERITIES)


@cache
def rules() -> Rules:
    """Return the thresholds of the verdict."""
    values = _read("suites.toml")["rules"]
    return Rules(**values | {"exchanges": tuple(values["exchanges"])})


@cache
def own_keys() -> dict[str, tuple[str, ...]]:
    """Return the columns that make up the key of each table we make."""
    return {suite: tuple(columns) for suite, columns in _read("own_suites.toml")["keys"].items()}


def _checks_in(name: str, suites: tuple[str, ...], severities: tuple[str, ...]) -> tuple[Check, ...]:
    checks = tuple(Check(**{**row, "columns": tuple(row["columns"])}) for row in _read(name)["checks"])
    faults = [check.name for check in checks if check.suite not in suites or check.severity not in severities]
    names = [(check.suite, check.name) for check in checks]
    faults += sorted(name for suite, name in names if names.count((suite, name)) > 1)
    if faults:
        raise ValueError(f"{name}: unknown suite or severity, or a name used twice: {faults}")
    return checks


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("pipeline.validation").joinpath(name).read_text(encoding="utf-8"))
