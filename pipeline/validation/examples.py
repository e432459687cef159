"""Which rows failed a check, in a few words: how many in each division, and the first of them by name.

Text of a feed stays text: it is cut to a length, and whoever prints it escapes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from pipeline.validation.engine import BY_BOOK, Finding
from pipeline.validation.frames import ArchiveFrames

_MOST_EXAMPLES = 5
_MOST_CHARACTERS = 120


@dataclass(frozen=True)
class Examples:
    """What failed one check. divisions: failed rows by code. rows: division, subject and value, as text."""

    divisions: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[Mapping[str, str], ...] = ()


def examples_of(
    findings: Sequence[Finding], frames: ArchiveFrames, suites: Mapping[str, pd.DataFrame]
) -> list[Examples]:
    """Return the examples of each finding on the archive; suites: of each frame the failed rows at least."""
    if not any(len(each.rows) for each in findings):
        return [Examples()] * len(findings)
    failures = [suites[each.check.suite].loc[each.rows] for each in findings]
    divisions = frames.origins(pd.concat([_keys_of(failed, frames) for failed in failures]))["division"]
    found = []
    for each, failed in zip(findings, failures, strict=True):
        found.append(examples_in(each.column, failed, _named(each.check.suite, failed, frames, divisions)))
    return found


def examples_in(column: str, failed: pd.DataFrame, named: pd.DataFrame) -> Examples:
    """Return the examples of one check on `column`; named: `division` and `subject` of each failed row."""
    counts = named["division"].value_counts().sort_index()
    first = named.head(_MOST_EXAMPLES)
    rows = zip(first["division"], first["subject"], failed[column], strict=False)
    return Examples(
        {str(code): int(count) for code, count in counts.items()},
        tuple(
            {"division": _cut(division), "subject": _cut(subject), "value": _cut(value)}
            for division, subject, value in rows
        ),
    )


def _keys_of(failed: pd.DataFrame, frames: ArchiveFrames) -> pd.Series:
    if "quote_row" in failed:
        return frames.quotes["match_id"].iloc[failed["quote_row"]]
    return failed["match_id"] if "match_id" in failed else pd.Series(dtype="str")


def _named(suite: str, failed: pd.DataFrame, frames: ArchiveFrames, divisions: pd.Series) -> pd.DataFrame:
    if suite in ("matches", "fixtures"):
        return failed[["division"]].assign(subject=failed["match_id"])
    if suite in ("seasons", "coverage"):
        return failed[["division"]].assign(subject=failed["division"] + " " + failed["season"].astype("str"))
    keys = _keys_of(failed, frames)
    subjects = [str(key) for key in keys]
    if suite in BY_BOOK:
        subjects = [f"{key} {stem}" for key, stem in zip(subjects, failed["stem"], strict=True)]
    codes = divisions.reindex(list(keys)).fillna("").to_list()
    return pd.DataFrame({"division": codes, "subject": subjects}, dtype="str")


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"
