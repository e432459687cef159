"""The live monitor: quiet while the chances are right, loud when they are not, and honest about how soon."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pipeline.forecasts import verify_ledger as proof
from pipeline.forecasts.ledger import policy, published_policy
from pipeline.monitoring import live_power as power
from pipeline.monitoring.live_skill import alarms_of

RULES = published_policy(0.05)
MARKET = np.array([0.5, 0.28, 0.22])


def sealed(
    number: int, shares: list[float], outcome: int, **changes: Any
) -> tuple[proof.Entry, dict[str, Any]]:
    """Return an entry of one match and its result: 20 matches a day, the prices fair for the market."""
    day = 1 + number // 20
    kick_off = f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T15:00:00+00:00"
    entry = {
        "match_id": f"m-{number:05d}",
        "role": "champion",
        "recipe": "first",
        "probabilities": shares,
        "quotes": [{"source": "avg", "at": "", "prices": (1 / MARKET).tolist()}],
        "issued_at": "2026-01-01T12:00:00+00:00",
        "kick_off_at": kick_off,
    }
    goals = {0: (1, 0), 1: (0, 0), 2: (0, 1)}[outcome]
    result = {"kick_off_at": kick_off, "earliest_kick_off_at": kick_off, "closing_prices": None}
    return entry | changes, result | {"home_goals": goals[0], "away_goals": goals[1]}


def season(shares: list[float], count: int, seed: int = 5, **changes: Any) -> list[dict[str, Any]]:
    """Return the monitor's rows where every match has the market's chances and we sealed `shares`."""
    outcomes = np.random.default_rng(seed).choice(3, size=count, p=MARKET)
    pairs = [sealed(number, shares, int(outcome), **changes) for number, outcome in enumerate(outcomes)]
    results = {entry["match_id"]: result for entry, result in pairs}
    return proof.live_monitor([entry for entry, _ in pairs], results, RULES)


def tempered(exponent: float) -> list[float]:
    return (MARKET**exponent / (MARKET**exponent).sum()).tolist()


def test_one_match_multiplies_the_stake_by_the_ratio_of_chances() -> None:
    entry, result = sealed(0, [0.4, 0.3, 0.3], 0)
    row = proof.live_monitor([entry], {entry["match_id"]: result}, RULES)[0]
    implied = proof.implied((1 / MARKET).tolist())
    ratios, weights = [], []
    for each in RULES["monitor"]["alternatives"]:
        other = np.array([0.4, 0.3, 0.3]) ** each["own"] * np.array(implied) ** each["market"]
        ratios.append(other[0] / other.sum() / 0.4)
        weights.append(each["weight"])
    assert row["log_e_value"] == pytest.approx(math.log(np.average(ratios, weights=weights)), abs=1e-8)
    assert (row["n"], row["is_alarm"]) == (1, False)


def test_every_alternative_is_a_fair_bet_while_the_chances_are_right() -> None:
    shares = [0.45, 0.25, 0.3]
    entry = sealed(0, shares, 0)[0]
    gains = [proof.log_ratios(entry, outcome, RULES["monitor"]["alternatives"]) for outcome in range(3)]
    expected = [
        math.fsum(share * math.exp(gain[place]) for share, gain in zip(shares, gains, strict=True))
        for place in range(len(gains[0]))
    ]
    assert expected == pytest.approx([1.0] * len(expected))


def test_right_chances_raise_no_alarm_more_often_than_the_level() -> None:
    alarms = power.simulate(power.Scenario(power.RIGHT, 0.0), sequences=150, most_matches=2_000)
    assert np.isfinite(alarms).mean() <= 1 / RULES["monitor"]["alarm_e_value"]


def test_home_and_away_swapped_is_noticed_within_a_month() -> None:
    rows = season(MARKET[::-1].tolist(), 300)
    assert rows[-1]["is_alarm"]
    assert alarms_of(rows, recipe="first")


@pytest.mark.parametrize("exponent", [2.2, 0.3])
def test_chances_far_too_bold_or_timid_are_noticed(exponent: float) -> None:
    assert season(tempered(exponent), 2_000)[-1]["is_alarm"]


def test_chances_half_as_bold_again_are_noticed_without_a_price_in_sight() -> None:
    random = np.random.default_rng(3)
    market = power.market_chances(random, 3_000)
    rows, results = [], {}
    for number, truth in enumerate(market):
        shares = (truth**1.5 / (truth**1.5).sum()).tolist()
        entry, result = sealed(number, shares, int(random.choice(3, p=truth)), quotes=[])
        rows.append(entry)
        results[entry["match_id"]] = result
    last = proof.live_monitor(rows, results, RULES)[-1]
    assert last["is_alarm"]
    assert last["log_e_market"] <= 0.0


def test_a_new_recipe_begins_with_no_evidence_and_the_alarm_of_the_old_one_is_over() -> None:
    old = [sealed(number, MARKET[::-1].tolist(), 0) for number in range(300)]
    new = [sealed(number, MARKET.tolist(), 0, recipe="second") for number in range(300, 310)]
    results = {entry["match_id"]: result for entry, result in [*old, *new]}
    rows = proof.live_monitor([entry for entry, _ in [*old, *new]], results, RULES)
    assert rows[-1]["recipe"] == "second"
    assert (rows[-1]["n"], rows[-1]["is_alarm"]) == (10, False)
    assert alarms_of(rows, recipe="second") == []
    assert len(alarms_of(rows, recipe="first")) == 1


def test_an_alarm_stays_though_the_evidence_falls_again() -> None:
    wrong = [sealed(number, [0.2, 0.3, 0.5], 0) for number in range(20)]
    outcomes = np.random.default_rng(2).choice(3, size=600, p=[0.2, 0.3, 0.5])
    right = [sealed(number, [0.2, 0.3, 0.5], int(each)) for number, each in enumerate(outcomes, start=20)]
    results = {entry["match_id"]: result for entry, result in [*wrong, *right]}
    rows = proof.live_monitor([entry for entry, _ in [*wrong, *right]], results, RULES)
    assert rows[-1]["log_e_value"] < math.log(100) <= rows[0]["log_e_value"]
    assert rows[-1]["is_alarm"]


def test_the_order_in_which_results_arrive_changes_nothing() -> None:
    pairs = [sealed(number, [0.4, 0.3, 0.3], number % 3) for number in range(60)]
    results = {entry["match_id"]: result for entry, result in pairs}
    entries = [entry for entry, _ in pairs]
    assert proof.live_monitor(entries[::-1], results, RULES) == proof.live_monitor(entries, results, RULES)


def test_the_independent_forecast_is_not_what_is_watched() -> None:
    assert season([0.2, 0.3, 0.5], 100, role="independent") == []


def test_without_a_settled_match_there_is_no_row() -> None:
    assert proof.live_monitor([], {}, RULES) == []


def test_the_simulation_bets_as_the_ledger_does() -> None:
    shares = [0.4, 0.3, 0.3]
    entry = sealed(0, shares, 1)[0]
    implied = proof.implied((1 / MARKET).tolist())
    rules = policy()["monitor"]
    simulated = power.log_ratios(np.array([shares]), np.array([implied]), np.array([1]), rules)[0]
    assert simulated.tolist() == pytest.approx(proof.log_ratios(entry, 1, rules["alternatives"]))


def test_the_kept_power_is_of_the_rules_in_force() -> None:
    rows = power.power_rows()
    assert {row["rules"] for row in rows} == {power.rules_digest()}
    assert [(row["kind"], row["gap"]) for row in rows] == [
        (each.kind, each.gap) for each in power.scenarios()
    ]
    right = rows[0]
    assert right["alarm_share"] <= 1 / policy()["monitor"]["alarm_e_value"]


def test_the_kept_power_is_what_the_simulation_gives() -> None:
    kept = {(row["kind"], row["gap"]): row for row in power.power_rows()}
    scenario = power.Scenario(power.SCATTERED, 0.01)
    again = power.summary_of(scenario, power.simulate(scenario, sequences=60), power.MOST_MATCHES)
    assert again["matches_half"] == pytest.approx(kept[scenario.kind, scenario.gap]["matches_half"], rel=0.25)
