"""The simulated history: promotion, relegation, arrivals, drift, and streams apart from each other."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.domain.errors import SettingError
from pipeline.sources.embedded.parameters import laws, leagues_of
from pipeline.sources.embedded.strengths import Strengths
from pipeline.sources.embedded.world import DivisionSeason, World, standing, world_of

SEED = 7
FIRST = int(laws()["first_season"])


def clubs_of(played: DivisionSeason) -> set[str]:
    return set(played.home.tolist())


def table_of(played: DivisionSeason) -> list[str]:
    """The final table by the rules of the competition, counted without the code under test."""
    record: dict[str, list[int]] = {}
    for home, away, (scored, conceded) in zip(played.home, played.away, played.goals.tolist(), strict=True):
        for club, ours, theirs in ((str(home), scored, conceded), (str(away), conceded, scored)):
            row = record.setdefault(club, [0, 0, 0])
            row[0] += 3 if ours > theirs else int(ours == theirs)
            row[1] += ours - theirs
            row[2] += ours
    return sorted(record, key=lambda club: record[club], reverse=True)


@pytest.mark.parametrize("season", [FIRST, 2019, 2025])
def test_the_worst_of_a_tier_change_places_with_the_best_below(season: int) -> None:
    world = world_of("embedded", SEED)
    before = [world.season(code, season) for code in ("BE1", "BE2")]
    after = [clubs_of(world.season(code, season + 1)) for code in ("BE1", "BE2")]
    count = before[0].league.relegated
    relegated, promoted = set(table_of(before[0])[-count:]), set(table_of(before[1])[:count])
    assert relegated <= after[1]
    assert promoted <= after[0]
    assert after[0] == (clubs_of(before[0]) - relegated) | promoted


def test_the_table_ranks_by_points_then_goal_difference() -> None:
    played = world_of("embedded", SEED).season("CA1", 2024)
    order = standing(played)
    name_of_seat = dict(zip(played.schedule.home.tolist(), played.home.tolist(), strict=True))
    assert [name_of_seat[seat] for seat in order.tolist()] == table_of(played)


@pytest.mark.parametrize(
    ("size", "code"), [("embedded", "AR2"), ("embedded", "CA2"), ("embedded", "DO2"), ("tiny", "DO1")]
)
def test_each_season_brings_the_lowest_tier_clubs_unknown_to_the_listed_seasons(size: str, code: str) -> None:
    world = world_of(size, SEED)
    country = world.divisions[code].country
    codes = [each.code for each in world.divisions.values() if each.country == country]
    listed = int(laws()["listed_seasons"][size])
    for season in (2020, 2023, 2026, 2034):
        known = {
            club
            for year in range(season - listed + 1, season)
            for each in codes
            for club in clubs_of(world.season(each, year))
        }
        unknown = clubs_of(world.season(code, season)) - known
        assert len(unknown) == leagues_of(size)[code].relegated


def test_clubs_keep_their_number_in_every_season() -> None:
    world = world_of("embedded", SEED)
    for code, league in leagues_of("embedded").items():
        for season in range(FIRST, 2027):
            assert len(clubs_of(world.season(code, season))) == league.clubs


def test_a_season_does_not_depend_on_how_far_the_world_was_played() -> None:
    early, late = World("tiny", SEED), World("tiny", SEED)
    late.season("AR1", 2030)
    ours, theirs = early.season("AR1", 2016), late.season("AR1", 2016)
    assert np.array_equal(ours.goals, theirs.goals)
    assert np.array_equal(ours.prices["close"]["Avg"], theirs.prices["close"]["Avg"])


def test_asking_for_prices_first_does_not_change_the_statistics() -> None:
    one, other = World("tiny", SEED).season("DO1", 2020), World("tiny", SEED).season("DO1", 2020)
    assert one.prices
    assert np.array_equal(one.statistics["shots"], other.statistics["shots"])


def test_another_seed_is_another_world() -> None:
    one, other = world_of("tiny", 1).season("AR1", 2020), world_of("tiny", 2).season("AR1", 2020)
    assert not np.array_equal(one.goals, other.goals)


def test_an_unknown_size_is_a_setting_error() -> None:
    with pytest.raises(SettingError, match="no such size"):
        World("huge", SEED)


def test_strengths_drift_within_a_season_and_over_a_summer() -> None:
    law = laws()["strengths"]
    random = np.random.default_rng(3)
    strengths = Strengths([200], 200, law, random)
    clubs = np.arange(200)
    path = strengths.play(clubs, 30, random)
    walked = (path[-1] - path[0]).std()
    assert walked == pytest.approx(law["round_spread"] * np.sqrt(29), rel=0.2)
    strengths.rest(random)
    next_path = strengths.play(clubs, 1, random)
    assert 0.6 < np.corrcoef(path[-1, :, 0], next_path[0, :, 0])[0, 1] < 0.99


def test_the_spread_of_strengths_is_the_same_after_a_century() -> None:
    law = laws()["strengths"]
    random = np.random.default_rng(4)
    strengths = Strengths([300], 300, law, random)
    first = strengths.play(np.arange(300), 34, random).std()
    for _ in range(100):
        strengths.rest(random)
        last = strengths.play(np.arange(300), 34, random).std()
    assert last == pytest.approx(first, rel=0.15)
