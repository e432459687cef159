"""The world's history, season by season: who plays in which tier, and every match with score and truth.

A season is a function of the seed, the season and the state the seasons before it left, so it never changes,
whatever the date asked for. Prices and statistics are drawn when first asked for, from streams of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.domain.divisions import Division, divisions_of
from pipeline.sources.embedded.parameters import League, laws, leagues_of, names_of
from pipeline.sources.embedded.prices import market_views, quoted_prices
from pipeline.sources.embedded.schedule import Schedule, draw_schedule
from pipeline.sources.embedded.scores import (
    draw_half_time,
    draw_scores,
    draw_statistics,
    log_rates,
    outcome_probabilities,
    score_grid,
)
from pipeline.sources.embedded.streams import stream
from pipeline.sources.embedded.strengths import Strengths

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class DivisionSeason:
    """One played-out season of a division; arrays hold one match per position, in the order of play.

    home, away: names. log_rates, goals: shape (n, 2). probabilities: HOME, DRAW, AWAY, the truth.
    """

    seed: int
    season: int
    division: Division
    league: League
    schedule: Schedule
    home: NDArray[np.str_]
    away: NDArray[np.str_]
    log_rates: Numbers
    probabilities: Numbers
    goals: Integers

    def stream(self, purpose: str) -> np.random.Generator:
        """Return this season's random stream of one purpose."""
        return stream(self.seed, self.season, self.division.code, purpose)

    @cached_property
    def half_time_goals(self) -> Integers:
        """Return half-time goals, shape (n, 2)."""
        return draw_half_time(self.goals, laws()["scores"]["first_half_share"], self.stream("half time"))

    @cached_property
    def statistics(self) -> dict[str, Integers]:
        """Return shots, shots on target, corners and red cards, shape (n, 2) each."""
        return draw_statistics(np.exp(self.log_rates), self.goals, self.stream("statistics"))

    @cached_property
    def prices(self) -> dict[str, dict[str, Numbers]]:
        """Return prices by moment (`early`, `close`) and bookmaker, shape (n, 3) each; {} without odds."""
        if not self.league.has_prices:
            return {}
        law, scores = laws()["prices"], laws()["scores"]
        views = market_views(
            self.log_rates, law, scores["dixon_coles"], scores["most_goals"], self.stream("market views")
        )
        return {
            moment: quoted_prices(view, law, self.stream(f"{moment} prices"))
            for moment, view in views.items()
        }


@dataclass
class CountryHistory:
    """The pyramid of one country. Seasons are played in order and kept."""

    seed: int
    country: str
    divisions: Sequence[Division]
    leagues: Mapping[str, League]
    _seasons: list[dict[str, DivisionSeason]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Fill the tiers of the first season; the rest of the names wait outside, first come first served."""
        sizes = [self.leagues[division.code].clubs for division in self.divisions]
        edges = np.cumsum([0, *sizes])
        names = names_of(self.country)
        self._names = np.array(names)
        self._tiers = [np.arange(start, end) for start, end in pairwise(edges.tolist())]
        self._outside = deque(range(int(edges[-1]), len(names)))
        self._strengths = Strengths(
            sizes, len(names), laws()["strengths"], self._stream(0, "lasting strengths")
        )

    def season(self, start_year: int) -> dict[str, DivisionSeason]:
        """Return the country's divisions of one season, playing the seasons up to it where needed."""
        first: int = laws()["first_season"]
        while len(self._seasons) <= start_year - first:
            self._seasons.append(self._play(first + len(self._seasons)))
        return self._seasons[start_year - first]

    def _stream(self, season: int, purpose: str) -> np.random.Generator:
        return stream(self.seed, season, self.country, purpose)

    def _play(self, season: int) -> dict[str, DivisionSeason]:
        if self._seasons:
            self._change_tiers(season, [self._seasons[-1][division.code] for division in self.divisions])
        return {
            division.code: self._play_division(division, clubs, season)
            for division, clubs in zip(self.divisions, self._tiers, strict=True)
        }

    def _play_division(self, division: Division, clubs: Integers, season: int) -> DivisionSeason:
        league, world = self.leagues[division.code], laws()
        scores = world["scores"]

        def of(purpose: str) -> np.random.Generator:
            return stream(self.seed, season, division.code, purpose)

        schedule = draw_schedule(league, division.time_zone, season, world["postponed_share"], of("schedule"))
        path = self._strengths.play(clubs, league.round_count, of("drift"))
        pair = np.stack([path[schedule.round, schedule.home], path[schedule.round, schedule.away]], axis=1)
        logs = log_rates(pair[:, :, 0], pair[:, :, 1], league.log_goals, league.home_advantage)
        grid = score_grid(np.exp(logs), scores["dixon_coles"], scores["most_goals"])
        names = self._names[clubs]
        home, away = names[schedule.home], names[schedule.away]
        truth, goals = outcome_probabilities(grid), draw_scores(grid, of("scores"))
        return DivisionSeason(self.seed, season, division, league, schedule, home, away, logs, truth, goals)

    def _change_tiers(self, season: int, played: Sequence[DivisionSeason]) -> None:
        """Promote and relegate: the last of each tier change places with the first of the next."""
        self._strengths.rest(self._stream(season, "summer"))
        ranked = [clubs[standing(each)] for clubs, each in zip(self._tiers, played, strict=True)]
        count = [each.league.relegated for each in played]
        arrived = np.array([self._outside.popleft() for _ in range(count[-1])], dtype=np.int64)
        self._outside.extend(ranked[-1][-count[-1] :].tolist())
        self._strengths.arrive(arrived, self._stream(season, "arrivals"))
        tiers = []
        for tier, clubs in enumerate(ranked):
            staying = clubs[(count[tier - 1] if tier else 0) : len(clubs) - count[tier]]
            fallen = ranked[tier - 1][-count[tier - 1] :] if tier else clubs[:0]
            risen = ranked[tier + 1][: count[tier]] if tier + 1 < len(ranked) else arrived
            tiers.append(np.sort(np.concatenate([fallen, staying, risen])))
        self._tiers = tiers


def standing(played: DivisionSeason) -> Integers:
    """Return the clubs' places in the schedule from the first to the last of the final table.

    Ordered by points (3, 1, 0), goal difference, goals scored, then the order of the names table.
    """
    schedule, goals, clubs = played.schedule, played.goals, played.league.clubs
    points, difference, scored = (np.zeros(clubs) for _ in range(3))
    for places, ours, theirs in ((schedule.home, 0, 1), (schedule.away, 1, 0)):
        lead = goals[:, ours] - goals[:, theirs]
        np.add.at(points, places, np.where(lead > 0, 3, np.where(lead == 0, 1, 0)))
        np.add.at(difference, places, lead)
        np.add.at(scored, places, goals[:, ours])
    return np.lexsort((np.arange(clubs), -scored, -difference, -points))


class World:
    """All countries of one size of the world, played as far as asked."""

    def __init__(self, size: str, seed: int) -> None:
        """Lay out the countries; nothing is played yet. Raises SettingError for an unknown size."""
        leagues = leagues_of(size)
        self.divisions: dict[str, Division] = divisions_of(size)
        by_country: dict[str, list[Division]] = {}
        for division in sorted(self.divisions.values(), key=lambda each: each.tier):
            by_country.setdefault(division.country, []).append(division)
        self._countries = {
            country: CountryHistory(seed, country, divisions, leagues)
            for country, divisions in by_country.items()
        }

    def season(self, division: str, start_year: int) -> DivisionSeason:
        """Return one season of a division. Raises KeyError for an unknown division."""
        return self._countries[self.divisions[division].country].season(start_year)[division]


@cache
def world_of(size: str, seed: int) -> World:
    """Return the world of one size and seed, always the same object: nothing is played twice."""
    return World(size, seed)
