"""Make a folder of published tables for the tests of the pages: invented, small or large, partly hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.archive.atomic import write_json
from pipeline.archive.tables import write_table
from pipeline.domain.identity import club_id_of, match_id_of
from pipeline.domain.outcomes import SIDES
from pipeline.domain.tables import check_columns, columns_of
from pipeline.forecasts.ledger import published_policy
from pipeline.forecasts.settlement import (
    lead_times,
    live_monitor,
    results_of,
    runs_of,
    settle,
    track_record,
)
from pipeline.monitoring.live_power import power_rows
from pipeline.selection.decision_log import decision_tables
from tests.samples.decisions.nights import three_nights
from tests.unit.forecasts.ledger_world import RECIPE, feed, two_evenings

AS_OF = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
HOSTILE = ("<script>alert(1)</script>", "=cmd()", "../../x", "A very long name " * 18, "O\"Neil & 'Sons' <b>")
DIVISIONS = (
    ("E0", "Premier League", "England", 1, "accepted", None),
    ("E1", "Championship", "England", 2, "accepted", None),
    (
        "D1",
        "Bundesliga",
        "Germany",
        1,
        "stale",
        "no result for 12 playing days: the feed's file has not changed",
    ),
    ("I1", "Serie A", "Italy", 1, "accepted", None),
    ("SP1", "La <Liga> & Söhne", "Spain", 1, "withheld", "3 of 9 checks failed: <b>prices</b> out of range"),
    ("G1", "Super League", "Greece", 1, "no_data", "the file could not be read"),
)
_PACKAGE = "pipeline.publishing"
_FAMILIES = {
    "base_rates": ("Base rates", True, False),
    "market": ("Market", True, False),
    "poisson": ("Goal model", False, False),
    "lightgbm": ("Anchored trees", False, True),
}
_DTYPES = {
    "text": "str",
    "integer": "int64",
    "number": "float64",
    "flag": "boolean",
    "instant": "datetime64[us, UTC]",
}


def run_document(**changes: Any) -> dict[str, Any]:
    """Return a `run.json`, with some facts changed."""
    facts: dict[str, Any] = {
        "release_id": "20261123T1400Z-1a2b3c4d",
        "as_of": "2026-11-23T14:00:00Z",
        "cut_off_at": "2026-11-23T13:52:11Z",
        "source": "football_data",
        "source_title": "football-data.co.uk",
        "is_simulated": False,
        "is_replay": False,
        "is_reconstruction": False,
        "champion_family": "lightgbm",
        "champion_title": "Anchored trees",
        "champion_trained_until": "2026-11-22T00:00:00Z",
        "families": {
            name: {"title": title, "is_yardstick": yardstick, "is_anchored": anchored}
            for name, (title, yardstick, anchored) in _FAMILIES.items()
        },
        "beats_market": False,
        "publishes_prices": True,
        "value_threshold": 0.05,
        "value_price_source": "avg",
        "skill": {
            "first_season": 2022,
            "last_season": 2025,
            "history_from": 1993,
            "cut_off_at": "2026-11-22T03:00:00Z",
            "is_confirmation": False,
            "is_current": True,
            "code": "0a1b2c3d4e5f",
        },
        "code_revision": "9c64f83",
        "intake_digest": "5f" * 32,
        "matches_count": 78214,
        "fixtures_count": 24,
        "horizon_days": 14,
        "disclaimer": "Demo only, not betting advice",
        "ledger": {
            "folder": "ledger/football_data",
            "length": 14,
            "head": "ab" * 32,
            "sealed": 6,
            "refusal": "",
            "policy": published_policy(0.05),
            "recipe": RECIPE,
        },
    }
    return facts | changes


def write_published(
    folder: Path,
    *,
    fixtures_a_division: int = 6,
    divisions: Any = DIVISIONS,
    has_nights: bool = True,
    **changes: Any,
) -> Path:
    """Write all published tables and `run.json` to a folder and return it; has_nights: with decisions."""
    random = np.random.default_rng(7)
    upcoming = _upcoming(random, divisions, fixtures_a_division)
    tables = {
        "upcoming": upcoming,
        "recent": _recent(random, divisions, fixtures_a_division),
        "divisions": _divisions(divisions, fixtures_a_division),
        "standings": _standings(random, divisions),
        "scores": _scores(divisions),
        "calibration": _calibration(random),
        "returns": _returns(divisions),
        "value_buckets": _value_buckets(),
        "skill": _skill(divisions),
        "skill_costs": _skill_costs(),
        "markets": [_market(row) for row in upcoming if row.get("p_home") is not None],
        "likely_scores": [
            row
            | {
                "rank": rank,
                "home_goals": 2 - rank % 2,
                "away_goals": rank // 2,
                "probability": 0.14 - rank / 50,
            }
            for row in upcoming
            if row.get("p_home") is not None
            for rank in range(1, 6)
        ],
        "goal_scores": _goal_scores(),
        "contributions": [part for row in upcoming if row.get("p_home") is not None for part in _parts(row)],
        "model_cards": [_card(name) for name in _FAMILIES],
        "notices": [
            {
                "kind": "file",
                "subject": "mmz4281/2627/<b>D1</b>.csv",
                "reason": "answered 503",
                "last_good_at": AS_OF,
            },
            {
                "kind": "division",
                "subject": "SP1",
                "reason": "withheld <script>alert(2)</script>",
                "last_good_at": None,
            },
        ],
        "backtest": [],
        **_ledger(next(iter(divisions), ("E0",))[0]),
        "coverage": _coverage(divisions),
        **_quality(),
        "other_prices": _other_prices(upcoming),
    }
    for name, rows in tables.items():
        write_table(folder / f"{name}.parquet", frame_of(name, rows))
    for name, table in decision_tables(three_nights() if has_nights else []).items():
        write_table(folder / f"{name}.parquet", table)
    write_json(folder / "run.json", run_document(**({"fixtures_count": len(upcoming)} | changes)))
    return folder


def _ledger(division: str) -> dict[str, list[dict[str, Any]]]:
    """Return the ledger's tables of four matches, sealed on two evenings, one club with a hostile name."""
    entries = [{**entry, "division": division} for entry in two_evenings()]
    entries = [
        {**entry, "home": HOSTILE[0] if entry["home"] == "Home 1" else entry["home"]} for entry in entries
    ]
    known = feed()
    results = results_of(entries, replace(known, divisions={division: known.divisions["AA"]}))
    return {
        "settled": settle(entries, results, value_threshold=0.05),
        "ledger_results": results,
        "track_record": track_record(entries, results, published_policy(0.05)),
        "lead_times": lead_times(entries, results, published_policy(0.05)),
        "live_monitor": live_monitor(entries, results, published_policy(0.05)),
        "live_monitor_power": power_rows(),
        "ledger_runs": runs_of(entries, {"run-1": "release-run-1"}, "run-2"),
        "ledger_corrections": [
            {"match_id": entries[0]["match_id"], "seen_at": AS_OF, "before": "1-0", "after": "1-1"}
        ],
    }


def _other_prices(upcoming: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the prices of a second feed for every second fixture, some without home, draw and away."""
    names = ("match_id", "division", "kick_off_at", "home", "away")
    prices = {"price_home": 2.15, "price_draw": 3.4, "price_away": 3.6}
    return [
        {name: row[name] for name in names}
        | {"price_source": "Fonbet", "price_at": AS_OF}
        | (prices if number % 4 else {"price_over25": 1.9, "price_under25": 1.9})
        for number, row in enumerate(upcoming)
        if number % 2
    ]


def frame_of(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame that keeps a table's contract; what a row leaves out is missing."""
    columns = columns_of(table, _PACKAGE)
    data = {column.name: [row.get(column.name) for row in rows] for column in columns}
    frame = pd.DataFrame({column.name: _series(data[column.name], column.type) for column in columns})
    check_columns(table, {name: str(dtype) for name, dtype in frame.dtypes.items()}, _PACKAGE)
    return frame


def _series(values: list[Any], kind: str) -> pd.Series:
    if kind == "instant":
        return pd.Series(pd.to_datetime(pd.Series(values, dtype="object"), utc=True)).astype(_DTYPES[kind])
    has_gaps = kind == "integer" and None in values
    return pd.Series(values, dtype="Int64" if has_gaps else _DTYPES[kind])


def _clubs(code: str) -> list[str]:
    if code == "E1":
        return [*HOSTILE, "Ayr"]
    names = (
        "Arsenal",
        "Brighton",
        "Chelsea",
        "Dynamo",
        "Everton",
        "Fulham",
        "Genoa",
        "Hull City",
        "Inter",
        "Jena",
    )
    return [f"{name} {code}" if code != "E0" else name for name in names]


def _pairs(code: str, count: int) -> list[tuple[str, str]]:
    clubs = _clubs(code)
    pairs = [(home, away) for home in clubs for away in clubs if home != away]
    return [pairs[(7 * step) % len(pairs)] for step in range(count)]


def _base(code: str, country: str, home: str, away: str, kick_off: datetime, meeting: int) -> dict[str, Any]:
    return {
        "match_id": match_id_of(code, 2026, home, away, meeting),
        "division": code,
        "country": country,
        "season": 2026,
        "kick_off_at": kick_off,
        "kick_off_precision": "minute",
        "home": home,
        "away": away,
        "home_id": club_id_of(country, home),
        "away_id": club_id_of(country, away),
    }


def _forecast(random: np.random.Generator, *, has_prices: bool) -> dict[str, Any]:
    implied = random.dirichlet((9, 6, 7))
    chances = random.dirichlet(implied * 160)
    row = {f"p_{side}": float(chances[at]) for at, side in enumerate(SIDES)}
    if not has_prices:
        return row
    difference = chances - implied
    best = int(difference.argmax())
    row |= {"price_source": "market average", "price_at": datetime(2026, 11, 20, 16, 0, tzinfo=UTC)}
    row |= {f"price_{side}": round(float(0.95 / implied[at]), 2) for at, side in enumerate(SIDES)}
    row |= {f"implied_{side}": float(implied[at]) for at, side in enumerate(SIDES)}
    row |= {f"edge_{side}": float(difference[at]) for at, side in enumerate(SIDES)}
    if difference[best] > 0.05:
        row |= {"value_side": SIDES[best], "value_price_source": "market average"}
        row["value_price"] = row[f"price_{SIDES[best]}"]
    return row


def _upcoming(random: np.random.Generator, divisions: Any, count: int) -> list[dict[str, Any]]:
    rows = []
    for code, _, country, _, state, reason in divisions:
        for step, (home, away) in enumerate(_pairs(code, count)):
            kick_off = AS_OF.replace(hour=[12, 15, 17, 19][step % 4], minute=[30, 0, 15, 45][step % 4])
            row = _base(code, country, home, away, kick_off + timedelta(days=1 + step // 4), 1 + step // 90)
            row |= {"status": "awaiting_result" if step == 1 and code == "I1" else "upcoming"}
            if state in ("withheld", "no_data"):
                row["withheld_reason"] = f"the data of this division are {state}: {reason}"
            else:
                row |= _forecast(random, has_prices=code != "I1")
                row["forecast_family"] = "poisson" if code == "I1" else "lightgbm"
                row["fallback_reason"] = "no price is known yet" if code == "I1" else None
            if step == 2 and code == "E0":
                row |= {
                    "kick_off_precision": "day",
                    "kick_off_at": row["kick_off_at"].replace(hour=0, minute=0),
                }
            rows.append(row)
    return sorted(rows, key=lambda row: (row["kick_off_at"], row["match_id"]))


def _recent(random: np.random.Generator, divisions: Any, count: int) -> list[dict[str, Any]]:
    rows = []
    for code, _, country, _, state, _ in divisions:
        for step, (home, away) in enumerate(_pairs(code, count if state == "accepted" else 0)):
            kick_off = AS_OF.replace(hour=15) - timedelta(days=2 + step // 4)
            row = _base(code, country, home, away, kick_off, 2 + step // 90) | _forecast(
                random, has_prices=code != "I1"
            )
            goals = random.poisson((1.5, 1.1))
            outcome = 0 if goals[0] > goals[1] else 1 if goals[0] == goals[1] else 2
            chances = [row[f"p_{side}"] for side in SIDES]
            row |= {"home_goals": int(goals[0]), "away_goals": int(goals[1]), "outcome": outcome}
            row |= {"forecast_kind": "published" if step == 0 else "backtest", "forecast_family": "lightgbm"}
            row |= {
                "is_pick_right": bool(np.argmax(chances) == outcome),
                "log_loss": float(-np.log(chances[outcome])),
            }
            rows.append(row)
    return sorted(rows, key=lambda row: (row["kick_off_at"], row["match_id"]), reverse=True)


def _divisions(divisions: Any, count: int) -> list[dict[str, Any]]:
    return [
        {
            "division": code,
            "name": name,
            "country": country,
            "tier": tier,
            "season": 2026,
            "season_label": "2026/27",
            "state": state,
            "reason": reason,
            "last_result_at": None
            if state == "no_data"
            else AS_OF - timedelta(days=14 if state == "stale" else 1, hours=3),
            "matches_count": 0 if state == "no_data" else 4180,
            "season_matches_count": 0 if state == "no_data" else 120,
            "fixtures_count": count,
            "quarantined_count": 3 if state == "withheld" else 0,
            "season_format": "each club meets each other at home and away",
            "tie_breaks": "goal difference; goals scored",
            "early_price_share": None if state == "no_data" else 0.0 if code == "I1" else 0.97,
            "closing_price_share": None if state == "no_data" else 0.9,
        }
        for code, name, country, tier, state, reason in divisions
    ]


def _standings(random: np.random.Generator, divisions: Any) -> list[dict[str, Any]]:
    rows = []
    for code, _, country, _, state, _ in divisions:
        for place, club in enumerate(_clubs(code) if state != "no_data" else []):
            won, drawn = 9 - min(place, 9), 2
            rows.append(
                {
                    "division": code,
                    "season": 2026,
                    "position": place + 1,
                    "club": club,
                    "club_id": club_id_of(country, club),
                    "played": 12,
                    "won": won,
                    "drawn": drawn,
                    "lost": 12 - won - drawn,
                    "goals_for": 28 - 2 * place,
                    "goals_against": 9 + place,
                    "points": 3 * won + drawn - (6 if place == 4 else 0),
                    "deducted_points": 6 if place == 4 else 0,
                    "deduction_reason": "late <accounts>" if place == 4 else None,
                    "place": "title" if place == 0 else None,
                    "elo": None if place == 3 else float(1650 - 20 * place + random.normal()),
                }
            )
    return rows


def _coverage(divisions: Any) -> list[dict[str, Any]]:
    return [
        {
            "division": code,
            "season": season,
            "season_label": f"{season}/{(season + 1) % 100}",
            "rows_count": 380,
            "matches_count": 378 if season < 2026 else 120,
            "to_come_count": 0 if season < 2026 else 258,
            "quarantined_count": 2,
            "lost_count": 0,
            "accepted_count": 378 if season < 2026 else 120,
            "expected_count": 380 if code != "G1" else 240,
            "clubs_count": 20,
            "early_prices_count": 100,
            "closing_prices_count": 90,
            "first_kick_off_at": AS_OF.replace(year=season),
            "last_kick_off_at": AS_OF,
        }
        for code, *_, state, _ in divisions
        for season in ((2026, 2025, 2024) if state != "no_data" else ())
    ]


def _scores(divisions: Any) -> list[dict[str, Any]]:
    known = [("all", "all", 18204)] + [("season", str(year), 3640) for year in range(2021, 2026)]
    known += [("division", code, 1140) for code, _, _, _, state, _ in divisions if state != "no_data"]
    rows = []
    for at, (scope, key, n) in enumerate(known):
        for name, loss in (
            ("base_rates", 1.0712),
            ("market", 0.9911),
            ("poisson", 1.0098),
            ("lightgbm", 0.9924),
        ):
            width = 0.9 / n**0.5
            gap = 0.0 if name == "market" else loss - 0.9911 + 0.001 * ((at % 5) - 2)
            rows.append(
                {
                    "scope": scope,
                    "key": key,
                    "family": name,
                    "n": n,
                    "match_days_count": n // 8,
                    "log_loss": loss,
                    "log_loss_low": loss - width,
                    "log_loss_high": loss + width,
                    "rps": loss / 4.9,
                    "brier": loss * 0.595,
                    "accuracy": 0.53 - (loss - 0.99),
                    "ece": 0.0061 + (loss - 0.99) / 4,
                    "ece_floor": 0.0048,
                    "gap": gap,
                    "gap_low": gap - width / 7,
                    "gap_high": gap + width / 7,
                }
            )
    return rows


def _market(row: dict[str, Any]) -> dict[str, Any]:
    lead = row["p_home"] - row["p_away"]
    return row | {
        "totals_source": "market average" if row.get("price_home") else "model",
        "expected_home_goals": 1.35 + lead,
        "expected_away_goals": 1.35 - lead,
        "p_over15": 0.76,
        "p_over25": 0.52,
        "p_over35": 0.3,
        "p_both_score": 0.54,
        "handicap_line": round(-8 * lead) / 4,
        "p_handicap_home": 0.505,
        "p_handicap_away": 0.495,
    }


def _parts(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Split a forecast into a base and five groups that add up to its log ratios."""
    shares = {"base": 0.1, "strength": 0.5, "form": -0.1, "rest": 0.04, "stakes": 0.01, "market": 0.45}
    ratios: dict[str, float] = {
        side: float(np.log(row[f"p_{side}"] / row["p_draw"])) for side in ("home", "away")
    }
    return [
        row
        | {"family": row["forecast_family"], "group": group}
        | {f"log_{side}": share * ratio for side, ratio in ratios.items()}
        for group, share in shares.items()
    ]


def _card(family: str) -> dict[str, Any]:
    title, is_yardstick, is_anchored = _FAMILIES[family]
    setting = "yardstick" if is_yardstick else "anchored" if is_anchored else "independent"
    words: dict[str, Any] = {
        "sees": "Goals & shots.",
        "works": "Counts <b>goals</b>.",
        "parameters": "Twelve.",
    }
    words |= {"cost": "About a second.", "silent": "Never."}
    fitted: dict[str, Any] = {"fitted": '{"rho": -0.05}', "matches_count": 78214, "trained_until": AS_OF}
    named = {"family": family, "title": title, "setting": setting}
    return named | words | ({} if is_yardstick else fitted)


def _goal_scores() -> list[dict[str, Any]]:
    rows = []
    for event, base in (("over25", 0.678), ("both_score", 0.687)):
        for family, gap in (("base_rates", 0.006), ("market", 0.0), ("poisson", 0.003), ("lightgbm", 0.0)):
            ends = {"gap": gap, "gap_low": gap - 0.0011, "gap_high": gap + 0.0011}
            low, high = base + gap - 0.003, base + gap + 0.003
            losses = {"log_loss": base + gap, "log_loss_low": low, "log_loss_high": high}
            rows.append(
                {"event": event, "family": family, "n": 29100, "match_days_count": 1004, **losses, **ends}
            )
    return rows


def _calibration(random: np.random.Generator) -> list[dict[str, Any]]:
    rows = []
    for family in _FAMILIES:
        for side, most in zip(SIDES, (9, 4, 8), strict=True):
            for bin_ in range(10):
                n = 0 if bin_ > most else int(4000 * np.exp(-((bin_ - 3) ** 2) / 6)) + 8
                mean, spread = (bin_ + 0.5) / 10, 1.96 * (0.2 / max(n, 1)) ** 0.5
                rows.append(
                    {
                        "family": family,
                        "side": side,
                        "bin": bin_,
                        "n": n,
                        "forecast_mean": mean if n else None,
                        "observed_share": float(np.clip(mean + random.normal() * spread / 2, 0, 1))
                        if n
                        else None,
                        "low": max(mean - spread, 0.0) if n else None,
                        "high": min(mean + spread, 1.0) if n else None,
                    }
                )
    return rows


def _returns(divisions: Any) -> list[dict[str, Any]]:
    known = [("all", "all", 18204)]
    known += [("division", code, 1140) for code, _, _, _, state, _ in divisions if state != "no_data"]
    rows = []
    for scope, key, matches in known:
        for family in ("lightgbm", "poisson"):
            for rule, share, roi in (("all_picks", 1.0, -0.041), ("value_bets", 0.06, -0.028)):
                n = int(matches * share)
                width = 2.2 / n**0.5
                rows.append(
                    {
                        "scope": scope,
                        "key": key,
                        "family": family,
                        "rule": rule,
                        "price_source": "market average (early)",
                        "n": n,
                        "matches_count": matches,
                        "mean_price": 2.11 if rule == "all_picks" else 3.4,
                        "profit": roi * n,
                        "roi": roi,
                        "roi_low": roi - width,
                        "roi_high": roi + width,
                        "market_roi": -0.043,
                        "market_roi_low": -0.043 - width,
                        "market_roi_high": -0.043 + width,
                    }
                )
    return rows


def _quality() -> dict[str, list[dict[str, Any]]]:
    """Return checks of which one of each severity failed, with examples, a quarantine, new clubs, feeds."""
    checks = [
        ("matches", "a match is listed once", "match_id", "row", 0, "two rows have the key of this match"),
        ("matches", "the clubs differ", "is_own_opponent", "row", 1, "a club cannot play itself"),
        ("prices", "the prices of a book are a market", "book_sum", "cell", 37, "the prices are no market"),
        ("seasons", "a season's goals are football's", "mean_goals", "blocking", 1, "no football"),
        ("seasons", "a season has early prices", "early_price_share", "warning", 3, "few early prices"),
        ("forecasts", "the chances sum to one", "p_sum", "blocking", 0, "the chances do not sum to one"),
    ]
    names = ("suite", "check", "column", "severity", "failed_count", "reason")
    rows = [dict(zip(names, check, strict=True)) for check in checks]
    failed = [row for row in rows if row["failed_count"]]
    hostile = [{"division": "SP1", "subject": HOSTILE[0], "value": HOSTILE[1]}]
    feed = {"provides": "Results and prices.", "attribution": "Data: them.", "terms": "Free of charge."}
    manners = {"robots": "Kept.", "prices": "the market average", "seconds_between_requests": 0.5}
    return {
        "quality_checks": [
            {**row, "is_met": not row["failed_count"], "checked_count": 4180, "divisions_count": 1}
            for row in rows
        ],
        "quality_divisions": [
            {"suite": row["suite"], "check": row["check"], "division": code, "failed_count": 1}
            for row in failed
            for code in ("SP1", "E0")
        ],
        "quality_examples": [
            {"suite": row["suite"], "check": row["check"], **example} for row in failed for example in hostile
        ],
        "quality_quarantine": [
            {"division": "SP1", "reason": "a price of 1 or less", "scope": "cell", "entries_count": 12},
            {"division": "E0", "reason": "a price of 1 or less", "scope": "cell", "entries_count": 3},
            {"division": "", "reason": "the <b>header</b> is unknown", "scope": "file", "entries_count": 1},
        ],
        "new_clubs": [
            {"country": "Spain", "club": HOSTILE[0], "divisions": "SP1", "first_on": "2026-08-15"},
            {"country": "England", "club": "Ayford Town", "divisions": "E1", "first_on": "2026-08-08"}
            | {"looks_like": "Ayford"},
        ],
        "feeds": [
            {"feed": "football_data", "title": "football-data.co.uk", "is_used": True, **feed, **manners}
            | {"address": "https://www.football-data.co.uk/"},
            {"feed": "embedded", "title": "Embedded world", "is_used": False, **feed, **manners}
            | {"seconds_between_requests": None},
        ],
    }


def _value_buckets() -> list[dict[str, Any]]:
    """The anchored trees above 5 points are refuted at the average price and supported at the best one."""
    rows = []
    for bucket, n in ((0.02, 2967), (0.03, 946), (0.05, 91), (0.08, 0)):
        for source, worth in (("avg", -0.021), ("max", 0.032)):
            width = 0.1 / n**0.5 if n else None
            rows.append(
                {
                    "family": "lightgbm",
                    "bucket": bucket,
                    "price_source": source,
                    "is_named": source == "avg",
                    "matches_count": 18204,
                    "flags_count": n,
                    "flag_share": n / 18204,
                    "n": n,
                    "mean_price": 3.1 if n else None,
                    "roi": worth + 0.01 if n else None,
                    "roi_low": worth - 0.05 if n else None,
                    "roi_high": worth + 0.07 if n else None,
                    "judged_count": n,
                    "closing_line_value": worth if n else None,
                    "closing_line_value_low": worth - width if width else None,
                    "closing_line_value_high": worth + width if width else None,
                    "record": "unproven" if not n else "refuted" if worth < 0 else "supported",
                }
            )
    return rows


_SKILL = (
    ("lightgbm", "anchored", 0.9927),
    ("market", "yardstick", 0.9931),
    ("market_close", "yardstick", 0.9897),
    ("poisson", "independent", 1.0018),
    ("base_rates", "yardstick", 1.0744),
)


def _skill(divisions: Any) -> list[dict[str, Any]]:
    known = [("all", "all", 29160)] + [("season", str(year), 7290) for year in range(2022, 2026)]
    known += [("division", code, 1388) for code, _, _, _, state, _ in divisions if state != "no_data"]
    rows = []
    for scope, key, n in known:
        for family, setting, loss in _SKILL:
            row = {"scope": scope, "key": key, "setting": setting, "family": family, "n": n}
            row |= {"unanswered_count": 12 if family == "poisson" else 0, "match_days_count": n // 20}
            row |= {"log_loss": loss, "log_loss_low": loss - 0.01, "log_loss_high": loss + 0.01}
            row |= {
                "rps": loss / 4.9,
                "brier": loss * 0.6,
                "accuracy": 0.51,
                "ece": 0.006,
                "ece_floor": 0.005,
            }
            for to, other in (("early", 0.9931), ("close", 0.9897)):
                gap, width = loss - other, 0.09 / n**0.5 if loss != other else 0.0
                row |= {f"gap_{to}": gap, f"gap_{to}_low": gap - width, f"gap_{to}_high": gap + width}
            row |= {"variants_count": 35 if setting == "anchored" else 0, "code": "0a1b2c3d4e5f"}
            rows.append(row | {"first_season": 2022, "last_season": 2025})
    return rows


def _skill_costs() -> list[dict[str, Any]]:
    return [
        {
            "family": family,
            "block": f"{year} autumn",
            "past_count": 250000,
            "block_count": 7290,
            "answered_count": 7290,
            "fit_and_forecast_seconds": seconds,
            "cpu_seconds": seconds,
            "peak_memory_mib": 578.0,
            "fault": None,
        }
        for family, seconds in (("lightgbm", 14.2), ("poisson", 8.7), ("base_rates", 0.4))
        for year in range(2022, 2026)
    ]
