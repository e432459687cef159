"""The clubs' hidden strengths: attack and defence on the log scale of expected goals, drifting over time.

A club has a lasting strength and a departure from it. Over a summer the departure keeps a share (`memory`)
and takes a normal step; from round to round it takes small normal steps: an AR(1) process between seasons
with a random walk inside them, in the manner of Rue and Salvesen (2000), "Prediction and retrospective
analysis of soccer matches in a league", The Statistician 49. Results never act on strengths, so a season can
be drawn in one piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]


class Strengths:
    """The clubs of one country; arrays have shape (clubs, 2) with the columns attack and defence."""

    def __init__(
        self, tiers: Sequence[int], club_count: int, law: Mapping[str, float], random: np.random.Generator
    ):
        """Draw the lasting strengths; the first clubs fill the tiers, the best of them the first."""
        self._law = law
        inside = sum(tiers)
        overall = np.empty(club_count)
        overall[:inside] = np.sort(random.normal(0.0, law["club_spread"], inside))[::-1]
        overall[inside:] = random.normal(law["arrival_level"], law["arrival_spread"], club_count - inside)
        style = random.normal(0.0, law["style_spread"], club_count)
        self._lasting = np.column_stack([overall + style, overall - style])
        self._departure = random.normal(0.0, law["season_spread"], (club_count, 2))

    def play(self, clubs: Integers, round_count: int, random: np.random.Generator) -> Numbers:
        """Return the strengths of `clubs` by round, shape (rounds, clubs, 2), and keep those of the last."""
        steps = random.normal(0.0, self._law["round_spread"], (round_count, len(clubs), 2))
        path = np.asarray(self._departure[clubs] + np.cumsum(steps, axis=0))
        self._departure[clubs] = path[-1]
        return np.asarray(self._lasting[clubs] + path)

    def rest(self, random: np.random.Generator) -> None:
        """Let a summer pass: departures fade towards nothing and take a step."""
        step = random.normal(0.0, self._law["season_spread"], self._departure.shape)
        self._departure = self._law["memory"] * self._departure + step

    def arrive(self, clubs: Integers, random: np.random.Generator) -> None:
        """Give clubs from outside the pyramid the level of a good season down there."""
        overall = random.normal(self._law["arrival_level"], self._law["arrival_spread"], (len(clubs), 1))
        self._departure[clubs] = overall - self._lasting[clubs]
