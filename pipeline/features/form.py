"""Form and rest: what the last matches and the calendar say beside the ratings.

Points and goal difference are means, drawn to the average by a few pseudo-matches: `form_*` over the last six
matches of the season, `*_per_game_*` over all of it. Residual form is how far a club has lately done better
than the main filter expected, at two speeds; a new season halves it. Rest is counted in days since the last
match in any division of the feed, at most two weeks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.features.compiled import compiled
from pipeline.features.history import Floats, History, Ints

LAST_MATCHES = 6
PSEUDO_MATCHES = 3.0
SEASON_PSEUDO_MATCHES = 5.0
MEAN_POINTS = 1.37
MOST_REST_DAYS = 14
RESIDUAL_FAST, RESIDUAL_SLOW = 0.25, 0.07
"""The share of one match in residual form."""
RESIDUAL_KEPT = 0.5

NAMES = (
    "form_points",
    "form_goal_difference",
    "points_per_game",
    "goal_difference_per_game",
    "residual_form_fast",
    "residual_form_slow",
    "rest_days",
    "matches_14_days",
    "season_matches",
)
SIDES = ("home", "away")
NEVER = -(10**9)
_LAST_POINTS = 0
_LAST_MARGINS = LAST_MATCHES
_RESIDUALS = 2 * LAST_MATCHES
_TOTALS = _RESIDUALS + 2
_WIDTH = _TOTALS + 2
# A club's sums are its last points, its last margins, two residual forms, points and margin of the season;
# its days are the season, its matches in it, the last day of play, and the days of the last matches.


def form_features(history: History, surprises: Floats) -> pd.DataFrame:
    """Return the numbers of NAMES of both clubs before each row.

    surprises: (n,) observed minus expected goal difference of each played row.
    """
    goals = history.counts["goals"]
    out = _walk(
        history.events,
        np.column_stack([history.home, history.away]),
        np.column_stack([history.season, history.day]),
        np.column_stack([goals[:, 0] - goals[:, 1], surprises]),
        np.zeros((len(history.clubs), _WIDTH)),
        np.full((len(history.clubs), 3 + LAST_MATCHES), NEVER, dtype=np.int64),
    )
    return pd.DataFrame(
        {
            f"{name}_{side}": out[:, at, place]
            for at, side in enumerate(SIDES)
            for place, name in enumerate(NAMES)
        }
    )


@compiled
def _walk(events: Ints, clubs: Ints, whens: Ints, results: Floats, sums: Floats, days: Ints) -> Floats:
    out = np.full((len(clubs), 2, len(NAMES)), np.nan)
    for event in events:
        row = event if event >= 0 else ~event
        season, day = whens[row]
        for side in range(2):
            club, sign = clubs[row, side], 1 - 2 * side
            if event >= 0:
                _tell(sums[club], days[club], season, day, out[row, side])
            else:
                _add(sums[club], days[club], season, day, sign * results[row, 0], sign * results[row, 1])
    return out


@compiled
def _tell(sums: Floats, days: Ints, season: int, day: int, told: Floats) -> None:
    is_new = season > days[0]
    kept = RESIDUAL_KEPT if is_new else 1.0
    played = 0 if is_new else days[1]
    counted = min(played, LAST_MATCHES)
    points, margin = PSEUDO_MATCHES * MEAN_POINTS, 0.0
    for place in range(counted):
        points += sums[_LAST_POINTS + place]
        margin += sums[_LAST_MARGINS + place]
    told[0] = points / (counted + PSEUDO_MATCHES)
    told[1] = margin / (counted + PSEUDO_MATCHES)
    weight = played + SEASON_PSEUDO_MATCHES
    told[2] = ((0.0 if is_new else sums[_TOTALS]) + SEASON_PSEUDO_MATCHES * MEAN_POINTS) / weight
    told[3] = (0.0 if is_new else sums[_TOTALS + 1]) / weight
    told[4], told[5] = kept * sums[_RESIDUALS], kept * sums[_RESIDUALS + 1]
    if days[2] != NEVER:
        told[6] = min(day - days[2], MOST_REST_DAYS)
    told[7] = 0
    for place in range(3, len(days)):
        told[7] += days[place] >= day - MOST_REST_DAYS
    told[8] = played


@compiled
def _add(sums: Floats, days: Ints, season: int, day: int, margin: float, surprise: float) -> None:
    if season > days[0]:
        sums[_TOTALS], sums[_TOTALS + 1] = 0.0, 0.0
        sums[_RESIDUALS] *= RESIDUAL_KEPT
        sums[_RESIDUALS + 1] *= RESIDUAL_KEPT
        days[0], days[1] = season, 0
    points = 3.0 if margin > 0 else (1.0 if margin == 0 else 0.0)
    place = days[1] % LAST_MATCHES
    sums[_LAST_POINTS + place], sums[_LAST_MARGINS + place] = points, margin
    sums[_TOTALS] += points
    sums[_TOTALS + 1] += margin
    sums[_RESIDUALS] += RESIDUAL_FAST * (surprise - sums[_RESIDUALS])
    sums[_RESIDUALS + 1] += RESIDUAL_SLOW * (surprise - sums[_RESIDUALS + 1])
    days[1] += 1
    days[2] = max(days[2], day)
    for other in range(len(days) - 1, 3, -1):
        days[other] = days[other - 1]
    days[3] = day
