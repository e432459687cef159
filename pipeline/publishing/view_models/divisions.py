"""Divisions by country with the state of their data, and the standings of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.view_models.matches import division_path
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

_STATE_WORDS = {
    "accepted": ("up to date", "Data accepted by every check."),
    "stale": ("stale", "Results are missing: forecasts rest on old data or are withheld."),
    "withheld": ("withheld", "The data failed a check: no forecasts are published."),
    "no_data": ("no data", "No file of this division could be read."),
}
_FEW_EARLY = 0.05
"""Below this share of results with an early price a history is one of closing prices only."""


@dataclass(frozen=True)
class DivisionFacts:
    """One division: what it is and how fresh its data are, as text."""

    code: str
    name: str
    country: str
    tier: int
    path: str
    season: str
    state: str
    state_word: str
    state_text: str
    reason: str
    last_result_at: str
    last_result: str
    age: str
    matches_count: str
    season_matches_count: str
    fixtures_count: str
    quarantined_count: str
    season_format: str
    tie_breaks: str
    has_closing_only: bool


@dataclass(frozen=True)
class StandingRow:
    """One club in the table of a division."""

    position: int
    club: str
    played: int
    won: int
    drawn: int
    lost: int
    goals_for: int
    goals_against: int
    difference: str
    points: int
    elo: str
    note: str
    place: str


@dataclass(frozen=True)
class Footnote:
    """Points taken from a club, told below the table. mark: what stands at the club."""

    mark: str
    text: str


def all_divisions(tables: PublishedTables, run: RunFacts) -> tuple[DivisionFacts, ...]:
    """Return every division by country, then tier."""
    records = sorted(
        records_of(tables.divisions), key=lambda row: (row["country"], row["tier"], row["division"])
    )
    return tuple(_facts(record, run) for record in records)


def by_country(divisions: tuple[DivisionFacts, ...]) -> tuple[tuple[str, tuple[DivisionFacts, ...]], ...]:
    """Return divisions grouped by their country, in the order given."""
    groups = groupby(divisions, key=lambda division: division.country)
    return tuple((country, tuple(members)) for country, members in groups)


def standings_of(tables: PublishedTables, division: str) -> tuple[StandingRow, ...]:
    """Return the table of a division's running season; empty before its first result."""
    part = tables.standings[tables.standings["division"] == division]
    newest = part[part["season"] == part["season"].max()]
    records = sorted(records_of(newest), key=lambda row: (row["position"], row["club"]))
    marks = _marks(records)
    return tuple(_standing(record, marks.get(record["club_id"], "")) for record in records)


def footnotes_of(tables: PublishedTables, division: str) -> tuple[Footnote, ...]:
    """Return what was taken from clubs of a division's running season, by position."""
    part = tables.standings[tables.standings["division"] == division]
    newest = part[part["season"] == part["season"].max()].sort_values("position", kind="stable")
    records = records_of(newest)
    marks = _marks(records)
    return tuple(_footnote(row, marks[row["club_id"]]) for row in records if row["club_id"] in marks)


def _marks(records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    taken = [record["club_id"] for record in records if record["deducted_points"]]
    return {club: str(number) for number, club in enumerate(taken, start=1)}


def _footnote(record: Mapping[str, Any], mark: str) -> Footnote:
    points = int(record["deducted_points"])
    reason = "" if formats.is_missing(record["deduction_reason"]) else f": {record['deduction_reason']}"
    return Footnote(mark, f"{record['club']}: {points} {'point' if points == 1 else 'points'} taken{reason}.")


def _facts(record: Mapping[str, Any], run: RunFacts) -> DivisionFacts:
    word, text = _STATE_WORDS.get(record["state"], (record["state"], ""))
    last = record["last_result_at"]
    return DivisionFacts(
        code=record["division"],
        name=record["name"],
        country=record["country"],
        tier=int(record["tier"]),
        path=division_path(record["division"]),
        season=record["season_label"],
        state=record["state"],
        state_word=word,
        state_text=text,
        reason="" if formats.is_missing(record["reason"]) else record["reason"],
        last_result_at=formats.iso(last),
        last_result="none" if formats.is_missing(last) else f"{formats.short_day(last)} {last.year}",
        age=formats.age_text(last, run.cut_off_at),
        matches_count=formats.count(record["matches_count"]),
        season_matches_count=formats.count(record["season_matches_count"]),
        fixtures_count=formats.count(record["fixtures_count"]),
        quarantined_count=formats.count(record["quarantined_count"]),
        season_format=record["season_format"],
        tie_breaks=record["tie_breaks"],
        has_closing_only=has_closing_only(record),
    )


def has_closing_only(record: Mapping[str, Any]) -> bool:
    """Tell whether hardly any result has an early price though some have a closing one."""
    early, closing = record["early_price_share"], record["closing_price_share"]
    return not formats.is_missing(early) and early < _FEW_EARLY and closing > 0


def _standing(record: Mapping[str, Any], note: str) -> StandingRow:
    return StandingRow(
        position=int(record["position"]),
        club=record["club"],
        played=int(record["played"]),
        won=int(record["won"]),
        drawn=int(record["drawn"]),
        lost=int(record["lost"]),
        goals_for=int(record["goals_for"]),
        goals_against=int(record["goals_against"]),
        difference=formats.signed(int(record["goals_for"]) - int(record["goals_against"]), 0),
        points=int(record["points"]),
        elo=formats.decimal(record["elo"], 0),
        note=note,
        place="" if formats.is_missing(record["place"]) else record["place"],
    )
