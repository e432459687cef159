"""The goals the market expects: the two Poisson means that give its probabilities back.

With a price for three goals or more the sum of the means follows from it, since the low-score correction
of Dixon and Coles (JRSS C 46, 1997) leaves the probability of two goals or fewer as it is; the share of each
follows from home win minus away win. Without that price the draw says how many goals are expected.
"""

from __future__ import annotations

import math

import numpy as np

from pipeline.features.compiled import compiled
from pipeline.features.history import Floats

RHO = -0.08
GOALS = 16
LEAST_TOTAL, MOST_TOTAL = 0.6, 8.0
LEAST_SHARE, MOST_SHARE = 0.02, 0.98
HALVINGS = 30


def implied_goals(outcomes: Floats, over25: Floats) -> Floats:
    """Return (n, 2) expected goals of home and away; NaN where the three outcomes are unknown.

    outcomes: (n, 3) probabilities of home, draw, away without margin. over25: (n,), NaN where unknown.
    """
    return _solve(np.ascontiguousarray(outcomes), np.ascontiguousarray(over25))


@compiled
def _solve(outcomes: Floats, over25: Floats) -> Floats:
    out = np.full((len(outcomes), 2), np.nan)
    of_home, of_away = np.empty(GOALS), np.empty(GOALS)
    for row in range(len(outcomes)):
        home, draw, away = outcomes[row]
        if np.isnan(home + draw + away):
            continue
        lead = home - away
        if np.isnan(over25[row]):
            total = _total_of_draw(draw, lead, of_home, of_away)
        else:
            total = _total_of_over(over25[row])
        share = _share_of_lead(total, lead, of_home, of_away)
        out[row, 0], out[row, 1] = total * share, total * (1 - share)
    return out


@compiled
def _total_of_over(over: float) -> float:
    low, high = LEAST_TOTAL, MOST_TOTAL
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if 1 - math.exp(-middle) * (1 + middle + middle * middle / 2) < over:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@compiled
def _total_of_draw(draw: float, lead: float, of_home: Floats, of_away: Floats) -> float:
    low, high = LEAST_TOTAL, MOST_TOTAL
    for _ in range(14):  # to half a thousandth of a goal: each step solves for the share anew
        middle = (low + high) / 2
        share = _share_of_lead(middle, lead, of_home, of_away)
        if _lead_and_draw(middle * share, middle * (1 - share), of_home, of_away)[1] > draw:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@compiled
def _share_of_lead(total: float, lead: float, of_home: Floats, of_away: Floats) -> float:
    """Return the home share of the goals by regula falsi (Illinois): the lead rises with the share."""
    low, high = LEAST_SHARE, MOST_SHARE
    at_low = _lead_and_draw(total * low, total * (1 - low), of_home, of_away)[0] - lead
    at_high = _lead_and_draw(total * high, total * (1 - high), of_home, of_away)[0] - lead
    if at_low >= 0 or at_high <= 0:
        return low if at_low >= 0 else high
    share, side = 0.5, 0
    for _ in range(HALVINGS):
        share = (low * at_high - high * at_low) / (at_high - at_low)
        error = _lead_and_draw(total * share, total * (1 - share), of_home, of_away)[0] - lead
        if abs(error) < 1e-9:
            break
        if error > 0:
            high, at_high = share, error
            at_low = at_low / 2 if side == 1 else at_low
            side = 1
        else:
            low, at_low = share, error
            at_high = at_high / 2 if side == -1 else at_high
            side = -1
    return share


@compiled
def _lead_and_draw(home: float, away: float, of_home: Floats, of_away: Floats) -> tuple[float, float]:
    """Return home win minus away win, and draw, of two Poisson counts with corrected low scores."""
    of_home[0], of_away[0] = math.exp(-home), math.exp(-away)
    for goals in range(1, GOALS):
        of_home[goals] = of_home[goals - 1] * home / goals
        of_away[goals] = of_away[goals - 1] * away / goals
    lead, draw, below_home, below_away = 0.0, 0.0, 0.0, 0.0
    for goals in range(GOALS):
        draw += of_home[goals] * of_away[goals]
        lead += of_home[goals] * below_away - of_away[goals] * below_home
        below_home += of_home[goals]
        below_away += of_away[goals]
    nil_nil = of_home[0] * of_away[0]
    draw -= 2 * RHO * home * away * nil_nil
    lead += nil_nil * home * away * RHO - nil_nil * away * home * RHO
    return lead, draw
