"""Settling the ledger: what became of every sealed match, recomputed each time from ledger and results.

Nothing here is kept: a result corrected upstream changes these tables and shows among the corrections, never
the ledger. Scores and headline numbers are those of `verify_ledger`, so that an outsider's are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.outcomes import SIDES
from pipeline.forecasts import verify_ledger as proof
from pipeline.forecasts.ledger import earliest_kick_off, policy
from pipeline.forecasts.verify_ledger import Entry

OPEN, AWAITING, POSTPONED = "upcoming", "awaiting_result", "postponed"
SETTLED, VOID, ABANDONED, NO_RESULT = "settled", "void", "abandoned", "no_result"
_AWAITS_RESULT = timedelta(days=3)
_NO_SCORE = "the match has no score"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Feed:
    """What is known of the sealed matches now: the accepted tables, and the rows set aside."""

    matches: pd.DataFrame
    fixtures: pd.DataFrame
    quotes: pd.DataFrame
    quarantine: pd.DataFrame
    divisions: Mapping[str, Division]
    cut_off_at: datetime


def results_of(entries: Sequence[Entry], feed: Feed) -> Rows:
    """Return one row of table `ledger_results` for every match of the ledger, in the order of sealing."""
    latest = {entry["match_id"]: entry for entry in entries}
    played = feed.matches[feed.matches["match_id"].isin(list(latest))].set_index("match_id").to_dict("index")
    states = dict(zip(feed.fixtures["match_id"], feed.fixtures["status"], strict=True))
    abandoned = feed.quarantine[feed.quarantine["reason"] == _NO_SCORE]
    gone = set(zip(abandoned["division"], abandoned["value"], strict=True))
    closing = _closing_prices(feed.quotes, latest)
    rows = []
    for match_id, entry in latest.items():
        match: Any = played.get(match_id)
        state = SETTLED if match else states.get(match_id) or _state_unlisted(entry, gone, feed.cut_off_at)
        rows.append(
            {
                "match_id": match_id,
                "state": state,
                **_result(match, feed.divisions[entry["division"]] if match else None),
                **dict(
                    zip((f"close_{side}" for side in SIDES), closing.get(match_id, [None] * 3), strict=True)
                ),
            }
        )
    return rows


def settle(entries: Sequence[Entry], results: Rows, *, value_threshold: float) -> Rows:
    """Return one row of table `settled` for every match and role: its last entry, or the one that is scored.

    A match with a result whose entries all name a kick-off moved by more than the policy's hours, or were
    sealed after the real one, is void.
    """
    known = {row["match_id"]: proof.result_of(row) for row in results}
    scored = proof.scored_entries(entries, known, policy())
    last = {(entry["match_id"], entry["role"]): entry for entry in entries}
    rows = []
    for key, entry in last.items():
        result, chosen = known[key[0]], scored.get(key)
        state = VOID if result["state"] == SETTLED and chosen is None else result["state"]
        rows.append(_settled(chosen or entry, result, state, value_threshold))
    return sorted(rows, key=lambda row: (row["kick_off_at"], row["match_id"], row["role"]))


def track_record(entries: Sequence[Entry], results: Rows, rules: Mapping[str, Any]) -> Rows:
    """Return the headline numbers, table `track_record`."""
    return proof.headline(entries, {row["match_id"]: proof.result_of(row) for row in results}, rules)


def live_monitor(entries: Sequence[Entry], results: Rows, rules: Mapping[str, Any]) -> Rows:
    """Return table `live_monitor`: the evidence against the published chances by recipe and match-day."""
    return proof.live_monitor(entries, {row["match_id"]: proof.result_of(row) for row in results}, rules)


def lead_times(entries: Sequence[Entry], results: Rows, rules: Mapping[str, Any]) -> Rows:
    """Return table `lead_times`: scores of the last entry sealed at least so many hours before kick-off."""
    return proof.lead_times(entries, {row["match_id"]: proof.result_of(row) for row in results}, rules)


def runs_of(entries: Sequence[Entry], published: Mapping[str, str], run_id: str) -> Rows:
    """Return table `ledger_runs`: what each run sealed and the head after it, in the order of sealing.

    published: the releases that went live by run; the release of `run_id` is still being made.
    """
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        row = rows.setdefault(entry["run_id"], {"run_id": entry["run_id"], "entries": 0})
        row |= {"issued_at": entry["issued_at"], "release_id": entry["release_id"], "head": entry["hash"]}
        row |= {"entries": row["entries"] + 1, "length": entry["number"] + 1}
    for row in rows.values():
        is_live = published.get(row["run_id"]) == row["release_id"]
        row["release_state"] = (
            "this release" if row["run_id"] == run_id else "published" if is_live else "unpublished"
        )
    return list(rows.values())


def corrections_of(before: Rows, now: Rows, *, seen_at: datetime) -> Rows:
    """Return a row for every settled match whose result is another than it was, or is gone."""
    told = {row["match_id"]: _told(row) for row in before if row["state"] == SETTLED}
    today = {row["match_id"]: _told(row) for row in now}
    return [
        {"match_id": match_id, "seen_at": seen_at, "before": was, "after": today.get(match_id, "")}
        for match_id, was in told.items()
        if today.get(match_id, "") != was
    ]


def _told(row: Mapping[str, Any]) -> str:
    return f"{row['home_goals']:.0f}-{row['away_goals']:.0f}" if row["state"] == SETTLED else row["state"]


def _state_unlisted(entry: Entry, gone: set[tuple[str, str]], cut_off_at: datetime) -> str:
    """Return the state of a match that no table holds: the feed drops fixtures from its lists."""
    over_for = cut_off_at - datetime.fromisoformat(entry["kick_off_at"])
    if (entry["division"], f"{entry['home']} - {entry['away']}") in gone:
        return ABANDONED
    if over_for < timedelta(0):
        return OPEN
    return AWAITING if over_for <= _AWAITS_RESULT else NO_RESULT


def _result(match: Mapping[str, Any] | None, division: Division | None) -> dict[str, Any]:
    names = ("kick_off_at", "kick_off_precision", "earliest_kick_off_at", "home_goals", "away_goals")
    if match is None or division is None:
        return dict.fromkeys(names)
    kick_off_at = match["kick_off_at"].to_pydatetime()
    earliest = earliest_kick_off(kick_off_at, match["kick_off_precision"], division.time_zone)
    goals = int(match["home_goals"]), int(match["away_goals"])
    values = (_text(max(kick_off_at, earliest)), match["kick_off_precision"], _text(earliest), *goals)
    return dict(zip(names, values, strict=True))


def _closing_prices(quotes: pd.DataFrame, wanted: Mapping[str, Entry]) -> dict[str, list[float]]:
    names = [f"{proof.AVERAGE}_close_{side}" for side in SIDES]
    prices = (
        quotes[quotes["match_id"].isin(list(wanted))].set_index("match_id").reindex(columns=names).dropna()
    )
    full = prices[(prices > 1).all(axis=1)]
    return {str(match_id): row for match_id, row in zip(full.index, full.to_numpy().tolist(), strict=True)}


def _settled(entry: Entry, result: Mapping[str, Any], state: str, value_threshold: float) -> dict[str, Any]:
    shares, prices = entry["probabilities"], proof.prices_of(entry, proof.AVERAGE)
    market = proof.implied(prices) if prices else None
    value = proof.value_side(shares, market, value_threshold) if market else None
    row = {
        **{
            name: entry[name] for name in ("number", "match_id", "division", "season", "home", "away", "role")
        },
        **{name: entry[name] for name in ("family", "run_id", "issued_at")},
        "kick_off_at": result["kick_off_at"] or entry["kick_off_at"],
        "state": state,
        "home_goals": result["home_goals"],
        "away_goals": result["away_goals"],
        "pick_side": SIDES[shares.index(max(shares))],
        "value_side": None if value is None else SIDES[value],
    }
    for place, side in enumerate(SIDES):
        row |= {f"p_{side}": shares[place], f"price_{side}": prices[place] if prices else None}
    scores = proof.scores_of(entry, result, value_threshold) if state == SETTLED else {}
    return row | {name: scores.get(name) for name in proof.METRICS}


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
