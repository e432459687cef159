"""The track record: what the ledger's sealed forecasts came to, and the ledger itself.

Numbers that rest on few matches are shown all the same, with their count, and greyed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.domain.outcomes import SIDES
from pipeline.publishing import formats
from pipeline.publishing.view_models.matches import division_path
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

FEW_MATCHES = 1000
SHOWN_MATCHES = 60
SHOWN_RUNS = 20
_STATES = {
    "upcoming": "coming",
    "awaiting_result": "awaiting the result",
    "postponed": "postponed",
    "settled": "settled",
    "void": "void: the kick-off was moved",
    "abandoned": "abandoned",
    "no_result": "no result in the feed",
}
_METRICS = {
    "log_loss": ("Log loss", 4),
    "market_log_loss": ("Log loss of the market", 4),
    "log_loss_gap": ("Gap to the market", 4),
    "rps": ("RPS", 4),
    "brier": ("Brier score", 4),
}
_SHARES = {
    "accuracy": "Picks that were right, %",
    "roi_picks": "ROI of every pick, %",
    "roi_favourites": "ROI of the market's favourites, %",
    "roi_value": "ROI of value bets, market average, %",
    "roi_value_best": "ROI of value bets, best price, %",
    "clv_value": "Closing line value of value bets, average, %",
    "clv_value_best": "Closing line value of value bets, best price, %",
}


@dataclass(frozen=True)
class Number:
    """One headline number as text."""

    value: str
    interval: str
    n: str
    is_thin: bool


@dataclass(frozen=True)
class Measure:
    """One line of the record: the published forecast, and the independent one where it has a number."""

    label: str
    published: Number | None
    independent: Number | None


@dataclass(frozen=True)
class SealedMatch:
    """One match of the ledger as a row of text."""

    kick_off: str
    kick_off_iso: str
    home: str
    away: str
    path: str
    chances: tuple[str, str, str]
    pick: int
    state: str
    score: str
    verdict: str
    log_loss: str
    market_log_loss: str
    number: int


@dataclass(frozen=True)
class SealedRun:
    """One run's entries in the ledger."""

    issued: str
    issued_iso: str
    entries: str
    head: str
    is_published: bool


def measures(tables: PublishedTables) -> tuple[Measure, ...]:
    """Return the headline numbers, a measure a line."""
    known = {(row["role"], row["metric"]): _number(row) for row in records_of(tables.track_record)}
    labels = {name: label for name, (label, _) in _METRICS.items()} | _SHARES
    lines = [
        Measure(label, known.get(("champion", metric)), known.get(("independent", metric)))
        for metric, label in labels.items()
    ]
    return tuple(line for line in lines if line.published or line.independent)


def lead_numbers(tables: PublishedTables) -> tuple[tuple[str, Number], ...]:
    """Return the published forecast's gap to the market by the hours it was sealed before kick-off."""
    rows = [row for row in records_of(tables.lead_times) if row["role"] == "champion"]
    gaps = [row for row in rows if row["metric"] == "log_loss_gap"]
    return tuple((f"{row['hours']} hours" if row["hours"] != 1 else "1 hour", _number(row)) for row in gaps)


def sealed_matches(tables: PublishedTables) -> tuple[SealedMatch, ...]:
    """Return the published role's latest settled matches, newest first, at most SHOWN_MATCHES."""
    rows = [row for row in records_of(tables.settled) if row["role"] == "champion"]
    known = set(tables.divisions["division"])  # a sealed division may have left the configuration since
    closed = [row for row in rows if row["state"] not in ("upcoming", "awaiting_result")]
    return tuple(_match(row, known) for row in closed[: -SHOWN_MATCHES - 1 : -1])


def states(tables: PublishedTables) -> tuple[tuple[str, str], ...]:
    """Return how many sealed matches stand in each state."""
    champion = tables.settled[tables.settled["role"] == "champion"]
    counts = Counter(champion["state"])
    return tuple((_STATES[state], formats.count(counts[state])) for state in _STATES if counts[state])


def sealed_runs(tables: PublishedTables) -> tuple[SealedRun, ...]:
    """Return the runs that sealed last, newest first."""
    rows = records_of(tables.ledger_runs)[::-1][:SHOWN_RUNS]
    return tuple(
        SealedRun(
            issued=formats.instant_text(row["issued_at"]),
            issued_iso=f"{row['issued_at']:%Y-%m-%dT%H:%M:%SZ}",
            entries=formats.count(row["entries"]),
            head=row["head"],
            is_published=row["release_state"] != "unpublished",
        )
        for row in rows
    )


def corrections(tables: PublishedTables) -> tuple[dict[str, Any], ...]:
    """Return the results that changed after they were settled, newest first."""
    return tuple(
        {**row, "seen": formats.instant_text(row["seen_at"])}
        for row in records_of(tables.ledger_corrections)[::-1]
    )


def since(tables: PublishedTables) -> str:
    """Return when the first entry was sealed, empty where the ledger is."""
    runs = tables.ledger_runs
    return formats.instant_text(runs["issued_at"].min()) if len(runs) else ""


def kind_of(run: RunFacts) -> str:
    """Return in a few words what kind of ledger this is."""
    if run.is_replay:
        return "a replay: sealed afterwards, night by night, with what was known then"
    return "simulated: a made-up world" if run.is_simulated else "live"


def _number(row: dict[str, Any]) -> Number:
    metric, ends = row["metric"], [row[name] for name in ("value", "low", "high")]
    if metric == "accuracy":
        told = [formats.percent(end, 1) for end in ends]
    elif metric in _SHARES:
        told = [formats.points(end) for end in ends]
    elif metric == "log_loss_gap":
        told = [formats.signed(end, _METRICS[metric][1]) for end in ends]
    else:
        told = [formats.decimal(end, _METRICS[metric][1]) for end in ends]
    interval, n = formats.interval(told[1], told[2]), formats.count(row["n"])
    return Number(value=told[0], interval=interval, n=n, is_thin=row["n"] < FEW_MATCHES)


def _match(row: dict[str, Any], known: set[str]) -> SealedMatch:
    is_settled = row["state"] == "settled"
    return SealedMatch(
        kick_off=formats.instant_text(row["kick_off_at"]),
        kick_off_iso=formats.iso(row["kick_off_at"]),
        home=row["home"],
        away=row["away"],
        path=division_path(row["division"]) if row["division"] in known else "",
        chances=tuple(formats.percent(row[f"p_{side}"]) for side in SIDES),  # type: ignore[arg-type]
        pick=SIDES.index(row["pick_side"]),
        state=_STATES[row["state"]],
        score=f"{row['home_goals']:.0f}–{row['away_goals']:.0f}" if is_settled else "",
        verdict=("right" if row["accuracy"] else "wrong") if is_settled else "",
        log_loss=formats.decimal(row["log_loss"]),
        market_log_loss=formats.decimal(row["market_log_loss"]),
        number=int(row["number"]),
    )
