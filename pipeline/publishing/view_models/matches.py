"""The list of fixtures and of recent results: by day, then by division, every number as text.

Order within a day is country, tier, division, kick-off. What has no forecast stays in the list with its
reason; a reason that all matches of a group share is said once, at its head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from pipeline.domain.outcomes import SIDES
from pipeline.domain.value import UNPROVEN
from pipeline.publishing import formats
from pipeline.publishing.charts import Bar, bar_of
from pipeline.publishing.view_models.value import record_of_edge
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

_OUTCOME_WORDS = ("home win", "draw", "away win")
_STATUS_WORDS = {"awaiting_result": "result not in yet", "postponed": "postponed"}


@dataclass(frozen=True)
class MatchRow:
    """One fixture or match. Triples are home, draw, away; None where there is no forecast or no price."""

    kick_off: str
    time: str
    home: str
    away: str
    chances: tuple[str, str, str] | None
    bar: Bar | None
    pick: int | None
    prices: tuple[str, str, str] | None
    edges: tuple[str, str, str] | None
    value_at: int | None
    value_text: str
    value_record: str
    notes: tuple[str, ...]
    score: str
    outcome: int | None
    verdict: str
    other_prices: tuple[str, ...] = ()


@dataclass(frozen=True)
class DivisionGroup:
    """The matches of one division on one day."""

    code: str
    name: str
    country: str
    path: str
    prices_from: str
    notes: tuple[str, ...]
    rows: tuple[MatchRow, ...]


@dataclass(frozen=True)
class Day:
    """All matches of one UTC day."""

    iso: str
    title: str
    groups: tuple[DivisionGroup, ...]

    @property
    def count(self) -> int:
        """Return the number of matches of the day."""
        return sum(len(group.rows) for group in self.groups)


def coming_days(tables: PublishedTables, run: RunFacts, division: str | None = None) -> tuple[Day, ...]:
    """Return the fixtures by day, the nearest day first; of one division where its code is given."""
    others = _other_prices(tables)

    def row_of(record: Mapping[str, Any]) -> MatchRow:
        row = _fixture_row(record, tables, run)
        return replace(row, other_prices=others.get(record["match_id"], ()))

    return _days(tables, tables.upcoming, division, row_of, is_newest_first=False)


def recent_days(tables: PublishedTables, division: str | None = None) -> tuple[Day, ...]:
    """Return the recent results by day, the newest day first; of one division where its code is given."""
    return _days(tables, tables.recent, division, _result_row, is_newest_first=True)


def _other_prices(tables: PublishedTables) -> dict[str, tuple[str, ...]]:
    """Return the prices of second feeds by match: name, home, draw and away, and when they stood there."""
    texts: dict[str, tuple[str, ...]] = {}
    for record in records_of(tables.other_prices):
        if triple := _texts(_triple(record, "price"), formats.price):
            text = f"{record['price_source']}: {' / '.join(triple)}, {_span([record['price_at']])}"
            texts[record["match_id"]] = (*texts.get(record["match_id"], ()), text)
    return texts


def prices_of(tables: PublishedTables, division: str) -> str:
    """Name the sources of the prices of a division's fixtures; empty where none is priced."""
    return _prices_from(records_of(tables.upcoming[tables.upcoming["division"] == division]))


def division_path(code: str) -> str:
    """Return the address of a division's page, relative to the site.

    >>> division_path("E0")
    'divisions/e0/'
    """
    return f"divisions/{code.lower()}/"


def _days(
    tables: PublishedTables,
    matches: Any,
    division: str | None,
    row_of: Callable[[Mapping[str, Any]], MatchRow],
    *,
    is_newest_first: bool,
) -> tuple[Day, ...]:
    facts = {row["division"]: row for row in records_of(tables.divisions)}
    wanted = matches if division is None else matches[matches["division"] == division]
    records = sorted(records_of(wanted), key=lambda record: _order(record, facts))
    days = [
        Day(f"{day:%Y-%m-%d}", formats.long_day(day), tuple(_groups(of_day, facts, row_of)))
        for day, of_day in groupby(records, key=lambda record: record["kick_off_at"].date())
    ]
    return tuple(reversed(days)) if is_newest_first else tuple(days)


def _order(record: Mapping[str, Any], facts: Mapping[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    known = facts.get(record["division"], {})
    place = (record["country"], known.get("tier", 99), record["division"])
    return (record["kick_off_at"].date(), *place, record["kick_off_at"], record["home"], record["match_id"])


def _groups(
    records: Iterable[Mapping[str, Any]],
    facts: Mapping[str, Mapping[str, Any]],
    row_of: Callable[[Mapping[str, Any]], MatchRow],
) -> Iterator[DivisionGroup]:
    for code, group in groupby(records, key=lambda record: record["division"]):
        members = list(group)
        rows, notes = _with_shared_notes_apart(tuple(row_of(member) for member in members))
        yield DivisionGroup(
            code=code,
            name=facts.get(code, {}).get("name", code),
            country=members[0]["country"],
            path=division_path(code) if code in facts else "",
            prices_from=_prices_from(members),
            notes=notes,
            rows=rows,
        )


def _with_shared_notes_apart(
    rows: tuple[MatchRow, ...],
) -> tuple[tuple[MatchRow, ...], tuple[str, ...]]:
    shared = tuple(note for note in rows[0].notes if all(note in row.notes for row in rows))
    if len(rows) < 2 or not shared:
        return rows, ()
    return tuple(replace(row, notes=tuple(n for n in row.notes if n not in shared)) for row in rows), shared


def _prices_from(members: Iterable[Mapping[str, Any]]) -> str:
    """Name the sources of some matches' prices, each once, and from when to when they were collected."""
    collected: dict[str, list[Any]] = {}
    for member in members:
        if not formats.is_missing(member["price_source"]):
            instants = collected.setdefault(member["price_source"], [])
            instants.extend([] if formats.is_missing(member["price_at"]) else [member["price_at"]])
    return "; ".join(", ".join(filter(None, (name, _span(at)))) for name, at in collected.items())


def _span(instants: list[Any]) -> str:
    """Return the first to the last of some instants as text; nothing for none."""
    if not instants:
        return ""
    first, last = min(instants), max(instants)
    begin = f"{formats.short_day(first)} {formats.clock_time(first)}"
    if first == last:
        return f"{begin} UTC"
    end = formats.clock_time(last)
    return f"{begin} to {end if first.date() == last.date() else formats.short_day(last) + ' ' + end} UTC"


def _triple(record: Mapping[str, Any], prefix: str) -> tuple[Any, Any, Any] | None:
    values = tuple(record[f"{prefix}_{side}"] for side in SIDES)
    return None if any(formats.is_missing(value) for value in values) else (values[0], values[1], values[2])


def _texts(triple: tuple[Any, Any, Any] | None, write: Callable[[Any], str]) -> tuple[str, str, str] | None:
    return None if triple is None else (write(triple[0]), write(triple[1]), write(triple[2]))


def _shared(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what fixtures and results have in common."""
    chances = _triple(record, "p")
    is_day_only = record["kick_off_precision"] == "day"
    kick_off = record["kick_off_at"]
    return {
        "kick_off": f"{kick_off:%Y-%m-%d}" if is_day_only else formats.iso(kick_off),
        "time": formats.short_day(kick_off)[4:] if is_day_only else formats.clock_time(kick_off),
        "home": record["home"],
        "away": record["away"],
        "chances": _texts(chances, formats.percent),
        "bar": bar_of(chances) if chances else None,
        "pick": max(range(3), key=lambda side: chances[side]) if chances else None,
        "prices": _texts(_triple(record, "price"), formats.price),
        "edges": _texts(_triple(record, "edge"), formats.points),
    }


def _fixture_row(record: Mapping[str, Any], tables: PublishedTables, run: RunFacts) -> MatchRow:
    value_at = None if formats.is_missing(record["value_side"]) else SIDES.index(record["value_side"])
    shared = _shared(record)
    return MatchRow(
        **shared,
        value_at=value_at,
        value_text=_value_text(value_at, record, shared),
        value_record=_value_record(value_at, record, tables, run),
        notes=tuple(_notes(record, run)),
        score="",
        outcome=None,
        verdict="",
    )


def _value_text(value_at: int | None, record: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    if value_at is None:
        return ""
    if shared["prices"] is None or shared["edges"] is None:  # this site publishes no prices
        return f"Value: {_OUTCOME_WORDS[value_at]}"
    edge = f"edge {shared['edges'][value_at]} points"
    if formats.is_missing(record["value_price"]):  # nor the prices of the feed whose price would be named
        return f"Value: {_OUTCOME_WORDS[value_at]}, {edge}"
    price, source = formats.price(record["value_price"]), record["value_price_source"]
    return f"Value: {_OUTCOME_WORDS[value_at]} at {price} ({source}), {edge}"


def _value_record(
    value_at: int | None, record: Mapping[str, Any], tables: PublishedTables, run: RunFacts
) -> str:
    """Return the record of a value mark's bucket; a mark without any record is unproven."""
    if value_at is None or formats.is_missing(record[f"edge_{SIDES[value_at]}"]):
        return ""
    found = record_of_edge(tables, run, record[f"edge_{SIDES[value_at]}"])
    return found.sentence if found else f"{UNPROVEN}: no backtest of this edge"


def _notes(record: Mapping[str, Any], run: RunFacts) -> Iterator[str]:
    if not formats.is_missing(record["listed_by"]):
        yield f"Listed by {record['listed_by']} alone"
    if record["status"] in _STATUS_WORDS:
        yield _STATUS_WORDS[record["status"]]
    if not formats.is_missing(record["withheld_reason"]):
        yield f"No forecast: {record['withheld_reason']}"
    if not formats.is_missing(record["fallback_reason"]):
        yield f"Forecast by {run.family_title(record['forecast_family'])}: {record['fallback_reason']}"


def _result_row(record: Mapping[str, Any]) -> MatchRow:
    is_right = record["is_pick_right"]
    verdict = "" if formats.is_missing(is_right) else "right" if is_right else "wrong"
    notes = ("published before kick-off",) if record["forecast_kind"] == "published" else ()
    return MatchRow(
        **_shared(record),
        value_at=None,
        value_text="",
        value_record="",
        notes=notes,
        score=f"{record['home_goals']}–{record['away_goals']}",
        outcome=int(record["outcome"]),
        verdict=verdict,
    )
