"""The gate in worlds where the truth is known: who is promoted, kept, blocked, and on what grounds."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pipeline.domain.errors import ContractError
from pipeline.domain.scores import ProbabilityError, ShapeError
from pipeline.selection.power import chance_of_promotion, smallest_difference
from tests.unit.selection.gate_world import GateWorld, contender, failed, lenient, row_of, shares

BAD, GOOD = 0.200, 0.165
"""Noise of two forecasters that are 0.004 nats apart, as a test below makes sure."""


@pytest.fixture(scope="module")
def world() -> GateWorld:
    return GateWorld(20_000)


@pytest.fixture(scope="module")
def champion(world: GateWorld) -> Any:
    return contender("champion", world.erring(BAD))


@pytest.fixture(scope="module")
def better(world: GateWorld) -> Any:
    return contender("better", world.erring(GOOD))


@pytest.fixture(scope="module")
def promotion(world: GateWorld, champion: Any, better: Any) -> dict[str, Any]:
    return world.decide(champion, better, tried_before=11)


def test_a_truly_better_challenger_is_promoted(
    world: GateWorld, champion: Any, better: Any, promotion: dict[str, Any]
) -> None:
    assert world.true_difference(better.forecasts, champion.forecasts) == pytest.approx(-0.004, abs=0.0005)
    assert (promotion["verdict"], promotion["promoted"]) == ("promoted", "better")
    row = row_of(promotion, "better")
    assert row["difference_high"] < 0
    assert row["difference_low"] < -0.004 < row["difference_high"]
    assert (row["n"], failed(row), row["claim"]) == (20_000, [], "better")


def test_the_decision_gives_reasons_with_numbers_and_counts_every_challenger(
    promotion: dict[str, Any],
) -> None:
    row = row_of(promotion, "better")
    assert promotion["reasons"] == [
        "better is the new champion of the independent role",
        f"better than champion: difference {row['difference']:+.5f} nats a match (95 % interval "
        f"{row['difference_low']:+.5f} to {row['difference_high']:+.5f}, 20,000 matches)",
    ]
    assert promotion["tried_count"] == 12
    assert promotion["champion_figures"]["log_loss"] == pytest.approx(
        row["log_loss"] - row["difference"], abs=2e-6
    )


def test_the_figures_are_means_over_the_same_matches(world: GateWorld, better: Any, promotion: Any) -> None:
    at = np.arange(world.count), world.matches["outcome"].to_numpy()
    row, loss = row_of(promotion, "better"), -np.log(better.forecasts[at])
    assert row["log_loss"] == pytest.approx(loss.mean(), abs=1e-6)
    market = -np.log(world.yardsticks["market"][at])
    assert row["gap"] == pytest.approx((loss - market).mean(), abs=1e-6)
    assert row["low"] < row["log_loss"] < row["high"]
    assert row["gap_low"] < row["gap"] < row["gap_high"]


def test_the_decision_is_json_and_the_same_in_any_order(world: GateWorld, champion: Any, better: Any) -> None:
    equal = contender("equal", world.erring(BAD))
    one, other = world.decide(champion, better, equal), world.decide(champion, equal, better)
    assert json.dumps(one, allow_nan=False) == json.dumps(other, allow_nan=False)
    assert one["level"] == 0.975
    assert one["reasons"][-1] == ("2 challengers share the night's level of 95 %: each interval is of 97.5 %")


def test_an_equal_challenger_is_kept_out_and_the_champion_kept(world: GateWorld, champion: Any) -> None:
    decision = world.decide(champion, contender("equal", world.erring(BAD)))
    assert (decision["verdict"], decision["promoted"]) == ("kept", None)
    assert decision["reasons"][0] == "champion stays the champion of the independent role"
    assert row_of(decision, "equal")["verdict"] == "not better"


@pytest.mark.parametrize(("complexity", "verdict"), [(80, "promoted"), (81, "kept")])
def test_an_equal_challenger_is_promoted_where_it_is_simpler(
    world: GateWorld, champion: Any, complexity: int, verdict: str
) -> None:
    nearly = shares(np.log(champion.forecasts) + world.random.normal(0.0, 0.001, (world.count, 3)))
    decision = world.decide(champion, contender("simple", nearly, complexity=complexity))
    assert decision["verdict"] == verdict
    assert row_of(decision, "simple")["claim"] == ("simpler" if verdict == "promoted" else None)


def test_a_simpler_challenger_that_may_be_much_worse_is_kept_out(world: GateWorld, better: Any) -> None:
    simple = contender("simple", world.erring(BAD), complexity=1)
    assert world.decide(better, simple)["verdict"] == "kept"


def test_of_two_better_challengers_the_best_is_promoted(world: GateWorld, champion: Any, better: Any) -> None:
    best = contender("the best", world.erring(0.02), complexity=999)
    decision = world.decide(champion, better, best)
    assert decision["promoted"] == "the best"
    assert row_of(decision, "better")["verdict"] == "passed"


def test_a_better_challenger_that_is_badly_calibrated_is_blocked(world: GateWorld) -> None:
    ignorant = contender("ignorant", world.yardsticks["base_rates"])  # knows little, and that exactly
    shy = contender("shy", shares(0.6 * world.logs))
    decision = world.decide(ignorant, shy)
    assert (decision["verdict"], failed(row_of(decision, "shy"))) == ("blocked", ["calibration"])
    assert row_of(decision, "shy")["difference_high"] < 0
    assert row_of(decision, "shy")["ece"] > row_of(decision, "shy")["champion_ece"]


def test_a_better_challenger_that_is_broken_in_one_division_is_blocked(world: GateWorld) -> None:
    champion = contender("champion", world.erring(BAD))
    forecasts = world.erring(0.02)
    there = (world.matches["division"] == "D07").to_numpy()
    forecasts[there] = shares(world.logs[there] + np.array([0.5, 0.0, -0.5]))
    decision = world.decide(champion, contender("broken", forecasts))
    row = row_of(decision, "broken")
    assert (decision["verdict"], failed(row)) == ("blocked", ["divisions"])
    assert row["worst_division"] == "D07"
    assert row["worst_division_difference"] > 0.005
    assert "of 20 divisions D07 stands worst" in row["reasons"][-1]


def test_a_worse_division_of_too_few_matches_blocks_nothing(world: GateWorld) -> None:
    champion, forecasts = contender("champion", world.erring(0.3)), world.erring(0.02)
    world_of_few = world.matches["division"].where(world.matches.index >= 200, "few")
    forecasts[:200] = shares(world.logs[:200] + np.array([0.4, 0.0, -0.4]))
    matches, world.matches = world.matches, world.matches.assign(division=world_of_few)
    decision = world.decide(champion, contender("fine", forecasts))
    world.matches = matches
    assert decision["verdict"] == "promoted"
    assert row_of(decision, "fine")["worst_division"] != "few"


@pytest.mark.parametrize(
    ("source", "profile", "is_accepted"),
    [
        ("football_data", "smoke", False),
        ("football_data", "demo", False),
        ("football_data", "production", True),
        ("csv_folder", "demo", False),
        ("embedded", "demo", True),
        ("embedded", "smoke", False),
        ("tiny", "smoke", True),
        ("unheard of", "production", False),
        ("football_data", "", False),
    ],
)
def test_a_profile_that_the_source_does_not_accept_is_blocked(
    source: str, profile: str, is_accepted: bool
) -> None:
    small = GateWorld(400)
    tuned = contender("tuned", small.erring(0.01), profile=profile)
    decision = small.decide(None, tuned, source=source)
    assert decision["verdict"] == ("first champion" if is_accepted else "blocked")
    assert ("profile" in failed(row_of(decision, "tuned"))) is not is_accepted


def test_the_refusal_of_a_profile_says_what_would_be_accepted(world: GateWorld, champion: Any) -> None:
    decision = world.decide(champion, contender("hasty", world.erring(0.01), profile="smoke"))
    assert row_of(decision, "hasty")["reasons"][-1] == (
        "profile: profile smoke is refused for football_data, which takes production"
    )


def test_a_better_challenger_with_missing_forecasts_is_blocked(world: GateWorld, champion: Any) -> None:
    forecasts = world.erring(0.01)
    forecasts[5] = np.nan
    decision = world.decide(champion, contender("silent", forecasts))
    assert (decision["verdict"], failed(row_of(decision, "silent"))) == ("blocked", ["answers"])
    assert "answers 19,999 of 20,000 matches" in row_of(decision, "silent")["reasons"][-1]


def test_only_matches_that_both_answer_are_compared(world: GateWorld, better: Any) -> None:
    silent = world.erring(BAD)
    silent[:50] = np.nan
    decision = world.decide(contender("champion", silent), better)
    assert decision["promoted"] == "better"
    assert row_of(decision, "better")["n"] == 19_950


@pytest.mark.parametrize("row", [[0.5, 0.5, 0.5], [np.nan, 0.5, 0.5], [1.2, -0.1, -0.1]])
def test_forecasts_that_are_no_probabilities_are_blocked(
    world: GateWorld, champion: Any, row: list[float]
) -> None:
    forecasts = world.erring(0.01)
    forecasts[3] = row
    decision = world.decide(champion, contender("faulty", forecasts))
    assert decision["verdict"] == "blocked"
    assert "valid forecasts" in failed(row_of(decision, "faulty"))
    assert row_of(decision, "faulty")["log_loss"] is None


def test_a_sure_and_wrong_challenger_is_blocked_and_still_json(world: GateWorld, champion: Any) -> None:
    forecasts = world.erring(0.01)
    wrong = (int(world.matches["outcome"][0]) + 1) % 3
    forecasts[0] = np.eye(3)[wrong]
    decision = world.decide(champion, contender("sure", forecasts))
    assert decision["promoted"] is None
    assert "log loss" in failed(row_of(decision, "sure"))
    assert json.dumps(decision, allow_nan=False)


def test_a_challenger_that_knows_less_than_the_base_rates_never_speaks(world: GateWorld) -> None:
    flat = contender("flat", np.full((world.count, 3), 1 / 3))
    decision = world.decide(None, flat)
    assert decision["verdict"] == "blocked"
    assert failed(row_of(decision, "flat")) == ["log loss", "base rates"]


def test_faulty_forecasts_of_the_champion_are_an_error(world: GateWorld, better: Any) -> None:
    forecasts = world.erring(BAD)
    forecasts[3] = [0.5, 0.5, 0.5]
    with pytest.raises(ProbabilityError):
        world.decide(contender("champion", forecasts), better)


def test_the_champions_own_recipe_is_no_challenger(world: GateWorld, champion: Any) -> None:
    again = contender("again", world.erring(0.01), recipe_id=champion.recipe_id)
    decision = world.decide(champion, again)
    assert decision["verdict"] == "kept"
    assert row_of(decision, "again")["reasons"] == ["the champion's own recipe: a refit, not a challenger"]


def test_the_first_champion_is_the_one_with_the_lowest_log_loss(world: GateWorld, better: Any) -> None:
    decision = world.decide(None, contender("worse", world.erring(BAD)), better)
    assert (decision["verdict"], decision["promoted"]) == ("first champion", "better")
    assert (decision["champion"], decision["champion_figures"]) == (None, None)
    assert decision["reasons"][0] == "better is the first champion of the independent role"


def test_first_candidates_are_compared_on_the_matches_that_all_of_them_answer(world: GateWorld) -> None:
    gappy, silent = world.erring(0.01), world.erring(0.01)
    gappy[:100], silent[:10_000] = np.nan, np.nan
    rivals = [contender("full", world.erring(BAD)), contender("gappy", gappy), contender("silent", silent)]
    decision = world.decide(None, *rivals)
    assert {name: row_of(decision, name)["n"] for name in ("full", "gappy", "silent")} == {
        "full": 19_900,
        "gappy": 19_900,
        "silent": 10_000,
    }
    assert decision["promoted"] == "gappy"
    assert failed(row_of(decision, "silent")) == ["answers"]


def test_ties_go_to_the_simpler_and_then_by_name(world: GateWorld) -> None:
    forecasts = world.erring(0.05)
    rivals = [contender(name, forecasts) for name in ("b", "a")]
    assert world.decide(None, *rivals)["promoted"] == "a"
    assert world.decide(None, *rivals, contender("c", forecasts, complexity=99))["promoted"] == "c"


def test_a_small_archive_compares_all_it_has_and_says_so() -> None:
    small = GateWorld(600)
    decision = small.decide(contender("champion", small.erring(BAD)), contender("new", small.erring(BAD)))
    assert decision["reasons"][-1] == (
        "compared on all 600 matches of the walk-forward, fewer than the 15,000 asked for where the archive "
        "has them"
    )


def test_without_challengers_there_is_no_candidate(world: GateWorld, champion: Any) -> None:
    decision = world.decide(champion, tried_before=3)
    assert (decision["verdict"], decision["tried_count"]) == ("no candidate", 3)
    assert decision["reasons"] == ["there is no challenger for the independent role"]


def test_without_a_market_there_is_no_gap_and_a_decision_all_the_same(champion: Any) -> None:
    small = GateWorld(2_000)
    small.yardsticks["market"][:] = np.nan
    row = row_of(small.decide(None, contender("new", small.erring(0.01))), "new")
    assert (row["verdict"], row["gap"], row["gap_n"]) == ("promoted", None, 0)


def test_odd_shapes_and_twins_are_errors(world: GateWorld, champion: Any, better: Any) -> None:
    with pytest.raises(ShapeError):
        world.decide(champion, contender("short", better.forecasts[:10]))
    with pytest.raises(ContractError, match="share a name"):
        world.decide(champion, better, better)


def _better_nights(noise: tuple[float, float], count: int, nights: int) -> int:
    """Count the nights on which a challenger of equal size is found better, in worlds drawn anew."""
    better = 0
    for night in range(nights):
        world = GateWorld(count, seed=1000 + night)
        rivals = contender("champion", world.erring(noise[0])), contender("rival", world.erring(noise[1]))
        row = row_of(world.decide(*rivals, policy=lenient(draws=200)), "rival")
        better += row["claim"] == "better"
    return better


def test_chance_promotes_an_equal_challenger_about_as_often_as_stated() -> None:
    """One in forty by the level; 400 nights hold 3 to 22 with a chance of 0.998 (binomial)."""
    assert chance_of_promotion(0.0, 0.05, 1_000) == pytest.approx(0.025)
    assert 3 <= _better_nights((0.15, 0.15), 600, 400) <= 22


def test_the_stated_power_is_what_simulated_nights_show() -> None:
    """Four in five by the formula; 120 nights hold 79 to 111 with a chance of 0.9995 (binomial)."""
    world = GateWorld(40_000)
    one, other = world.erring(0.4), world.erring(0.33)
    at = np.arange(world.count), world.matches["outcome"].to_numpy()
    spread = float((np.log(other[at]) - np.log(one[at])).std())
    count = next(
        size
        for size in range(200, 9_000, 20)
        if smallest_difference(spread, size) <= -world.true_difference(other, one)
    )
    assert 79 <= _better_nights((0.4, 0.33), count, 120) <= 111
