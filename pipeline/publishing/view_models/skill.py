"""The last measurement of skill as text: setting by setting, each family beside both markets.

Nothing is chosen here: within a setting the best log loss stands first, and the division and season tables
follow the family that is best on all matches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.charts import Mark, mark_of
from pipeline.publishing.view_models.scores import gap_word, label_order, labels_of, rows_of
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

YARDSTICK = "yardstick"
_TITLES = {
    "independent": ("Independent", "Results and match statistics of earlier days. No price at all."),
    "memory": ("Memory", "Also the closing prices of matches played before; no price of the match itself."),
    "anchored": ("Anchored", "Also the early prices of the match itself."),
}
_NAMES = {"market_close": "Closing market", "truth": "Perfect forecast"}


@dataclass(frozen=True)
class SkillRow:
    """One forecaster on all test matches, beside the early and the closing market."""

    label: str
    is_yardstick: bool
    n: str
    unanswered: str
    is_compared: bool
    log_loss: str
    early: str
    early_interval: str
    early_word: str
    mark: Mark | None
    close: str
    close_interval: str
    rps: str
    brier: str
    accuracy: str
    ece: str
    ece_floor: str


@dataclass(frozen=True)
class SettingTable:
    """One setting: what it may see, its forecasters beside the yardsticks, how many variants were tried."""

    name: str
    title: str
    words: str
    rows: tuple[SkillRow, ...]
    best: str
    variants: str


@dataclass(frozen=True)
class Gap:
    """The gap to the early market of a setting's best forecaster on some matches."""

    gap: str
    interval: str
    word: str
    mark: Mark | None


@dataclass(frozen=True)
class PartRow:
    """One division or season: the early market's log loss and each setting's gap to it."""

    label: str
    path: str
    n: str
    early_log_loss: str
    close_gap: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class CostRow:
    """What a family's fits and forecasts over all blocks took."""

    label: str
    blocks: str
    seconds: str
    cpu_seconds: str
    peak: str
    answered: str
    fault: str


def setting_tables(tables: PublishedTables, run: RunFacts) -> tuple[SettingTable, ...]:
    """Return a table for each setting that has a forecaster, from the least that may be seen to the most."""
    everyone = records_of(rows_of(tables.skill, "all", "all"))
    yardsticks = [each for each in everyone if each["setting"] == YARDSTICK]
    found = []
    for name, (title, words) in _TITLES.items():
        own = [each for each in everyone if each["setting"] == name]
        if own:
            reach = _reach(own)
            ordered = sorted([*own, *yardsticks], key=_best_first)
            rows = tuple(_skill_row(each, run, reach) for each in ordered)
            best, variants = _title(min(own, key=_best_first), run), formats.count(own[0]["variants_count"])
            found.append(SettingTable(name, title, words, rows, best, variants))
    return tuple(found)


def seasons_measured(run: RunFacts) -> str:
    """Return the test seasons by their starting years; empty where nothing was measured."""
    if run.skill is None:
        return ""
    first, last = run.skill.first_season, run.skill.last_season
    return str(first) if first == last else f"{first} to {last}"


def part_rows(tables: PublishedTables, scope: str) -> tuple[PartRow, ...]:
    """Return every division or season with the gap of each setting's best forecaster on all matches."""
    best = _best_families(tables)
    part = tables.skill[tables.skill["scope"] == scope]
    by_key: dict[str, dict[str, Mapping[str, Any]]] = {}
    for record in records_of(part):
        by_key.setdefault(record["key"], {})[record["family"]] = record
    own = [rows[family] for rows in by_key.values() for family in best if family in rows]
    reach, labels = _reach(own), labels_of(tables, scope, tables.skill)
    return tuple(
        _part_row(labels.get(key, (key, "")), by_key[key], best, reach)
        for key in sorted(by_key, key=lambda key: label_order(labels, key))
    )


def part_heads(tables: PublishedTables, run: RunFacts) -> tuple[tuple[str, str], ...]:
    """Return the title of each setting in `part_rows` and its best forecaster's."""
    everyone = {each["family"]: each for each in records_of(rows_of(tables.skill, "all", "all"))}
    return tuple(
        (_TITLES[everyone[family]["setting"]][0], run.family_title(family))
        for family in _best_families(tables)
    )


def cost_rows(tables: PublishedTables, run: RunFacts) -> tuple[CostRow, ...]:
    """Return what each family took, the dearest first."""
    costs = tables.skill_costs
    rows = []
    for family, own in costs.groupby("family", sort=True):
        faults = sorted(set(own["fault"].dropna()))
        seconds = float(own["fit_and_forecast_seconds"].sum())
        answered = (
            f"{formats.count(own['answered_count'].sum())} of {formats.count(own['block_count'].sum())}"
        )
        row = CostRow(
            label=run.family_title(family),
            blocks=formats.count(len(own)),
            seconds=formats.decimal(seconds, 1),
            cpu_seconds=formats.decimal(float(own["cpu_seconds"].sum()), 1),
            peak=formats.count(own["peak_memory_mib"].max()),
            answered=answered,
            fault="; ".join(faults),
        )
        rows.append((-seconds, str(family), row))
    return tuple(row for _, _, row in sorted(rows, key=lambda each: each[:2]))


def _best_families(tables: PublishedTables) -> tuple[str, ...]:
    everyone = [each for each in records_of(rows_of(tables.skill, "all", "all")) if each["n"]]
    own = {name: [each for each in everyone if each["setting"] == name] for name in _TITLES}
    return tuple(min(records, key=_best_first)["family"] for records in own.values() if records)


def _best_first(record: Mapping[str, Any]) -> tuple[bool, float, str]:
    is_silent = formats.is_missing(record["log_loss"])
    return (is_silent, 0.0 if is_silent else record["log_loss"], record["family"])


def _reach(records: list[Any]) -> float:
    ends = [abs(each[name]) for each in records for name in ("gap_early_low", "gap_early_high")]
    return max((end for end in ends if not formats.is_missing(end)), default=0.0)


def _title(record: Mapping[str, Any], run: RunFacts) -> str:
    return _NAMES.get(record["family"]) or run.family_title(record["family"])


def _skill_row(record: Mapping[str, Any], run: RunFacts, reach: float) -> SkillRow:
    is_yardstick = record["setting"] == YARDSTICK
    family = record["family"]
    early = "" if family == "market" else _word(record)
    return SkillRow(
        label=_title(record, run),
        is_yardstick=is_yardstick,
        n=formats.count(record["n"]),
        unanswered=formats.count(record["unanswered_count"]),
        is_compared=record["n"] > 0,
        log_loss=formats.decimal(record["log_loss"], 4),
        early=formats.MISSING if family == "market" else formats.signed(record["gap_early"], 4),
        early_interval=_interval(record, "gap_early"),
        early_word=early,
        mark=None if family == "base_rates" or family == "market" else _mark(record, reach),
        close=formats.MISSING if family == "market_close" else formats.signed(record["gap_close"], 4),
        close_interval="" if family == "market_close" else _interval(record, "gap_close"),
        rps=formats.decimal(record["rps"], 4),
        brier=formats.decimal(record["brier"], 4),
        accuracy=formats.percent(record["accuracy"], 1),
        ece=formats.percent(record["ece"], 2),
        ece_floor=formats.percent(record["ece_floor"], 2),
    )


def _part_row(
    label: tuple[str, str], records: Mapping[str, Mapping[str, Any]], best: tuple[str, ...], reach: float
) -> PartRow:
    market, close = records["market"], records["market_close"]
    return PartRow(
        label=label[0],
        path=label[1],
        n=formats.count(market["n"]),
        early_log_loss=formats.decimal(market["log_loss"], 4),
        close_gap=formats.signed(close["gap_early"], 4),
        gaps=tuple(_gap(records[family], reach) for family in best),
    )


def _gap(record: Mapping[str, Any], reach: float) -> Gap:
    return Gap(
        formats.signed(record["gap_early"], 4),
        _interval(record, "gap_early"),
        _word(record),
        _mark(record, reach),
    )


def _word(record: Mapping[str, Any]) -> str:
    return gap_word(record["gap_early_low"], record["gap_early_high"])


def _mark(record: Mapping[str, Any], reach: float) -> Mark | None:
    return mark_of(record["gap_early_low"], record["gap_early"], record["gap_early_high"], reach=reach)


def _interval(record: Mapping[str, Any], name: str) -> str:
    low, high = record[f"{name}_low"], record[f"{name}_high"]
    return formats.interval(formats.signed(low, 4), formats.signed(high, 4))
