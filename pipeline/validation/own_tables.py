"""The checks on what we make ourselves: a stage asks for the document, keeps it, and refuses to go on.

A fault here is a fault of ours, never of the feed, so a blocking failure publishes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.domain.errors import ContractError
from pipeline.validation.checks import Check, own_checks, own_keys
from pipeline.validation.document import suites_document
from pipeline.validation.engine import run_checks
from pipeline.validation.examples import examples_in
from pipeline.validation.own_frames import own_frame

_IS_THERE = "is_there"
_PROMISES = (_IS_THERE, "is_wanted")


def check_own(
    tables: Mapping[str, pd.DataFrame], wanted: Mapping[str, Collection[str]] | None = None
) -> dict[str, Any]:
    """Check tables by their names and return what each suite found, JSON-able.

    wanted: for some tables the keys they promise, so that a row dropped or invented is found. Raises
    ContractError where a check could not be run or misses its column.
    """
    promised = wanted or {}
    own = [check for check in own_checks() if check.suite in tables]
    whole = {check.suite for check in own if check.columns == (_IS_THERE,)}
    frames = {
        name: own_frame(name, rows, own_keys()[name], promised.get(name), is_whole=name in whole)
        for name, rows in tables.items()
    }
    checks = [each for each in own if each.suite in promised or each.columns[0] not in _PROMISES]
    _check_columns(frames, checks)
    findings = run_checks(frames, checks)
    examples = [
        examples_in(each.column, failed, _named(failed))
        for each in findings
        for failed in [frames[each.check.suite].iloc[each.rows]]
    ]
    return suites_document(tuple(tables), findings, examples)


def _check_columns(frames: Mapping[str, pd.DataFrame], checks: Sequence[Check]) -> None:
    for check in checks:
        if check.columns[0] not in frames[check.suite]:
            raise ContractError(check.suite, f"misses {check.columns[0]}, which {check.name!r} checks")


def refuse(document: Mapping[str, Any]) -> None:
    """Raise ContractError for the first blocking check that failed, naming check, rows and first example."""
    for suite, entry in document.items():
        for found in entry["expectations"]:
            if found["severity"] == "blocking" and not found["is_met"]:
                raise ContractError(suite, _words(found))


def _words(found: Mapping[str, Any]) -> str:
    first = "".join(f", first {each['subject']} ({each['value']})" for each in found["examples"][:1])
    counted = f"{found['failed_count']} of {found['checked_count']} rows"
    return f"the check {found['name']!r} failed in {counted}{first}: {found['reason']}"


def _named(failed: pd.DataFrame) -> pd.DataFrame:
    divisions = failed["division"] if "division" in failed else pd.Series("", index=failed.index)
    return pd.DataFrame({"division": divisions.astype("str").fillna(""), "subject": failed["row_key"]})
