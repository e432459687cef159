"""Sealing forecasts: which fixtures may enter the ledger, and what an entry holds.

An entry is a JSON document; its form, its hash and the chain are those of `verify_ledger`, the file that
outsiders run. Entries are admitted before kick-off only, judged by the clock at sealing. Nothing here reads
that clock or writes a file: the caller passes the instant and keeps the entries.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.errors import LedgerError
from pipeline.domain.outcomes import SIDES
from pipeline.domain.scores import checked_probabilities
from pipeline.forecasts.verify_ledger import BEGINNING, Entry, canonical, hash_of

CHAMPION, INDEPENDENT = "champion", "independent"
TOO_LATE, TOO_FAR, NO_FORECAST = "kick-off is too near or past", "beyond the horizon", "no forecast"

_DIGITS = 8
_SEALED = frozenset({"number", "issued_at", "previous", "hash"})
"""Fields that belong to the moment of sealing: all the others are the content that a retry must repeat."""


@dataclass(frozen=True)
class Seal:
    """What all entries of a run share.

    kind: `live`, `replay` or `simulated`; a ledger holds one kind. model_ids: by family, a digest of its
    state; recipes: by role, the recipe of the model that leads there, whichever family speaks of a fixture;
    intake: the digest of the bytes that fed the run.
    """

    run_id: str
    release_id: str
    kind: str
    source: str
    intake: str
    value_threshold: float
    model_ids: Mapping[str, str] = field(default_factory=dict)
    recipes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sealed:
    """The entries of a run, and how many fixtures were left out by reason."""

    entries: tuple[Entry, ...]
    left_out: Mapping[str, int]


@cache
def policy() -> dict[str, Any]:
    """Return the rules of `ledger.toml`."""
    return tomllib.loads(files("pipeline.forecasts").joinpath("ledger.toml").read_text(encoding="utf-8"))


def published_policy(value_threshold: float) -> dict[str, Any]:
    """Return the rules with the threshold of the value signal, as they are published."""
    return {**policy(), "value_threshold": value_threshold}


def rules_digest(value_threshold: float) -> str:
    """Return sixteen hexadecimal digits that stand for the rules."""
    return hashlib.sha256(canonical(published_policy(value_threshold))).hexdigest()[:16]


def earliest_kick_off(kick_off_at: datetime, precision: str, time_zone: str) -> datetime:
    """Return the first instant at which a match can begin.

    That is the kick-off itself where it is known to the minute, else the start of its date in the division's
    time zone.

    >>> earliest_kick_off(datetime(2026, 5, 2, tzinfo=UTC), "day", "Asia/Tokyo")
    datetime.datetime(2026, 5, 1, 15, 0, tzinfo=datetime.timezone.utc)
    """
    if precision == "minute":
        return kick_off_at
    day = kick_off_at.astimezone(UTC).date()
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def candidates_of(
    fixtures: pd.DataFrame,
    forecasts: Mapping[str, pd.DataFrame],
    quotes: Mapping[str, Sequence[Mapping[str, Any]]],
    divisions: Mapping[str, Division],
    seal: Seal,
) -> list[Entry]:
    """Return an unsealed entry for every fixture and role that has a forecast, by kick-off, match and role.

    fixtures: the table; forecasts: by role, rows of `score_fixtures`; quotes: by match, what was on offer as
    {"source", "at", "prices"}. Raises ProbabilityError where a forecast is no distribution.
    """
    shown = fixtures.set_index("match_id")
    entries = []
    for role, table in sorted(forecasts.items()):
        answered = table[table["p_home"].notna()]
        shares = answered[[f"p_{side}" for side in SIDES]].to_numpy(dtype="float64")
        checked_probabilities(shares)
        for match_id, family, row in zip(
            answered["match_id"], answered["forecast_family"], shares.tolist(), strict=True
        ):
            fixture = shown.loc[match_id].to_dict()
            entries.append(
                _content(fixture, divisions[fixture["division"]], seal)
                | {
                    "match_id": match_id,
                    "role": role,
                    "family": family,
                    "model": seal.model_ids.get(family, ""),
                    "recipe": seal.recipes.get(role, ""),
                    "probabilities": [round(share, _DIGITS) for share in row],
                    "quotes": [dict(quote) for quote in quotes.get(match_id, ())],
                }
            )
    return sorted(entries, key=lambda entry: (entry["kick_off_at"], entry["match_id"], entry["role"]))


def seal_entries(candidates: Sequence[Entry], last: Entry | None, *, now: datetime) -> Sealed:
    """Chain those candidates behind `last` that may be sealed at `now`.

    last: the last entry of the ledger, None for an empty one. Left out are fixtures whose kick-off is too
    near or past, and those beyond the horizon. Raises LedgerError where `now` is before the last entry, or
    where the ledger holds another kind of entries.
    """
    _refuse_other_ledger(candidates, last, now)
    horizon = now + timedelta(days=policy()["horizon_days"])
    left_out: dict[str, int] = {}
    entries: list[Entry] = []
    head, number = (last["hash"], last["number"] + 1) if last else (BEGINNING, 0)
    for candidate in candidates:
        reason = _reason_to_leave_out(candidate, now, horizon)
        if reason:
            left_out[reason] = left_out.get(reason, 0) + 1
            continue
        entry = {**candidate, "issued_at": _text(now), "number": number + len(entries), "previous": head}
        head = hash_of(entry)
        entries.append({**entry, "hash": head})
    return Sealed(tuple(entries), left_out)


def content_of(entry: Entry) -> Entry:
    """Return what a retry must repeat: the entry without the fields of the moment of sealing."""
    return {name: value for name, value in entry.items() if name not in _SEALED}


def refuse_changed(sealed: Sequence[Entry], candidates: Sequence[Entry]) -> None:
    """Raise LedgerError where a candidate differs from what this run has sealed under the same key.

    The same content again is no fault: a run that was cut short may seal again.
    """
    known = {(entry["match_id"], entry["run_id"], entry["role"]): content_of(entry) for entry in sealed}
    for candidate in candidates:
        key = candidate["match_id"], candidate["run_id"], candidate["role"]
        if key in known and known[key] != candidate:
            raise LedgerError(f"{' '.join(key)} was sealed already with another content")


def _content(fixture: Mapping[str, Any], division: Division, seal: Seal) -> Entry:
    kick_off_at = fixture["kick_off_at"].to_pydatetime()
    earliest = earliest_kick_off(kick_off_at, fixture["kick_off_precision"], division.time_zone)
    return {
        "division": fixture["division"],
        "season": int(fixture["season"]),
        "home": fixture["home"],
        "away": fixture["away"],
        "kick_off_at": _text(max(kick_off_at, earliest)),
        "kick_off_precision": fixture["kick_off_precision"],
        "closes_at": _text(earliest - timedelta(minutes=policy()["margin_minutes"])),
        "run_id": seal.run_id,
        "release_id": seal.release_id,
        "kind": seal.kind,
        "source": seal.source,
        "intake": seal.intake,
        "rules": rules_digest(seal.value_threshold),
    }


def _reason_to_leave_out(candidate: Entry, now: datetime, horizon: datetime) -> str:
    if now > datetime.fromisoformat(candidate["closes_at"]):
        return TOO_LATE
    return TOO_FAR if datetime.fromisoformat(candidate["kick_off_at"]) > horizon else ""


def _refuse_other_ledger(candidates: Sequence[Entry], last: Entry | None, now: datetime) -> None:
    if last is None:
        return
    if now < datetime.fromisoformat(last["issued_at"]):
        raise LedgerError(f"{_text(now)} lies before the last sealed entry, {last['issued_at']}")
    for candidate in candidates:
        if (candidate["kind"], candidate["source"]) != (last["kind"], last["source"]):
            raise LedgerError(
                f"a {candidate['kind']} entry of {candidate['source']} cannot follow "
                f"{last['kind']} entries of {last['source']}"
            )


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
