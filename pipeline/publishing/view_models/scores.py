"""Scores as text, each beside the market's on the same matches, with n and an interval.

The verdict words are rules, not judgement: an interval that excludes zero decides, else nothing is decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.domain.season import Season
from pipeline.publishing import formats
from pipeline.publishing.charts import Mark, mark_of
from pipeline.publishing.view_models.divisions import has_closing_only
from pipeline.publishing.view_models.matches import division_path
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

MARKET = "market"
_EVENT_WORDS = {"over25": "Over 2.5 goals", "both_score": "Both teams to score"}
TINY_GAP = 0.001
"""A difference in log loss below this, in nats, changes nothing for anyone who reads the forecasts."""


@dataclass(frozen=True)
class ScoreRow:
    """The scores of one family on one set of matches. Texts; `gap` is against the market."""

    label: str
    path: str
    is_champion: bool
    is_yardstick: bool
    n: str
    log_loss: str
    log_loss_interval: str
    gap: str
    gap_interval: str
    gap_word: str
    is_gap_tiny: bool
    mark: Mark | None
    rps: str
    brier: str
    accuracy: str
    ece: str
    ece_floor: str
    market_log_loss: str
    market_accuracy: str


def family_rows(tables: PublishedTables, run: RunFacts, scope: str, key: str) -> tuple[ScoreRow, ...]:
    """Return every family's scores on one scope, the best log loss first."""
    part = rows_of(tables.scores, scope, key)
    reach = _reach(part[~part["family"].isin(run.yardsticks)])
    records = sorted(records_of(part), key=lambda record: (record["log_loss"], record["family"]))
    market = _market_of(records)
    return tuple(
        _score_row(each, run, (run.family_title(each["family"]), ""), market, reach) for each in records
    )


def champion_rows(tables: PublishedTables, run: RunFacts, scope: str) -> tuple[ScoreRow, ...]:
    """Return the champion's scores for every division or season of the tables, each beside the market's."""
    part = tables.scores[tables.scores["scope"] == scope]
    own = part[part["family"] == run.champion_family]
    reach = _reach(own)
    markets = {row["key"]: row for row in records_of(part[part["family"] == MARKET])}
    labels = labels_of(tables, scope, tables.scores)
    rows = sorted(records_of(own), key=lambda record: label_order(labels, record["key"]))
    return tuple(
        _score_row(each, run, labels.get(each["key"], (each["key"], "")), markets.get(each["key"]), reach)
        for each in rows
    )


def headline(tables: PublishedTables, run: RunFacts) -> ScoreRow | None:
    """Return the champion's scores on all matches, or None where there is no backtest."""
    rows = [row for row in family_rows(tables, run, "all", "all") if row.is_champion]
    return rows[0] if rows else None


@dataclass(frozen=True)
class GoalScoreRow:
    """The scores of one family for one event of goals. Texts; `gap` is against the market."""

    event: str
    label: str
    is_yardstick: bool
    n: str
    log_loss: str
    log_loss_interval: str
    gap: str
    gap_interval: str
    gap_word: str


def goal_rows(tables: PublishedTables, run: RunFacts) -> tuple[GoalScoreRow, ...]:
    """Return every family's scores of over 2.5 goals, then of both teams to score, each the best first."""
    records = sorted(
        records_of(tables.goal_scores),
        key=lambda row: (list(_EVENT_WORDS).index(row["event"]), row["log_loss"], row["family"]),
    )
    return tuple(_goal_row(record, run) for record in records)


def _goal_row(record: Mapping[str, Any], run: RunFacts) -> GoalScoreRow:
    has_gap = record["family"] != MARKET and not formats.is_missing(record["gap"])
    return GoalScoreRow(
        event=_EVENT_WORDS[record["event"]],
        label=run.family_title(record["family"]),
        is_yardstick=record["family"] in run.yardsticks,
        n=formats.count(record["n"]),
        log_loss=formats.decimal(record["log_loss"], 4),
        log_loss_interval=_range(record, "log_loss", formats.decimal),
        gap=formats.signed(record["gap"], 4) if has_gap else formats.MISSING,
        gap_interval=_range(record, "gap", formats.signed) if has_gap else formats.MISSING,
        gap_word=gap_word(record["gap_low"], record["gap_high"]) if has_gap else "",
    )


def rows_of(table: Any, scope: str, key: str) -> Any:
    """Return the rows of a table of scores or returns that belong to one scope."""
    return table[(table["scope"] == scope) & (table["key"] == key)]


def _reach(part: Any) -> float:
    """Return half the width of the axis that all drawn intervals of a table share."""
    ends = [abs(end) for name in ("gap_low", "gap_high") for end in part[name] if not formats.is_missing(end)]
    return max(ends, default=0.0)


def _market_of(records: list[dict[str, Any]]) -> Mapping[str, Any] | None:
    return next((each for each in records if each["family"] == MARKET), None)


def labels_of(tables: PublishedTables, scope: str, scored: Any) -> dict[str, tuple[str, str]]:
    """Return the printed name and the address of each division or season of a table of scores, by key."""
    if scope == "division":
        return {
            row["division"]: (_division_label(row), division_path(row["division"]))
            for row in records_of(tables.divisions)
        }
    years = {str(key) for key in scored.loc[scored["scope"] == "season", "key"]}
    has_summer = any("/" not in label for label in tables.divisions["season_label"])
    return {year: (f"{year} start" if has_summer else Season(int(year)).label(), "") for year in years}


def _division_label(row: Mapping[str, Any]) -> str:
    closing = " (closing prices only)" if has_closing_only(row) else ""
    return f"{row['country']}, {row['name']}{closing}"


def label_order(labels: Mapping[str, tuple[str, str]], key: str) -> tuple[str, str]:
    """Return what orders divisions or seasons by their printed names."""
    return (labels.get(key, (key, ""))[0], key)


def _score_row(
    record: Mapping[str, Any],
    run: RunFacts,
    name: tuple[str, str],
    market: Mapping[str, Any] | None,
    reach: float,
) -> ScoreRow:
    is_yardstick = record["family"] in run.yardsticks
    is_market = record["family"] == MARKET
    gap = formats.MISSING if is_market else formats.signed(record["gap"], 4)
    return ScoreRow(
        label=name[0],
        path=name[1],
        is_champion=record["family"] == run.champion_family,
        is_yardstick=is_yardstick,
        n=formats.count(record["n"]),
        log_loss=formats.decimal(record["log_loss"], 4),
        log_loss_interval=_range(record, "log_loss", formats.decimal),
        gap=gap,
        gap_interval=formats.MISSING if is_market else _range(record, "gap", formats.signed),
        gap_word="" if is_market else gap_word(record["gap_low"], record["gap_high"]),
        is_gap_tiny=abs(record["gap"]) < TINY_GAP,
        mark=None
        if is_yardstick
        else mark_of(record["gap_low"], record["gap"], record["gap_high"], reach=reach),
        rps=formats.decimal(record["rps"], 4),
        brier=formats.decimal(record["brier"], 4),
        accuracy=formats.percent(record["accuracy"], 1),
        ece=formats.percent(record["ece"], 2),
        ece_floor=formats.percent(record["ece_floor"], 2),
        market_log_loss=formats.decimal(market["log_loss"], 4) if market else formats.MISSING,
        market_accuracy=formats.percent(market["accuracy"], 1) if market else formats.MISSING,
    )


def _range(record: Mapping[str, Any], name: str, write: Any) -> str:
    return formats.interval(write(record[f"{name}_low"], 4), write(record[f"{name}_high"], 4))


def gap_word(low: Any, high: Any) -> str:
    """Say what a gap's interval decides: lower log loss is better.

    >>> gap_word(0.001, 0.004), gap_word(-0.002, 0.001), gap_word(-0.004, -0.001)
    ('worse', 'not told apart', 'better')
    """
    if formats.is_missing(low) or formats.is_missing(high):
        return ""
    return "worse" if low > 0 else "better" if high < 0 else "not told apart"
