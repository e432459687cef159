"""Which recipe stands beside the champion as its challenger."""

from __future__ import annotations

from typing import Any

from pipeline.tasks.refits import challenger_of


def decision(**losses: float | None) -> dict[str, Any]:
    contenders = [{"name": name, "log_loss": loss} for name, loss in losses.items()]
    return {"promoted": "promoted", "champion": "before", "contenders": contenders}


def test_the_challenger_is_the_best_of_those_that_do_not_speak() -> None:
    found = challenger_of(decision(promoted=0.9, before=0.95, second=0.98, third=0.97))
    assert found is not None
    assert found["name"] == "third"


def test_a_recipe_without_a_score_is_no_challenger() -> None:
    found = challenger_of(decision(promoted=0.9, silent=None, second=0.98))
    assert found is not None
    assert found["name"] == "second"
    assert challenger_of(decision(promoted=0.9, silent=None)) is None
