"""Logs models and promotes each, one after the other, until it is killed: database, then folder of states."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.selection.registry import Registry

ROLE = "anchored"


def promote_next(registry: Registry, number: int) -> int:
    """Log the model of a night, make it champion and return its version; the same night again is the same."""
    tags = {
        "kind": "recipe",
        "recipe": "0a1b2c3d4e5f",
        "training_key": f"night{number}",
        "trained_from": "2015-08-07T18:30:00+00:00",
        "trained_until": "2026-03-01T00:00:00+00:00",
        "matches_count": "4000",
        "intake": "ab12",
        "seed": "7",
        "profile": "smoke",
        "tuning_seconds": "1.5",
        "revision": "0a1b2c3d",
    }
    version = registry.log(ROLE, "lightgbm", {"night": number}, metrics={}, tags=tags, params={})
    registry.promote(ROLE, version)
    return version


if __name__ == "__main__":
    opened = Registry(Path(sys.argv[1]), Path(sys.argv[2]))
    for night in range(int(sys.argv[3]), 10_000):
        promote_next(opened, night)
        print(night, flush=True)  # noqa: T201
