"""The published scores of what the grids say of goals: over 2.5 goals, and both teams to score.

Each family's outcomes become a coherent grid as they do for fixtures: anchored families take the market's
early total, the others the goals of the ratings. So an anchored family's over 2.5 is the market's own, with a
gap of zero, and its both teams to score shows what its outcomes add. The feed has no price for both teams to
score: there the market is the grid of its outcomes and its total. Base rates say nothing of goals and are
left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.scores import BoolArray, FloatArray
from pipeline.evaluation.bootstrap import ratio_intervals
from pipeline.evaluation.comparison import MARKET, Comparison, compare, published_table
from pipeline.forecasts.markets import EXPECTED, both_score_shares, grids_of, over_of, over_shares
from pipeline.models.catalogue import FAMILIES

OVER, BOTH_SCORE = "over25", "both_score"
_SILENT = [name for name, family in FAMILIES.items() if family.is_yardstick and not family.is_anchored]
_LINE = 2.5
_CHUNK = 4000  # matches whose grids fit a processor's cache


def goal_score_table(
    forecasts: pd.DataFrame,
    matches: pd.DataFrame,
    quotes: pd.DataFrame,
    features: pd.DataFrame,
    *,
    seed: int,
) -> pd.DataFrame:
    """Return the published table `goal_scores`; the first three are the tables of these names.

    features: of `build_features`. All rows of the table stand on the same matches: those every family answers
    and, where any total is priced, those with one. The gap to the market is NaN where none is. Intervals are
    95 % by block bootstrap over match-days, the gap's paired by match.
    """
    is_asked = ~forecasts["family"].isin(_SILENT)
    common = compare(forecasts[is_asked], matches).on_common_matches()
    over = over_of(quotes, common.matches["match_id"])
    has_prices = bool(np.isfinite(over).any())
    is_kept = np.isfinite(over) if has_prices else np.ones(len(over), dtype=np.bool_)
    kept, over = common.where(np.asarray(is_kept, dtype=np.bool_)), over[is_kept]
    if not len(kept.matches):
        return published_table("goal_scores", [])
    known = kept.matches.merge(matches[["match_id", "home_goals", "away_goals"]], on="match_id", how="left")
    expected = features.set_index("match_id").loc[known["match_id"], EXPECTED]
    home, away = known["home_goals"].to_numpy(), known["away_goals"].to_numpy()
    happened = np.stack([home + away > _LINE, (home > 0) & (away > 0)], axis=1)
    losses = np.stack([_losses(kept, name, expected, over, happened) for name in kept.families], axis=1)
    return published_table("goal_scores", list(_rows(kept, losses, has_prices, seed)))


def _losses(
    kept: Comparison, family: str, expected: pd.DataFrame, over: FloatArray, happened: BoolArray
) -> FloatArray:
    """Return (n, 2) log losses of one family: over 2.5 and both teams to score."""
    parts, shares = [], kept.of(family)
    is_anchored = np.full(len(over), family in FAMILIES and FAMILIES[family].is_anchored)
    for start in range(0, len(over), _CHUNK):
        part = slice(start, start + _CHUNK)
        grids, _ = grids_of(expected.iloc[part], shares[part], over[part], is_anchored[part])
        parts.append(np.stack([over_shares(grids, _LINE), both_score_shares(grids)], axis=1))
    said = np.concatenate(parts)
    return np.asarray(-np.log(np.where(happened, said, 1 - said)), dtype=np.float64)


def _rows(kept: Comparison, losses: FloatArray, has_prices: bool, seed: int) -> Iterator[dict[str, Any]]:
    """Yield one row for each event and family; losses are (n, families, 2)."""
    market = kept.families.index(MARKET) if has_prices and MARKET in kept.families else None
    for place, event in enumerate((OVER, BOTH_SCORE)):
        of_event = losses[:, :, place]
        gaps = of_event - of_event[:, [market]] if market is not None else np.full_like(of_event, np.nan)
        columns = np.concatenate([of_event, gaps], axis=1)
        low, high = ratio_intervals(columns, np.ones_like(columns), kept.match_days, seed=seed)
        for number, family in enumerate(kept.families):
            paired = number + len(kept.families)
            yield {
                "event": event,
                "family": family,
                "n": len(of_event),
                "match_days_count": len(np.unique(kept.match_days)),
                "log_loss": of_event[:, number].mean(),
                "log_loss_low": low[number],
                "log_loss_high": high[number],
                "gap": gaps[:, number].mean(),
                "gap_low": low[paired],
                "gap_high": high[paired],
            }
