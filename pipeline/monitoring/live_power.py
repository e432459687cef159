"""How soon the live monitor would notice: simulated once per set of rules and kept in `live_power.csv`.

    python -m pipeline.monitoring.live_power > pipeline/monitoring/live_power.csv

The world of the simulation: the market's chances are right, spread as those of ordinary leagues, and ours
lose a stated number of nats a match to them, either by scattered errors (independent noise on the log odds)
or by being too bold (all log odds stretched). The e-value is that of the published rules, looked at after
every match-day. Real errors may be easier or harder to see; the table is a scale, not a promise.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.forecasts.ledger import policy
from pipeline.forecasts.verify_ledger import canonical

Floats = NDArray[np.float64]
RIGHT, SCATTERED, BOLD = "right", "scattered errors", "too bold"
GAPS = (0.001, 0.002, 0.005, 0.01)
MATCHES_A_DAY = 25
MOST_MATCHES = 25_000
SEQUENCES = 400
SEED = 20260801
_SPREAD, _HOME_EDGE, _DRAW = 1.1, 0.38, -0.2  # log odds: log loss 0.993, 26 % draws, as in ordinary leagues


@dataclass(frozen=True)
class Scenario:
    """One kind of fault and what it costs: `gap` nats a match behind the market."""

    kind: str
    gap: float

    def ours(self, market: Floats, amount: float, noise: Floats) -> Floats:
        """Return our chances where the market's are right. market: (n, 3); noise: (n, 3), standard normal."""
        logs = np.log(market)
        return _shares(logs * (1 + amount) if self.kind == BOLD else logs + amount * noise)


def scenarios() -> tuple[Scenario, ...]:
    """Return what is simulated: right chances, then each kind of fault at each gap."""
    faults = [Scenario(kind, gap) for kind in (SCATTERED, BOLD) for gap in GAPS]
    return (Scenario(RIGHT, 0.0), *faults)


def rules_digest() -> str:
    """Return sixteen hexadecimal digits that stand for the monitor's rules."""
    return hashlib.sha256(canonical(policy()["monitor"])).hexdigest()[:16]


def power_rows() -> list[dict[str, Any]]:
    """Return the rows of table `live_monitor_power`, from the kept simulation."""
    text = files("pipeline.monitoring").joinpath("live_power.csv").read_text(encoding="utf-8")
    return [
        {
            "kind": row["kind"],
            "gap": float(row["gap"]),
            "matches_half": float(row["matches_half"]) if row["matches_half"] else None,
            "matches_most": float(row["matches_most"]) if row["matches_most"] else None,
            "alarm_share": float(row["alarm_share"]),
            "sequences_count": int(row["sequences_count"]),
            "longest_matches": int(row["longest_matches"]),
            "rules": row["rules"],
        }
        for row in csv.DictReader(text.splitlines())
    ]


def simulate(scenario: Scenario, *, sequences: int = SEQUENCES, most_matches: int = MOST_MATCHES) -> Floats:
    """Return for each sequence the matches until the alarm, infinity where there is none."""
    rules = policy()["monitor"]
    kind = (RIGHT, SCATTERED, BOLD).index(scenario.kind)
    random = np.random.default_rng([SEED, kind, round(scenario.gap * 1e6)])
    amount = _amount_of(scenario)
    return np.array([_first_alarm(scenario, amount, random, rules, most_matches) for _ in range(sequences)])


def summary_of(scenario: Scenario, alarms: Floats, most_matches: int) -> dict[str, Any]:
    """Return one row: matches until half and four fifths of the sequences have raised the alarm."""
    half, most = (np.quantile(alarms, share, method="inverted_cdf") for share in (0.5, 0.8))
    return {
        "kind": scenario.kind,
        "gap": scenario.gap,
        "matches_half": int(half) if np.isfinite(half) else "",
        "matches_most": int(most) if np.isfinite(most) else "",
        "alarm_share": float(np.isfinite(alarms).mean()),
        "sequences_count": len(alarms),
        "longest_matches": most_matches,
        "rules": rules_digest(),
    }


def market_chances(random: np.random.Generator, count: int) -> Floats:
    """Return chances (count, 3) spread as a market's over ordinary leagues."""
    strength = random.normal(_HOME_EDGE, _SPREAD, count)
    return _shares(np.stack([strength / 2, np.full(count, _DRAW), -strength / 2], axis=1))


def log_ratios(ours: Floats, market: Floats, outcomes: NDArray[np.int64], rules: Mapping[str, Any]) -> Floats:
    """Return (n, alternatives): the log of each alternative's chance of what happened over ours."""
    alternatives = rules["alternatives"]
    own, other = (np.array([each[name] for each in alternatives]) for name in ("own", "market"))
    logs = own[:, None] * np.log(ours)[:, None, :] + other[:, None] * np.log(market)[:, None, :]
    logs -= np.logaddexp.reduce(logs, axis=2)[:, :, None]
    here = np.arange(len(ours))
    return np.asarray(logs[here, :, outcomes] - np.log(ours)[here, outcomes][:, None])


def _first_alarm(
    scenario: Scenario, amount: float, random: np.random.Generator, rules: Mapping[str, Any], most: int
) -> float:
    weights = np.array([each["weight"] for each in rules["alternatives"]])
    logs, seen = np.log(weights / weights.sum()), 0
    while seen < most:  # in chunks: most faults show long before the end
        market = market_chances(random, min(40 * MATCHES_A_DAY, most - seen))
        ours = scenario.ours(market, amount, random.normal(size=market.shape))
        outcomes = (random.random(len(market))[:, None] > market.cumsum(axis=1)[:, :2]).sum(axis=1)
        paths = logs + log_ratios(ours, market, outcomes, rules).cumsum(axis=0)
        days = paths[MATCHES_A_DAY - 1 :: MATCHES_A_DAY]
        is_over = np.logaddexp.reduce(days, axis=1) >= np.log(rules["alarm_e_value"])
        if is_over.any():
            return float(seen + MATCHES_A_DAY * (int(is_over.argmax()) + 1))
        logs, seen = paths[-1], seen + len(market)
    return float("inf")


def _amount_of(scenario: Scenario) -> float:
    """Return how large the fault must be to cost the gap, found by halving: the divergence grows with it."""
    if scenario.kind == RIGHT:
        return 0.0
    random = np.random.default_rng(SEED)
    market = market_chances(random, 40_000)
    noise = random.normal(size=market.shape)
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        ours = scenario.ours(market, middle, noise)
        cost = (market * np.log(market / ours)).sum(axis=1).mean()
        low, high = (middle, high) if cost < scenario.gap else (low, middle)
    return high


def _shares(logs: Floats) -> Floats:
    return np.asarray(np.exp(logs - np.logaddexp.reduce(logs, axis=1)[:, None]))


def main() -> None:
    """Write the whole table as CSV to standard output."""
    rows = [summary_of(each, simulate(each), MOST_MATCHES) for each in scenarios()]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    sys.stdout.write(text.getvalue())


if __name__ == "__main__":
    main()
