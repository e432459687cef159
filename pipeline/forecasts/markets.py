"""Every other market of a match, summed over its one coherent grid: totals, both teams to score, handicaps,
correct scores.

A family that reads prices gets the market's total where there is one; one that reads none gets the goals of
the ratings, so that a forecast never knows more than its family may. Nothing is rounded or priced here: these
are fair probabilities without a margin.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.margin import implied
from pipeline.domain.markets import MARKET_AVERAGE, columns_of_stem
from pipeline.domain.outcomes import SIDES
from pipeline.forecasts.coherent import TOTAL_OF_SCORE, coherent_grids
from pipeline.models.base import Flags, Numbers
from pipeline.models.catalogue import FAMILIES
from pipeline.models.grid import GOALS

TOTAL_LINES = (1.5, 2.5, 3.5)
HANDICAP_LINES = np.array(sorted(np.arange(-18, 19) / 4, key=abs))
"""Goals added to the home club's, the smallest handicap first: of two equally fair lines it is named."""
SCORES_SHOWN = 5
FROM_MODEL, FROM_MARKET = "model", "market average"
EXPECTED = ["expected_home_goals", "expected_away_goals"]

MARKET_COLUMNS = (
    "match_id",
    "totals_source",
    "expected_home_goals",
    "expected_away_goals",
    *(f"p_over{line:.1f}".replace(".", "") for line in TOTAL_LINES),
    "p_both_score",
    "handicap_line",
    "p_handicap_home",
    "p_handicap_away",
)


def over_of(quotes: pd.DataFrame, match_ids: pd.Series) -> Numbers:
    """Return (n,) probability of three goals or more in the early average price; NaN without a full price."""
    names = list(columns_of_stem(f"{MARKET_AVERAGE}_early_total"))
    prices = quotes.set_index("match_id").reindex(columns=names).reindex(match_ids).to_numpy(dtype="float64")
    is_full = (np.isfinite(prices) & (prices > 1)).all(axis=1)
    return implied(np.where(is_full[:, None], prices, np.nan))[:, 0]


def grids_of(
    features: pd.DataFrame, shares: Numbers, over: Numbers, is_anchored: Flags
) -> tuple[Numbers, Flags]:
    """Return coherent grids (n, GOALS, GOALS) and where the total is the market's.

    features: rows with the expected goals of the ratings; shares: (n, 3) the published outcomes; over: of
    `over_of`; is_anchored: (n,) whether the forecast may know prices.
    """
    home, away = features[EXPECTED].to_numpy(dtype="float64").T
    allowed = np.where(is_anchored, over, np.nan)
    return coherent_grids(shares, home, away, allowed), np.isfinite(allowed)


def derive_markets(
    features: pd.DataFrame, forecasts: pd.DataFrame, quotes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the markets of each forecast fixture and its most likely scores.

    features: rows of `build_features`; forecasts: of `score_fixtures`. A fixture without a forecast has no
    row. The first table has MARKET_COLUMNS, the second match_id, rank (1 the likeliest), home_goals,
    away_goals, probability.
    """
    told = forecasts[forecasts["p_home"].notna()]
    rows = features.set_index("match_id").loc[told["match_id"]]
    may_know = told["forecast_family"].map({name: family.is_anchored for name, family in FAMILIES.items()})
    shares = told[[f"p_{side}" for side in SIDES]].to_numpy(dtype="float64")
    is_anchored = may_know.to_numpy(dtype=bool, na_value=False)
    grids, is_priced = grids_of(rows, shares, over_of(quotes, told["match_id"]), is_anchored)
    source = np.where(is_priced, FROM_MARKET, FROM_MODEL)
    keys = pd.DataFrame({"match_id": told["match_id"].to_numpy(), "totals_source": source}).astype("str")
    return keys.assign(**_sums_of(grids))[list(MARKET_COLUMNS)], likely_scores(grids, keys["match_id"])


def over_shares(grids: Numbers, line: float) -> Numbers:
    """Return (n,) probability of more goals than the line, a half."""
    return np.asarray(grids[:, line < TOTAL_OF_SCORE].sum(axis=1), dtype=np.float64)


def both_score_shares(grids: Numbers) -> Numbers:
    """Return (n,) probability that neither club stays without a goal."""
    return np.asarray(grids[:, 1:, 1:].sum(axis=(1, 2)), dtype=np.float64)


def expected_goals(grids: Numbers) -> tuple[Numbers, Numbers]:
    """Return (n,) mean goals of the home and of the away club."""
    goals = np.arange(GOALS)
    return grids.sum(axis=2) @ goals, grids.sum(axis=1) @ goals


def lead_shares(grids: Numbers) -> Numbers:
    """Return (n, 2 * GOALS - 1) probabilities of home minus away goals, from 1 - GOALS up (Skellam's where
    goals are independent).
    """
    sums = [np.trace(grids, offset=-lead, axis1=1, axis2=2) for lead in range(1 - GOALS, GOALS)]
    return np.asarray(np.stack(sums, axis=1), dtype=np.float64)


def handicap_shares(grids: Numbers, lines: npt.ArrayLike) -> Numbers:
    """Return (n, lines) fair probabilities of the home club at Asian handicaps; 1 over it is the fair price.

    A whole line gives the stake back where goals are level, a quarter line is half a stake on each of its
    neighbours: the fair price is 1 + lost stakes / won stakes.
    """
    leads, goals = lead_shares(grids), np.arange(1 - GOALS, GOALS)
    halves = np.asarray(lines, dtype=np.float64)[:, None] + np.array([-0.25, 0.25])
    is_quarter = np.asarray(np.asarray(lines, dtype=np.float64) * 2 % 1 != 0)
    halves = np.where(is_quarter[:, None], halves, np.asarray(lines, dtype=np.float64)[:, None])
    margins = goals + halves[:, :, None]
    won = leads @ ((margins > 0).mean(axis=1)).T
    lost = leads @ ((margins < 0).mean(axis=1)).T
    return np.asarray(won / (won + lost), dtype=np.float64)


def likely_scores(grids: Numbers, match_ids: pd.Series) -> pd.DataFrame:
    """Return the likeliest scores of each match, of equally likely ones that with fewer home goals first."""
    flat = grids.reshape(-1, GOALS * GOALS)
    best = np.argsort(-flat, axis=1, kind="stable")[:, :SCORES_SHOWN]
    return pd.DataFrame(
        {
            "match_id": np.repeat(match_ids.to_numpy(), SCORES_SHOWN),
            "rank": np.tile(np.arange(1, SCORES_SHOWN + 1), len(grids)),
            "home_goals": (best // GOALS).reshape(-1),
            "away_goals": (best % GOALS).reshape(-1),
            "probability": np.take_along_axis(flat, best, axis=1).reshape(-1),
        }
    ).astype({"match_id": "str"})


def _sums_of(grids: Numbers) -> dict[str, Numbers]:
    home, away = expected_goals(grids)
    handicaps = handicap_shares(grids, HANDICAP_LINES)
    fairest = np.abs(np.nan_to_num(handicaps, nan=2.0) - 0.5).argmin(axis=1)
    at_line = handicaps[np.arange(len(grids)), fairest]
    overs = {f"p_over{line:.1f}".replace(".", ""): over_shares(grids, line) for line in TOTAL_LINES}
    return {
        "expected_home_goals": home,
        "expected_away_goals": away,
        **overs,
        "p_both_score": both_score_shares(grids),
        "handicap_line": np.where(np.isnan(at_line), np.nan, HANDICAP_LINES[fairest]),
        "p_handicap_home": at_line,
        "p_handicap_away": 1 - at_line,
    }
