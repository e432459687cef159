"""The yardstick: every family beside the early and the closing market on identical matches of past seasons.

The matches scored are those with an early and a closing market average. A family that leaves more than a few
of them unanswered is counted and said, and leaves the comparison instead of narrowing it for all. Nothing
here fits a family: see `skill_blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.errors import SettingError
from pipeline.domain.margin import implied
from pipeline.domain.outcomes import SIDES
from pipeline.domain.scores import BoolArray, FloatArray, IntArray, brier, is_hit, log_loss, rps
from pipeline.evaluation.bootstrap import ratio_intervals
from pipeline.evaluation.calibration import ece, ece_floor
from pipeline.evaluation.comparison import (
    MARKET,
    PROBABILITY_COLUMNS,
    Comparison,
    compare,
    is_complete,
    published_table,
    scopes,
)

CLOSING = "market_close"
"""The closing market average without its margin: what is known only at kick-off. No family of ours."""

TRUTH = "truth"
"""The true probabilities of a simulated world: the perfect forecast."""

YARDSTICK = "yardstick"
CONFIRMATION_SEASON = 2026
"""This season and later ones are kept to confirm what was chosen, and are not looked at before."""

MOST_UNANSWERED = 0.05
"""A family that leaves a larger share of the matches unanswered is not compared."""


def check_seasons(first: int, last: int, *, is_confirmation: bool) -> None:
    """Raise SettingError for test seasons in the wrong order, or kept back for the confirmation."""
    if first > last:
        raise SettingError("first_season", first, f"not after the last test season, {last}")
    if last >= CONFIRMATION_SEASON and not is_confirmation:
        raise SettingError(
            "last_season", last, f"{CONFIRMATION_SEASON} is kept for the confirmation: ask for it by name"
        )


def fair_prices(quotes: pd.DataFrame, match_ids: pd.Series, moment: str, book: str = "avg") -> FloatArray:
    """Return a bookmaker's implied probabilities (n, 3), `early` or `close`, NaN without a full price."""
    names = [f"{book}_{moment}_{side}" for side in SIDES]
    prices = quotes.set_index("match_id").reindex(index=match_ids, columns=names).to_numpy(dtype=np.float64)
    is_full = np.asarray(np.isfinite(prices).all(axis=1) & (prices > 1).all(axis=1), dtype=np.bool_)
    return np.asarray(implied(np.where(is_full[:, None], prices, np.nan)), dtype=np.float64)


def scored_rows(
    features: pd.DataFrame, quotes: pd.DataFrame, first: int, last: int, divisions: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Return the feature rows that are scored: played, of these seasons, with early and closing averages.

    divisions: codes, all where empty. Source order is kept.
    """
    asked = features["is_played"] & features["season"].between(first, last)
    if divisions:
        asked &= features["division"].isin(divisions)
    rows = features[asked]
    has_both = [is_complete(fair_prices(quotes, rows["match_id"], moment)) for moment in ("early", "close")]
    return rows[has_both[0] & has_both[1]]


def yardsticks(quotes: pd.DataFrame, match_ids: pd.Series) -> pd.DataFrame:
    """Return the early and the closing market average as forecasts (table `forecasts`)."""
    parts = [
        forecasts_of(match_ids, name, fair_prices(quotes, match_ids, moment))
        for name, moment in ((MARKET, "early"), (CLOSING, "close"))
    ]
    return pd.concat(parts, ignore_index=True)


def forecasts_of(match_ids: pd.Series, family: str, shares: FloatArray) -> pd.DataFrame:
    """Return rows of the table `forecasts` from probabilities (n, 3)."""
    keys = pd.DataFrame({"match_id": match_ids.to_numpy(), "family": family}).astype("str")
    return keys.assign(**dict(zip(PROBABILITY_COLUMNS, shares.T, strict=True)))


def skill_table(
    forecasts: pd.DataFrame,
    matches: pd.DataFrame,
    settings: Mapping[str, str],
    facts: Mapping[str, Any],
    variants: Mapping[str, int],
    *,
    seed: int,
) -> pd.DataFrame:
    """Return the published table `skill`.

    forecasts: of every family, of `market`, of `market_close` and, on simulated sources, of `truth`.
    settings: setting by family, `yardstick` for those nobody can choose. facts: columns that are the same
    in every row. variants: how many were tried on the test seasons, by setting. Intervals are 95 % by block
    bootstrap over match-days, paired by match. Raises ContractError, ProbabilityError.
    """
    everyone = compare(forecasts, matches)
    known = everyone.where(_is_measurable(everyone))
    unanswered = {name: int((~is_complete(known.of(name))).sum()) for name in known.families}
    limit = MOST_UNANSWERED * len(known.matches)
    silent = [name for name, count in unanswered.items() if count > limit or count == len(known.matches)]
    common = _of_families(known, [name for name in known.families if name not in silent])
    rows = [
        {"scope": scope, "key": key, **row}
        for scope, key, part in scopes(common, ["division", "season"])
        if len(part.matches)
        for row in _scored(part, seed)
    ]
    rows += [{"scope": "all", "key": "all", "family": name, "n": 0} for name in silent]
    tried = {name: variants.get(settings.get(name, YARDSTICK), 0) for name in everyone.families}
    for row in rows:
        name = row["family"]
        row |= {"setting": settings.get(name, YARDSTICK), "variants_count": tried[name], **facts}
        row["unanswered_count"] = unanswered[name] if row["scope"] == "all" else 0
    return published_table("skill", [_EMPTY | row for row in rows])


_EMPTY: dict[str, Any] = dict.fromkeys(
    [
        *("log_loss", "log_loss_low", "log_loss_high", "rps", "brier", "accuracy", "ece", "ece_floor"),
        *(f"gap_{to}{end}" for to in ("early", "close") for end in ("", "_low", "_high")),
    ],
    np.nan,
) | {"match_days_count": 0}


def _is_measurable(comparison: Comparison) -> BoolArray:
    """Tell where both markets speak and some family of ours could be fitted: not in a first season."""
    others = [place for place, name in enumerate(comparison.families) if name not in (MARKET, CLOSING, TRUTH)]
    is_fitted = is_complete(comparison.probabilities[:, others]).any(axis=1)
    markets = is_complete(comparison.of(MARKET)) & is_complete(comparison.of(CLOSING))
    return np.asarray(is_fitted & markets, dtype=np.bool_)


def _of_families(comparison: Comparison, families: list[str]) -> Comparison:
    """Return the matches that all of these families answered, and these families alone."""
    places = [comparison.families.index(name) for name in families]
    narrowed = Comparison(tuple(families), comparison.matches, comparison.probabilities[:, places])
    return narrowed.where(np.asarray(is_complete(narrowed.probabilities).all(axis=1), dtype=np.bool_))


def _scored(common: Comparison, seed: int) -> Iterator[dict[str, Any]]:
    outcomes, families = common.outcomes, common.families
    losses = np.stack([log_loss(common.of(family), outcomes) for family in families], axis=1)
    with np.errstate(invalid="ignore"):  # where both are infinite nobody knows the gap: NaN
        gaps = [losses - losses[:, [families.index(name)]] for name in (MARKET, CLOSING)]
    columns = np.concatenate([losses, *gaps], axis=1)
    low, high = ratio_intervals(columns, np.ones_like(columns), common.match_days, seed=seed)
    means, days_count = columns.mean(axis=0), len(np.unique(common.match_days))
    for place, family in enumerate(families):
        row: dict[str, Any] = {"family": family, "n": len(losses), "match_days_count": days_count}
        for step, name in enumerate(("log_loss", "gap_early", "gap_close")):
            at = place + step * len(families)
            row |= {name: means[at], f"{name}_low": low[at], f"{name}_high": high[at]}
        yield row | _means(common.of(family), outcomes, seed)


def _means(probabilities: FloatArray, outcomes: IntArray, seed: int) -> dict[str, float]:
    return {
        "rps": float(rps(probabilities, outcomes).mean()),
        "brier": float(brier(probabilities, outcomes).mean()),
        "accuracy": float(is_hit(probabilities, outcomes).mean()),
        "ece": ece(probabilities, outcomes),
        "ece_floor": ece_floor(probabilities, seed),
    }
