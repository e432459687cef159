"""A small football world as frames: known strengths, fair prices with a margin, everything from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.domain.divisions import Division, divisions_of
from pipeline.models.grid import outcome_shares

STATISTICS = ("shots", "shots_on_target", "corners", "red_cards")


@dataclass(frozen=True)
class Football:
    """Tables of one moment. `truth`: match_id, home_rate, away_rate, t_home, t_draw, t_away of all rows."""

    matches: pd.DataFrame
    fixtures: pd.DataFrame
    quotes: pd.DataFrame
    divisions: dict[str, Division]
    truth: pd.DataFrame
    cut_off_at: pd.Timestamp


def simulated(*, seasons: int = 3, clubs: int = 10, unplayed: int = 20, seed: int = 7) -> Football:
    """Return double round robins of AR1 and AR2; the last `unplayed` rows are still fixtures."""
    random = np.random.default_rng(seed)
    rows = _schedule(seasons, clubs)
    rows = _with_results(rows, random)
    rows = rows.sort_values(["kick_off_at", "match_id"], kind="stable", ignore_index=True)
    cut_off_at = rows["kick_off_at"].iloc[len(rows) - unplayed] - pd.Timedelta(hours=3)
    is_known = rows["kick_off_at"] + pd.Timedelta(hours=2) <= cut_off_at
    return Football(
        matches=matches_of(rows[is_known]),
        fixtures=fixtures_of(rows[~is_known]),
        quotes=_quotes(rows, is_known, cut_off_at, random),
        divisions=divisions_of("embedded"),
        truth=rows[["match_id", "home_rate", "away_rate", "t_home", "t_draw", "t_away"]],
        cut_off_at=cut_off_at,
    )


def matches_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return played rows as the table `matches` (the columns that features read)."""
    sides = [f"{side}_{name}" for side in ("home", "away") for name in ("goals", *STATISTICS)]
    return rows[[*_KEYS, *sides, "outcome"]].reset_index(drop=True)


def fixtures_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return coming rows as the table `fixtures`."""
    return rows[_KEYS].assign(status="upcoming").reset_index(drop=True)


_KEYS = ["match_id", "division", "season", "kick_off_at", "kick_off_precision", "home_id", "away_id"]


def _schedule(seasons: int, clubs: int) -> pd.DataFrame:
    rows = []
    for season in range(2020, 2020 + seasons):
        for division in ("AR1", "AR2"):
            names = [f"ardenmark.{division.lower()}-{number:02d}" for number in range(clubs)]
            for week, pairs in enumerate(_rounds(names)):
                start = pd.Timestamp(f"{season}-08-05 15:00", tz="UTC") + pd.Timedelta(days=7 * week)
                rows += [
                    (division, season, start + pd.Timedelta(days=place % 2), home, away)
                    for place, (home, away) in enumerate(pairs)
                ]
    frame = pd.DataFrame(rows, columns=["division", "season", "kick_off_at", "home_id", "away_id"])
    frame["kick_off_at"] = frame["kick_off_at"].astype("datetime64[us, UTC]")
    ids = frame["division"] + "-" + frame["season"].astype("str") + "-"
    return frame.assign(match_id=ids + frame["home_id"] + "-" + frame["away_id"], kick_off_precision="minute")


def _rounds(names: list[str]) -> list[list[tuple[str, str]]]:
    circle, first_half = list(names), []
    for number in range(len(names) - 1):
        pairs = [(circle[i], circle[-1 - i]) for i in range(len(names) // 2)]
        first_half.append([pair if number % 2 else pair[::-1] for pair in pairs])
        circle = [circle[0], circle[-1], *circle[1:-1]]
    return first_half + [[pair[::-1] for pair in pairs] for pairs in first_half]


def _with_results(rows: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    clubs = sorted(set(rows["home_id"]))
    attack = dict(zip(clubs, random.normal(0, 0.25, len(clubs)), strict=True))
    defence = dict(zip(clubs, random.normal(0, 0.25, len(clubs)), strict=True))
    home_rate = 1.5 * np.exp(rows["home_id"].map(attack) - rows["away_id"].map(defence))
    away_rate = 1.15 * np.exp(rows["away_id"].map(attack) - rows["home_id"].map(defence))
    rows = rows.assign(home_rate=home_rate, away_rate=away_rate)
    shares = outcome_shares(home_rate.to_numpy(), away_rate.to_numpy(), 0.0)
    rows[["t_home", "t_draw", "t_away"]] = shares
    for side in ("home", "away"):
        rate = rows[f"{side}_rate"].to_numpy()
        rows[f"{side}_goals"] = random.poisson(rate)
        rows[f"{side}_shots_on_target"] = random.poisson(3.4 * rate).astype("float64")
        rows[f"{side}_shots"] = rows[f"{side}_shots_on_target"] + random.poisson(5.2 * rate)
        rows[f"{side}_corners"] = random.poisson(3.8 * rate).astype("float64")
        rows[f"{side}_red_cards"] = random.binomial(1, 0.04, len(rows)).astype("float64")
    margin = np.sign(rows["home_goals"] - rows["away_goals"])
    return rows.assign(outcome=(1 - margin).astype("int64"))


def _quotes(
    rows: pd.DataFrame, is_known: pd.Series, cut_off_at: pd.Timestamp, random: np.random.Generator
) -> pd.DataFrame:
    truth = rows[["t_home", "t_draw", "t_away"]].to_numpy()
    believed = truth * np.exp(random.normal(0, 0.05, truth.shape))
    prices = np.maximum(1 / (1.05 * believed / believed.sum(axis=1, keepdims=True)), 1.01)
    early_at = rows["kick_off_at"] - pd.Timedelta(days=1)
    quotes = pd.DataFrame({"match_id": rows["match_id"], "early_at": early_at})
    quotes[[f"avg_early_{side}" for side in ("home", "draw", "away")]] = prices.round(2)
    quotes[[f"avg_close_{side}" for side in ("home", "draw", "away")]] = prices.round(3)
    quotes.loc[~is_known, [name for name in quotes if "_close_" in name]] = np.nan
    return quotes[early_at <= cut_off_at].reset_index(drop=True)
