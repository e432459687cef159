"""Goal models and margins, the same work done by us and by penaltyblog, in turn, on equal input.

The other package runs in a process of its own, in the environment of `peers`, and reports the best of its
runs without the imports. Seasons are drawn from known strengths, so that no data are needed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.domain.margin import implied
from pipeline.models.goal_fit import Penalty, Results, fit_strengths

RUNS = 5
CLUBS, SEASONS = 20, 3
COUNTRY = 5
"""Divisions of the whole country; after each season the last three of one and the first three of the next
change places."""
MOVING = 3
MARKETS = 300_000
SEED = 5
PEER = Path(__file__).with_name("penaltyblog_runs.py")
_PENALTY = Penalty(8.0, division=1.0, home_advantage=50.0, level=1.0, rho=50.0)


def measure_goal_peer(python: Path | None) -> None:
    """Measure ours, then the peer, and print both; a line says so where the peer cannot be had."""
    if python is None:
        _write("penaltyblog could not be installed here: its goal models are not measured")
        return
    results, prices = _country(), _prices()
    ours = {
        "league": _best(lambda: fit_strengths(_league(results), Penalty())),
        "country": _best(lambda: fit_strengths(results, _PENALTY)),
        "power": _best(lambda: implied(prices, "power")),
        "shin": _best(lambda: implied(prices, "shin")),
    }
    peer = _peer(str(python), results, prices)
    one, all_of_them = len(_league(results).home), len(results.home)
    rows = {
        "league": (f"Dixon-Coles, one league of {SEASONS} seasons", one),
        "country": (f"Dixon-Coles, a country of {COUNTRY} divisions", all_of_them),
        "power": ("margins off by the power method", MARKETS),
        "shin": ("margins off by Shin's method", MARKETS),
    }
    _write(f"{'':42} {'ours':>9}  {'penaltyblog ' + peer['version']:>18}")
    for name, (title, count) in rows.items():
        ratio = peer[name] / ours[name]
        _write(f"{title:42} {ours[name]:7.3f} s  {peer[name]:16.3f} s  {ratio:7.0f} x  {count:9,} rows")
    _write(
        "penaltyblog fits a country division by division, ours fits it at once; its margins are a loop over "
        f"rows, measured on {peer['markets']:,} and scaled up"
    )
    gap = fit_strengths(_league(results), Penalty()).log_likelihood - peer["log_likelihood"]
    _write(f"log-likelihood of the one league: ours less penaltyblog's {gap:+.6f}")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _best(work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def _prices() -> np.ndarray:
    fair = np.random.default_rng(SEED).dirichlet((4, 3, 3), MARKETS)
    return np.asarray(1 / (fair * 0.99 + 0.02))


def _country() -> Results:
    """Draw seasons of double round robins with promotion and relegation."""
    draws = np.random.default_rng(SEED)
    total = CLUBS * COUNTRY
    strength = np.repeat(np.linspace(0.5, -0.5, COUNTRY), CLUBS)
    attack, defence = (strength + draws.normal(0, 0.25, total) for _ in range(2))
    members = [list(range(each * CLUBS, (each + 1) * CLUBS)) for each in range(COUNTRY)]
    rows: list[tuple[int, int, int]] = []
    for season in range(SEASONS):
        rows += [(i, j, tier) for tier, part in enumerate(members) for i in part for j in part if i != j]
        for tier in range(COUNTRY - 1 if season < SEASONS - 1 else 0):
            upper, lower = members[tier], members[tier + 1]
            upper[-MOVING:], lower[:MOVING] = lower[:MOVING], upper[-MOVING:]
    home, away, division = np.array(rows, dtype=np.int64).T
    at_home = np.zeros(total, dtype=np.int64)
    for tier, part in enumerate(members):
        at_home[part] = tier
    return Results(
        home,
        away,
        division,
        draws.poisson(np.exp(0.35 + attack[home] - defence[away])).astype(np.float64),
        draws.poisson(np.exp(0.1 + attack[away] - defence[home])).astype(np.float64),
        np.ones(len(home)),
        at_home,
    )


def _league(results: Results) -> Results:
    """Return the matches of the top division as a country of its own."""
    kept = results.division == 0
    clubs, places = np.unique(np.concatenate([results.home[kept], results.away[kept]]), return_inverse=True)
    home, away = np.split(places.astype(np.int64), 2)
    return Results(
        home,
        away,
        np.zeros(len(home), dtype=np.int64),
        results.home_goals[kept],
        results.away_goals[kept],
        results.weights[kept],
        np.zeros(len(clubs), dtype=np.int64),
    )


def _peer(python: str, results: Results, prices: np.ndarray) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.npz"
        np.savez(
            path,
            home=results.home,
            away=results.away,
            division=results.division,
            home_goals=results.home_goals.astype(np.int64),
            away_goals=results.away_goals.astype(np.int64),
            prices=prices,
        )
        done = subprocess.run(
            [python, str(PEER), str(path), str(RUNS)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": "", "PYTHONWARNINGS": "ignore"},
        )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
