"""Build the published tables: every number a page shows stands in one of them.

Frames in, frames out; `exports` writes them as Parquet, CSV and JSON, `views` reads them for the pages. The
columns are those of `tables.csv` beside this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.margin import implied
from pipeline.domain.outcomes import SIDES
from pipeline.domain.rules import tie_break_words
from pipeline.domain.scores import log_loss
from pipeline.domain.tables import check_columns, columns_of
from pipeline.domain.value import edges, usable_prices, value_sides
from pipeline.publishing.coverage import coverage_table
from pipeline.publishing.other_prices import listed_by, other_prices
from pipeline.publishing.standings import league_standings

PRICE_SOURCE = "market average"
PRICE_SOURCES = {"avg": PRICE_SOURCE, "max": "best price", "fonbet": "Fonbet"}
RECENT_DAYS = 14
_MOMENTS = (("early", "early"), ("closing", "close"))
TABLES = (
    "upcoming",
    "recent",
    "divisions",
    "standings",
    "scores",
    "calibration",
    "returns",
    "value_buckets",
    "skill",
    "skill_costs",
    "markets",
    "likely_scores",
    "goal_scores",
    "contributions",
    "model_cards",
    "notices",
    "backtest",
    "other_prices",
    "coverage",
    "settled",
    "ledger_results",
    "track_record",
    "lead_times",
    "live_monitor",
    "live_monitor_power",
    "ledger_runs",
    "ledger_corrections",
    "decisions",
    "challengers",
    "retraining_nights",
    "gate_policy",
    "gate_power",
)


@dataclass(frozen=True)
class Findings:
    """What a run knows when it publishes. All frames are those of the rooms before, accepted and cut.

    feed_titles: of the second feeds by name. unpriced_feeds: those whose prices are not published.
    """

    matches: pd.DataFrame
    fixtures: pd.DataFrame
    quotes: pd.DataFrame
    fixture_forecasts: pd.DataFrame
    recent_forecasts: pd.DataFrame
    walk_forward: pd.DataFrame
    scores: pd.DataFrame
    calibration: pd.DataFrame
    returns: pd.DataFrame
    value_buckets: pd.DataFrame
    skill: pd.DataFrame
    skill_costs: pd.DataFrame
    markets: pd.DataFrame
    likely_scores: pd.DataFrame
    goal_scores: pd.DataFrame
    contributions: pd.DataFrame
    model_cards: pd.DataFrame
    ratings: pd.DataFrame
    verdict: Mapping[str, Any]
    notices: pd.DataFrame
    coverage: pd.DataFrame
    feed_titles: Mapping[str, str] = field(default_factory=dict)
    unpriced_feeds: frozenset[str] = frozenset()


def build_tables(
    findings: Findings,
    divisions: Mapping[str, Division],
    *,
    cut_off_at: datetime,
    champion: str,
    threshold: float,
    price_source: str = "avg",
) -> dict[str, pd.DataFrame]:
    """Return the published tables by name.

    threshold: the edge, as a share, above which an outcome is marked as value. price_source: whose early
    price the mark names: `avg`, `max` or `fonbet`.
    Raises ContractError where a table breaks its columns.
    """
    countries = {code: division.country for code, division in divisions.items()}
    tables = {
        "upcoming": _upcoming(findings, countries, champion, threshold, price_source),
        "recent": _recent(findings, countries, champion, cut_off_at, threshold),
        "divisions": _divisions(findings, divisions, cut_off_at),
        "standings": _standings(findings, divisions, cut_off_at),
        "scores": findings.scores,
        "calibration": findings.calibration,
        "returns": findings.returns,
        "value_buckets": findings.value_buckets,
        "skill": findings.skill,
        "skill_costs": findings.skill_costs,
        "markets": _named(findings, findings.markets),
        "likely_scores": _named(findings, findings.likely_scores),
        "goal_scores": findings.goal_scores,
        "contributions": _named(findings, findings.contributions),
        "model_cards": findings.model_cards,
        "notices": findings.notices,
        "backtest": _backtest(findings),
        "coverage": coverage_table(findings.coverage, findings.matches, findings.quotes, divisions),
        "other_prices": _other_prices(findings),
    }
    return {name: conform(name, frame) for name, frame in tables.items()}


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a published table with its columns in order and its numbers rounded to six decimals.

    Raises ContractError where it breaks its columns.
    """
    ordered = frame[[column.name for column in columns_of(name, __package__)]].reset_index(drop=True).copy()
    numbers = ordered.select_dtypes("float").columns
    ordered[numbers] = ordered[numbers].round(6)
    check_columns(name, {str(column): str(dtype) for column, dtype in ordered.dtypes.items()}, __package__)
    return ordered


def _upcoming(
    findings: Findings, countries: Mapping[str, str], champion: str, threshold: float, price_source: str
) -> pd.DataFrame:
    fixtures = findings.fixtures.assign(country=findings.fixtures["division"].map(countries))
    forecast = findings.fixture_forecasts.drop(columns="is_champion", errors="ignore")
    table = fixtures.merge(forecast, on="match_id", how="left", validate="1:1")
    table = _with_market(table, findings.quotes, threshold)
    table["listed_by"] = listed_by(table, findings.feed_titles)
    table = _with_value_price(table, findings.quotes, champion, price_source)
    return _as_text(table, ["forecast_family", "fallback_reason", "withheld_reason"])


def _with_value_price(
    table: pd.DataFrame, quotes: pd.DataFrame, champion: str, price_source: str
) -> pd.DataFrame:
    """Name the price of each value mark; no mark where another family speaks or the source has no price."""
    names = [f"{price_source}_early_{side}" for side in SIDES]
    quoted = quotes.set_index("match_id").reindex(index=table["match_id"], columns=names).to_numpy("float64")
    prices = usable_prices(quoted, _triple(table, "price"), price_source)
    places = table["value_side"].map({side: place for place, side in enumerate(SIDES)}).astype("float64")
    chosen = prices[np.arange(len(table)), places.fillna(0).astype("int64")]
    is_marked = (
        places.notna().to_numpy() & ~np.isnan(chosen) & table["forecast_family"].eq(champion).to_numpy()
    )
    source = pd.Series(PRICE_SOURCES[price_source], index=table.index, dtype="str").where(is_marked)
    return table.assign(
        value_side=table["value_side"].where(is_marked),
        value_price=np.where(is_marked, chosen, np.nan),
        value_price_source=source,
    )


def _recent(
    findings: Findings, countries: Mapping[str, str], champion: str, cut_off_at: datetime, threshold: float
) -> pd.DataFrame:
    since = pd.Timestamp(cut_off_at - timedelta(days=RECENT_DAYS))
    matches = findings.matches[findings.matches["kick_off_at"] >= since]
    matches = matches.assign(country=matches["division"].map(countries))
    forecasts = findings.recent_forecasts
    own = forecasts[forecasts["family"] == champion].rename(columns={"family": "forecast_family"})
    table = matches.merge(own, on="match_id", how="left", validate="1:1")
    table = _with_market(table, findings.quotes, threshold)
    table = _as_text(table, ["forecast_family", "forecast_kind"])
    probabilities = _triple(table, "p")
    table["is_pick_right"] = _pick_is_right(probabilities, table["outcome"].to_numpy())
    table["log_loss"] = _scored(probabilities, table["outcome"].to_numpy())
    table["market_log_loss"] = _scored(_triple(table, "implied"), table["outcome"].to_numpy())
    return table.sort_values(
        ["kick_off_at", "match_id"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _other_prices(findings: Findings) -> pd.DataFrame:
    titles = findings.feed_titles.items()
    published = {feed: title for feed, title in titles if feed not in findings.unpriced_feeds}
    return other_prices(findings.fixtures, findings.quotes, published)


def _with_market(table: pd.DataFrame, quotes: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Add prices, implied probabilities, edges and the value mark; empty where there is no price."""
    columns = [f"avg_early_{side}" for side in SIDES]
    prices = quotes.reindex(columns=["match_id", "early_at", *columns])
    table = table.merge(prices, on="match_id", how="left", validate="1:1")
    quoted = table[columns].notna().all(axis=1).to_numpy()
    table = table.rename(columns={column: column.replace("avg_early", "price") for column in columns})
    table.loc[~quoted, [f"price_{side}" for side in SIDES]] = np.nan
    table["price_source"] = pd.Series(PRICE_SOURCE, index=table.index, dtype="str").where(quoted)
    instants = pd.DatetimeTZDtype("us", "UTC")
    table["price_at"] = pd.to_datetime(table["early_at"], utc=True).astype(instants).where(quoted)
    fair = implied(_triple(table, "price"))
    table[[f"implied_{side}" for side in SIDES]] = fair
    difference = edges(_triple(table, "p"), fair)
    table[[f"edge_{side}" for side in SIDES]] = difference
    sides = value_sides(difference, threshold)
    named = [SIDES[side] if side >= 0 else None for side in sides]
    table["value_side"] = pd.Series(named, index=table.index, dtype="str")
    return table


def _triple(table: pd.DataFrame, prefix: str) -> np.ndarray:
    return table[[f"{prefix}_{side}" for side in SIDES]].to_numpy(dtype="float64")


def _scored(probabilities: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    scores = np.full(len(outcomes), np.nan)
    answered = ~np.isnan(probabilities).any(axis=1)
    if answered.any():
        scores[answered] = log_loss(probabilities[answered], outcomes[answered])
    return scores


def _pick_is_right(probabilities: np.ndarray, outcomes: np.ndarray) -> pd.arrays.BooleanArray:
    answered = ~np.isnan(probabilities).any(axis=1)
    picks = np.where(answered, np.nan_to_num(probabilities).argmax(axis=1), -1)
    return pd.arrays.BooleanArray(picks == outcomes, ~answered)


def _divisions(findings: Findings, divisions: Mapping[str, Division], cut_off_at: datetime) -> pd.DataFrame:
    states: Mapping[str, Any] = findings.verdict["divisions"]
    rows = [
        _division_row(findings, division, states[code], cut_off_at) for code, division in divisions.items()
    ]
    table = pd.DataFrame(rows)
    instants = pd.DatetimeTZDtype("us", "UTC")
    table["last_result_at"] = pd.to_datetime(table["last_result_at"], utc=True).astype(instants)
    return _as_text(table, ["reason"])


def _division_row(
    findings: Findings, division: Division, state: Mapping[str, Any], cut_off_at: datetime
) -> dict[str, Any]:
    season = division.season_at(cut_off_at.date())
    played = findings.matches[findings.matches["division"] == division.code]
    rules = division.rules_of(season.start_year)
    return {
        "division": division.code,
        "name": division.name,
        "country": division.country,
        "tier": division.tier,
        "season": season.start_year,
        "season_label": season.label(division.calendar_of(season.start_year)),
        "state": state["state"],
        "reason": state.get("reason") or None,
        "last_result_at": state.get("last_result_at"),
        "matches_count": len(played),
        "season_matches_count": int((played["season"] == season.start_year).sum()),
        "fixtures_count": int((findings.fixtures["division"] == division.code).sum()),
        "quarantined_count": int(state.get("quarantined_count", 0)),
        "season_format": rules.season_format.meaning,
        "tie_breaks": "; ".join(tie_break_words()[each] for each in rules.tie_breaks),
        **{f"{name}_price_share": _priced_share(findings, played, moment) for name, moment in _MOMENTS},
    }


def _priced_share(findings: Findings, played: pd.DataFrame, moment: str) -> float:
    prices = findings.quotes.reindex(columns=[f"avg_{moment}_{side}" for side in SIDES])
    priced = findings.quotes.loc[prices.notna().all(axis=1), "match_id"]
    return float(played["match_id"].isin(priced).mean()) if len(played) else float("nan")


def _standings(findings: Findings, divisions: Mapping[str, Division], cut_off_at: datetime) -> pd.DataFrame:
    seasons = {code: division.season_at(cut_off_at.date()).start_year for code, division in divisions.items()}
    running = findings.matches["season"] == findings.matches["division"].map(seasons)
    table = league_standings(findings.matches[running], divisions, on=cut_off_at.date())
    return table.merge(findings.ratings[["club_id", "elo"]], on="club_id", how="left", validate="m:1")


def _backtest(findings: Findings) -> pd.DataFrame:
    answered = findings.walk_forward.dropna(subset=[f"p_{side}" for side in SIDES])
    table = answered.merge(
        findings.matches[["match_id", "division", "season", "kick_off_at", "home", "away", "outcome"]],
        on="match_id",
        how="inner",
        validate="m:1",
    )
    return table.sort_values(["kick_off_at", "match_id", "family"], kind="stable", ignore_index=True)


def _named(findings: Findings, table: pd.DataFrame) -> pd.DataFrame:
    """Add division, kick-off and clubs to rows about fixtures, in the order of the fixtures."""
    names = findings.fixtures[["match_id", "division", "kick_off_at", "home", "away"]]
    return names.merge(table, on="match_id", how="inner", validate="1:m")


def _as_text(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Give all-empty text columns the text type, which pandas cannot guess."""
    present = table.reindex(columns=[*table.columns, *(name for name in columns if name not in table)])
    return present.astype(dict.fromkeys(columns, "str"))
