"""How old the data are: the newest result of each division, and when each file was last had from the feed.

Works on the verdict's and the intake's documents; ages count back from an instant of the run, never from a
clock. Whether an age is too old is the verdict's business. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class DataAge:
    """The age of a division's or a file's data; `last_at` and `age_days` are None where there are none."""

    subject: str
    state: str
    last_at: datetime | None
    age_days: float | None
    reason: str = ""


def division_ages(divisions: Mapping[str, Mapping[str, Any]], *, at: datetime) -> tuple[DataAge, ...]:
    """Return the age of each division's newest result at `at`, by division in the order of its code.

    divisions: the entry `divisions` of a verdict document. at: aware UTC instant.
    """
    ages = [
        (code, entry.get("state"), entry.get("last_result_at"), entry) for code, entry in divisions.items()
    ]
    return tuple(
        _age(code, state, last, entry, at) for code, state, last, entry in sorted(ages, key=_by_subject)
    )


def file_ages(files: Iterable[Mapping[str, Any]], *, at: datetime) -> tuple[DataAge, ...]:
    """Return how long ago the bytes in use of each file were fetched, by path.

    files: the entry `files` of an intake document. at: aware UTC instant.
    """
    ages = [(entry["path"], entry.get("state"), entry.get("fetched_at"), entry) for entry in files]
    return tuple(
        _age(path, state, last, entry, at) for path, state, last, entry in sorted(ages, key=_by_subject)
    )


def oldest(ages: Iterable[DataAge]) -> DataAge | None:
    """Return the oldest of those that have an age, None where none has; ties go to the first."""
    return max(
        (age for age in ages if age.age_days is not None), key=lambda age: age.age_days or 0.0, default=None
    )


def instant(text: object) -> datetime | None:
    """Return the instant of an ISO text, None where there is none.

    >>> instant("2026-03-01T12:00:00+00:00"), instant(None)
    (datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc), None)
    """
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _by_subject(row: tuple[str, Any, Any, Any]) -> str:
    return row[0]


def _age(subject: str, state: Any, last: Any, entry: Mapping[str, Any], at: datetime) -> DataAge:
    last_at = instant(last)
    age_days = None if last_at is None else (at - last_at).total_seconds() / _SECONDS_A_DAY
    return DataAge(subject, str(state or ""), last_at, age_days, str(entry.get("reason") or ""))
