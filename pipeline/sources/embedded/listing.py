"""What the simulated site shows of a season at an instant: which results, which fixtures, at which hour.

A match stands among the results from two hours after kick-off on, and among the fixtures from seven days
before kick-off until then. A postponed match stays listed at its planned hour for three more days, as the
main feed keeps past rows until its next update, then vanishes, and comes back a week before its new date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.sources.embedded.schedule import Instants
from pipeline.sources.embedded.world import DivisionSeason

HORIZON = np.timedelta64(7 * 24, "h")
DURATION = np.timedelta64(2, "h")
POSTPONED_STAYS = np.timedelta64(3 * 24, "h")


@dataclass(frozen=True)
class Listing:
    """Some matches of one season: `places` in the order of play, and the UTC kick-off each is shown with."""

    played: DivisionSeason
    places: NDArray[np.int64]
    kick_off_at: Instants


def results_at(played: DivisionSeason, as_of: np.datetime64) -> Listing:
    """Return the matches whose result is known: always the first ones in the order of play."""
    kick_off_at = played.schedule.kick_off_at
    count = int((kick_off_at + DURATION <= as_of).sum())
    return Listing(played, np.arange(count), kick_off_at[:count])


def fixtures_at(played: DivisionSeason, as_of: np.datetime64) -> Listing:
    """Return the matches listed as fixtures, postponed ones at the hour they are shown with."""
    planned_at, kick_off_at = played.schedule.planned_at, played.schedule.kick_off_at
    is_postponed = kick_off_at > planned_at
    is_in_sight = (kick_off_at - HORIZON <= as_of) & (as_of < kick_off_at + DURATION)
    is_as_planned = is_postponed & (planned_at - HORIZON <= as_of) & (as_of < planned_at + POSTPONED_STAYS)
    places = np.flatnonzero(is_in_sight | is_as_planned)
    return Listing(played, places, np.where(is_as_planned, planned_at, kick_off_at)[places])


def postponed_at(played: DivisionSeason, as_of: np.datetime64) -> Listing:
    """Return the matches whose planned kick-off has passed and whose new one has not, at their new one."""
    planned_at, kick_off_at = played.schedule.planned_at, played.schedule.kick_off_at
    places = np.flatnonzero((planned_at <= as_of) & (as_of < kick_off_at) & (kick_off_at > planned_at))
    return Listing(played, places, kick_off_at[places])


def truth_table(listings: Iterable[Listing]) -> pd.DataFrame:
    """Return identity, kick-off and true probabilities, ordered by kick-off, division and home club.

    Columns division, season, home, away, kick_off_at (UTC), p_home, p_draw, p_away.
    """
    every = list(listings)
    shown = [listing for listing in every if len(listing.places)] or every[:1]
    table = pd.concat([_truth(listing) for listing in shown], ignore_index=True)
    return table.sort_values(["kick_off_at", "division", "home"], kind="stable", ignore_index=True)


def _truth(listing: Listing) -> pd.DataFrame:
    played, places = listing.played, listing.places
    frame = pd.DataFrame(
        {
            "division": played.division.code,
            "season": played.season,
            "home": played.home[places],
            "away": played.away[places],
            "kick_off_at": pd.DatetimeIndex(listing.kick_off_at).tz_localize("UTC").as_unit("us"),
        }
    ).astype({"division": "str", "season": "int64", "home": "str", "away": "str"})
    shares = played.probabilities[places]
    return frame.assign(p_home=shares[:, 0], p_draw=shares[:, 1], p_away=shares[:, 2])
