"""What the gate is said to see, against textbook numbers and its own policy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.selection.policy import declared_policy
from pipeline.selection.power import chance_of_promotion, power_rows, smallest_difference


@pytest.mark.parametrize(
    ("spread", "difference", "matches_count"),
    # two-sided 5 %, power 80 %: n = ((1.960 + 0.842) * spread / difference) ** 2
    [(0.087, 0.001, 59_400), (0.087, 0.002, 14_850), (0.124, 0.003, 13_410)],
)
def test_the_sample_sizes_are_those_of_the_textbook(
    spread: float, difference: float, matches_count: int
) -> None:
    assert smallest_difference(spread, matches_count) == pytest.approx(difference, rel=0.005)


def test_more_matches_see_smaller_differences_and_more_challengers_larger_ones() -> None:
    one = smallest_difference(0.05, 15_000)
    assert smallest_difference(0.05, 60_000) == pytest.approx(one / 2)
    assert smallest_difference(0.05, 15_000, challengers_count=4) > one
    assert smallest_difference(0.05, 15_000, day_design=1.21) == pytest.approx(1.1 * one)


def test_the_smallest_difference_is_found_as_often_as_stated() -> None:
    found = smallest_difference(0.08, 20_000, power=0.9, challengers_count=3)
    assert chance_of_promotion(-found, 0.08, 20_000, challengers_count=3) == pytest.approx(0.9)


def test_a_night_shares_its_chance_of_error_among_its_challengers() -> None:
    assert 4 * chance_of_promotion(0.0, 0.05, 15_000, challengers_count=4) == pytest.approx(0.025)


def test_the_rows_follow_the_policy() -> None:
    gate = replace(declared_policy().gate, least_matches_count=10_000, level=0.9)
    rows = list(power_rows(gate))
    assert {row["matches_count"] for row in rows} == {10_000, 29_146}
    assert {row["level"] for row in rows} == {0.9}
    first = rows[0]
    assert first["difference"] == smallest_difference(
        first["spread"], 10_000, level=0.9, day_design=first["day_design"]
    )
