"""The documents of a few nights, made by the gate, the refit and the triggers in a simulated world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from pipeline.selection.contenders import Contender
from pipeline.selection.gate import decide
from pipeline.selection.policy import declared_policy
from pipeline.selection.refit import judge_refit
from pipeline.selection.retraining import decide_retraining
from tests.unit.selection.gate_world import POLICY, SOURCE, GateWorld, contender

FIRST_NIGHT = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
_TONIGHT = np.array([[0.5, 0.3, 0.2], [0.4, 0.3, 0.3]])


@dataclass(frozen=True)
class _Card:
    family: str
    tags: dict[str, str]


def night(run_id: str, as_of: datetime, roles: dict[str, Any], *, is_quiet: bool = False) -> dict[str, Any]:
    """Return the document of a night; a quiet one neither trains nor searches."""
    champions = {"anchored": _Card("lightgbm", _tags(as_of))} if is_quiet else {}
    played = pd.DataFrame({"is_played": [True] * 1020, "kick_off_at": as_of - timedelta(days=2)})
    decision = decide_retraining(
        champions,
        played,
        as_of=as_of,
        policy=declared_policy(),
        code="abc",
        last_search_at=as_of - timedelta(days=1) if is_quiet else None,
    )
    return {"run_id": run_id, "as_of": as_of.isoformat(), "retraining": decision, "roles": roles}


def _tags(as_of: datetime) -> dict[str, str]:
    return {"trained_until": (as_of - timedelta(days=1)).isoformat(), "matches_count": "1000", "code": "abc"}


def _speaks(who: Contender, as_of: datetime) -> dict[str, Any]:
    return {
        "family": who.family,
        "recipe": who.recipe_id,
        "params": dict(who.params),
        "profile": who.profile,
        "trained_until": as_of.isoformat(),
    }


@cache
def _world() -> tuple[GateWorld, dict[str, Contender]]:
    world = GateWorld(3_000)
    noise = {"lightgbm": 0.3, "closing_line": 0.31, "anchored_blend": 0.05, "poisson": 0.3}
    named = {name: contender(name, world.erring(size), params={"leaves": 15}) for name, size in noise.items()}
    named["hasty"] = contender("hasty", world.erring(0.05), profile="smoke", params={"leaves": 3})
    return world, named


def _gate(role: str, champion: str | None, challengers: tuple[str, ...], tried: int) -> dict[str, Any]:
    world, named = _world()
    rivals = [named[each] for each in challengers]
    return decide(
        role,
        named[champion] if champion else None,
        rivals,
        world.matches,
        world.yardsticks,
        policy=POLICY,
        source=SOURCE,
        tried_before=tried,
        seed=7,
    )


@cache
def _decisions() -> dict[str, dict[str, Any]]:
    return {
        "first": _gate("anchored", None, ("lightgbm", "closing_line"), 0),
        "independent": _gate("independent", None, ("poisson",), 0),
        "later": _gate("anchored", "lightgbm", ("hasty", "anchored_blend"), 2),
    }


def three_nights() -> list[dict[str, Any]]:
    """Return a first night, a quiet one with a refit, and a search four weeks later that finds a champion."""
    _, named = _world()
    found, second, third = _decisions(), FIRST_NIGHT + timedelta(days=8), FIRST_NIGHT + timedelta(days=28)
    refit = judge_refit(
        _TONIGHT, _TONIGHT, {"matches_count": 1000}, {"matches_count": 1020}, declared_policy().refit
    )

    def part(name: str, as_of: datetime, gate: str | None, again: Any = None) -> dict[str, Any]:
        gated = found[gate] if gate else None
        return {"decision": gated, "refit": again, "champion": _speaks(named[name], as_of)}

    quiet = {
        "anchored": part("lightgbm", second, None, refit),
        "independent": part("poisson", second, None, refit),
    }
    return [
        night(
            "n1",
            FIRST_NIGHT,
            {
                "anchored": part("lightgbm", FIRST_NIGHT, "first"),
                "memory": {"decision": None, "refit": None, "champion": None},
                "independent": part("poisson", FIRST_NIGHT, "independent"),
            },
        ),
        night("n2", second, quiet, is_quiet=True),
        night("n3", third, {"anchored": part("anchored_blend", third, "later")}),
    ]
