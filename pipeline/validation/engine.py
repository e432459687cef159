"""The one place that talks to Great Expectations: every suite of the archive in one process.

Importing the library costs seconds and checking costs little, so all divisions are checked together. Nothing
is written: the context lives in memory, and the findings go to `verdict.py`.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.deferral import deferred
from pipeline.domain.errors import ContractError
from pipeline.validation.checks import Check

BY_BOOK = ("prices", "exchanges")
_RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


@dataclass(frozen=True)
class Finding:
    """What one check found in one group of columns; `rows` are positions in the checked frame."""

    check: Check
    column: str
    is_met: bool
    checked_count: int
    rows: np.ndarray[Any, np.dtype[np.int64]]


def run_checks(frames: Mapping[str, pd.DataFrame], checks: Sequence[Check]) -> list[Finding]:
    """Run every check on the frame of its suite; findings in the order of `checks`.

    frames: one frame a suite, of any index: a finding tells the places of rows.
    Raises ContractError where the engine could not run a check, which is a fault of ours and not of the data.
    """
    gx = _great_expectations()
    source = _context(gx).data_sources.add_pandas("archive")
    findings: list[Finding] = []
    for suite, frame in frames.items():
        wanted = [check for check in checks if check.suite == suite]
        columns = dict.fromkeys(column for check in wanted for column in check.columns)
        asset = source.add_dataframe_asset(suite).add_batch_definition_whole_dataframe("all")
        batch = asset.get_batch(
            batch_parameters={"dataframe": frame[list(columns)].reset_index(drop=True)}
        )  # copied for every check
        findings += _judge(gx.ExpectationSuite(name=suite), batch, len(frame), wanted)
    return findings


def by_book(findings: Sequence[Finding], suites: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Return the findings with those on single prices told in rows of the quotes, one a book and timing.

    suites: the failed rows of each frame at least; those of BY_BOOK know each row's `quote_row` and `stem`.
    """
    told: list[Finding] = []
    for each in findings:
        if each.check.suite not in BY_BOOK:
            told.append(each)
            continue
        at_fault = suites[each.check.suite].loc[each.rows]
        for stem, own in at_fault.groupby("stem", sort=True):
            rows = own["quote_row"].to_numpy(dtype=np.int64)
            told.append(Finding(each.check, f"{stem}_{each.column}", False, each.checked_count, rows))
    return told


def _judge(suite: Any, batch: Any, rows_count: int, checks: Sequence[Check]) -> list[Finding]:
    for position, check in enumerate(checks):
        suite.add_expectation(_expectation(check, position))
    results = {
        result.expectation_config.meta["position"]: result
        for result in batch.validate(suite, result_format=_RESULT_FORMAT).results
    }
    return [_finding(check, results[position], rows_count) for position, check in enumerate(checks)]


def _expectation(check: Check, position: int) -> Any:
    from great_expectations.expectations import registry

    names = ("column_A", "column_B") if "column_pair" in check.expectation else ("column",)
    named = dict(zip(names, check.columns, strict=True))
    kind = registry.get_expectation_impl(check.expectation)
    return kind(**named, **check.parameters, meta={"position": position})


def _finding(check: Check, result: Any, rows_count: int) -> Finding:
    fault = result.exception_info
    if any(
        each.get("raised_exception") for each in ([fault] if "raised_exception" in fault else fault.values())
    ):
        raise ContractError(check.suite, f"the check {check.name!r} could not be run: {fault}")
    rows = np.array(sorted(set(result.result.get("unexpected_index_list") or ())), dtype=np.int64)
    missing = int(result.result.get("missing_count") or 0)
    return Finding(check, check.columns[0], bool(result.success), rows_count - missing, rows)


def _context(gx: Any) -> Any:
    """Return a context in memory: without the pages the default one would keep on disk."""
    types = gx.data_context.types.base
    stores = types.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    settings = types.DataContextConfig(store_backend_defaults=stores)
    context = gx.get_context(mode="ephemeral", project_config=settings)
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context


def _great_expectations() -> Any:
    """Import the engine without its notices: deprecations are its own affair, progress is not wanted.

    Charts and distributions, which one of its expectations draws and fits, load when that one is used.
    """
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with warnings.catch_warnings(), deferred("altair", "scipy.stats"):
        warnings.simplefilter("ignore")
        import great_expectations
    return great_expectations
