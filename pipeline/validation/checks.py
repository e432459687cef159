"""The checks on the archive as values, read from `suites.toml`.

Says what a check is; `engine.py` runs them, `verdict.py` draws the consequences.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.domain.markets import columns_of_stem

SUITES = ("matches", "fixtures", "quotes", "prices", "seasons")
SEVERITIES = ("row", "cell", "blocking", "warning")


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
    """When a division is withheld or stale; shares 0..1, days as counted by the division's calendar."""

    withheld_share: float
    withheld_least_rows: int
    stale_after_days: int
    season_end_days: int


def stem_of(column: str) -> str:
    """Return the book, timing and market of a derived price column.

    >>> stem_of("b365_early_lowest_price"), stem_of("ps_close_total_highest_price")
    ('b365_early', 'ps_close_total')
    """
    return column.removesuffix("_lowest_price").removesuffix("_highest_price")


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check in the order of the file.

    Raises ValueError where the file names an unknown suite or severity, or a name twice in a suite.
    """
    checks = tuple(Check(**{**row, "columns": tuple(row["columns"])}) for row in _suites_file()["checks"])
    faults = [check.name for check in checks if check.suite not in SUITES or check.severity not in SEVERITIES]
    names = [(check.suite, check.name) for check in checks]
    faults += sorted(name for suite, name in names if names.count((suite, name)) > 1)
    if faults:
        raise ValueError(f"suites.toml: unknown suite or severity, or a name used twice: {faults}")
    return checks


@cache
def rules() -> Rules:
    """Return the thresholds of the verdict."""
    return Rules(**_suites_file()["rules"])


def _suites_file() -> dict[str, Any]:
    return tomllib.loads(files("pipeline.validation").joinpath("suites.toml").read_text(encoding="utf-8"))
