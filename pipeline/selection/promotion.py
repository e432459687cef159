"""Whose forecasts are published: the best of our own families, and how it stands to the market.

Base rates and market are yardsticks and can never be chosen. Where no family of ours beats the market the
decision says so; it names a champion all the same, since a forecast next to the market's is what we publish.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

NEVER_CHOSEN = frozenset({"base_rates", "market"})
"""Yardsticks by name, refused even where a caller lists them."""

_FIGURES = ("n", "log_loss", "log_loss_low", "log_loss_high", "rps", "brier", "gap", "gap_low", "gap_high")


def choose_champion(scores: pd.DataFrame, families: Collection[str]) -> dict[str, Any]:
    """Return the decision, JSON-able: `family` (None where none was scored), `reasons`, `standing` and more.

    scores: the published table `scores`; only scope `all` counts. families: our own families.
    The lowest log loss wins; ties go by ranked probability score, then by name. `standing` is `ahead` or
    `behind` where the 95 % interval of the gap to the market excludes zero, else `level`; a gap below zero is
    better than the market.
    """
    own = [name for name in families if name not in NEVER_CHOSEN]
    rows = scores[scores["scope"].eq("all") & scores["family"].isin(own)]
    rows = rows[np.isfinite(rows["log_loss"].astype("float64"))]
    ranked = rows.sort_values(["log_loss", "rps", "family"], kind="stable").to_dict("records")
    candidates = [
        {"family": str(row["family"])} | _figures({str(k): v for k, v in row.items()}) for row in ranked
    ]
    if not candidates:
        reasons = ["none of our own families has a score, so there is no champion"]
        return {"family": None, "reasons": reasons, "standing": None, "beats_market": False, "candidates": []}
    best = candidates[0]
    standing = _standing(best["gap_low"], best["gap_high"])
    return {
        "family": best["family"],
        "reasons": [_choice(candidates), _comparison(best, standing)],
        "standing": standing,
        "beats_market": standing == "ahead",
        "candidates": candidates,
    }


def _choice(candidates: list[dict[str, Any]]) -> str:
    best = candidates[0]
    score = f"{best['log_loss']:.4f} over {best['n']} matches"
    said = f"{best['family']} has the lowest log loss of our families: {score}"
    others = [f"{each['family']} {each['log_loss']:.4f}" for each in candidates[1:]]
    return f"{said} ({', '.join(others)})" if others else said


def _comparison(best: dict[str, Any], standing: str | None) -> str:
    if standing is None:
        return "there is no market score on the same matches to compare with"
    words = {
        "ahead": "beats the market",
        "behind": "does not beat the market",
        "level": "is level with the market",
    }
    return (
        f"{best['family']} {words[standing]}: gap {best['gap']:+.4f} nats "
        f"(95 % interval {best['gap_low']:+.4f} to {best['gap_high']:+.4f}, {best['n']} matches)"
    )


def _standing(low: float | None, high: float | None) -> str | None:
    if low is None or high is None:
        return None
    return "ahead" if high < 0 else "behind" if low > 0 else "level"


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name in _FIGURES:
        value = row.get(name)
        if name == "n":
            figures[name] = int(row["n"])
        else:
            figures[name] = float(value) if value is not None and math.isfinite(value) else None
    return figures
