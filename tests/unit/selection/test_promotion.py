"""The choice of the champion: the best of ours, never a yardstick, and honest about the market."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from pipeline.selection.promotion import choose_champion

OWN = ["poisson", "lightgbm"]


def score(
    family: str, log_loss: float, *, gap: tuple[float, float, float] = (0.01, 0.005, 0.015), **more: Any
) -> dict[str, Any]:
    return {
        "scope": "all",
        "key": "all",
        "family": family,
        "n": 4000,
        "log_loss": log_loss,
        "log_loss_low": log_loss - 0.01,
        "log_loss_high": log_loss + 0.01,
        "rps": 0.2,
        "brier": 0.6,
        "gap": gap[0],
        "gap_low": gap[1],
        "gap_high": gap[2],
        **more,
    }


def choose(*rows: dict[str, Any], families: list[str] | None = None) -> dict[str, Any]:
    return choose_champion(pd.DataFrame(list(rows)), OWN if families is None else families)


def test_the_lowest_log_loss_of_our_families_wins() -> None:
    decision = choose(score("market", 0.95), score("poisson", 0.99), score("lightgbm", 0.98))
    assert decision["family"] == "lightgbm"
    assert decision["reasons"][0] == (
        "lightgbm has the lowest log loss of our families: 0.9800 over 4000 matches (poisson 0.9900)"
    )


def test_a_yardstick_is_never_chosen_even_when_listed() -> None:
    rows = score("market", 0.9), score("base_rates", 0.8), score("poisson", 1.0)
    assert choose(*rows, families=["market", "base_rates", "poisson"])["family"] == "poisson"


def test_only_the_scope_of_all_matches_decides() -> None:
    narrow = score("poisson", 0.5, scope="division", key="E0")
    assert choose(score("poisson", 1.0), score("lightgbm", 0.99), narrow)["family"] == "lightgbm"


@pytest.mark.parametrize(
    ("gap", "standing", "words"),
    [
        ((-0.01, -0.02, -0.001), "ahead", "lightgbm beats the market"),
        ((0.01, 0.001, 0.02), "behind", "lightgbm does not beat the market"),
        ((0.0, -0.01, 0.01), "level", "lightgbm is level with the market"),
    ],
)
def test_the_decision_says_how_it_stands_to_the_market(
    gap: tuple[float, float, float], standing: str, words: str
) -> None:
    decision = choose(score("lightgbm", 0.98, gap=gap))
    assert decision["standing"] == standing
    assert decision["beats_market"] is (standing == "ahead")
    assert decision["reasons"][1].startswith(words)
    assert (
        f"gap {gap[0]:+.4f} nats (95 % interval {gap[1]:+.4f} to {gap[2]:+.4f}, 4000 matches)"
        in decision["reasons"][1]
    )


def test_ties_go_by_rps_and_then_by_name() -> None:
    assert choose(score("poisson", 1.0, rps=0.19), score("lightgbm", 1.0))["family"] == "poisson"
    for rows in (
        [score("poisson", 1.0), score("lightgbm", 1.0)],
        [score("lightgbm", 1.0), score("poisson", 1.0)],
    ):
        assert choose(*rows)["family"] == "lightgbm"


def test_without_a_score_there_is_no_champion_and_a_reason() -> None:
    decision = choose(score("market", 0.9))
    assert decision["family"] is None
    assert decision["reasons"] == ["none of our own families has a score, so there is no champion"]


def test_an_infinite_score_is_no_score() -> None:
    assert choose(score("lightgbm", float("inf")), score("poisson", 1.1))["family"] == "poisson"


def test_the_decision_is_json_without_nan() -> None:
    nan = float("nan")
    assert (
        json.loads(json.dumps(choose(score("poisson", 1.0, gap=(nan, nan, nan))), allow_nan=False))[
            "standing"
        ]
        is None
    )
