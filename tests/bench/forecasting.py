"""Ratings and forecasters on the accepted tables of the whole archive, each once."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.archive.run_paths import RunPaths
from pipeline.archive.tables import read_table
from pipeline.domain.divisions import divisions_of
from pipeline.evaluation.walk_forward import walk_forward
from pipeline.features.build import build_features
from pipeline.features.history import history_of
from pipeline.features.strength import VARIANTS, strengths_of
from pipeline.models.catalogue import FAMILIES
from tests.bench.archive_run import NOW

_FIRST_TEST_SEASON = 2022


def measure_forecasting(run: Path) -> None:
    """Print a line for the filters, one for all features and one for the walk of all families."""
    paths, divisions = RunPaths(run), divisions_of("football_data")
    matches, fixtures, quotes = (read_table(path) for path in (paths.matches, paths.fixtures, paths.quotes))
    history = history_of(matches, fixtures, divisions)
    strengths_of(history)  # compiles
    _measure(f"{len(VARIANTS) + 1} filters, whole archive", lambda: strengths_of(history), len(matches))
    features = _measure(
        "all features, whole archive",
        lambda: build_features(matches, fixtures, quotes, divisions, cut_off_at=NOW),
        len(matches),
    )
    played = features[features["is_played"]]
    every = {name: {} for name in FAMILIES}
    _measure(
        f"walk-forward, all {len(FAMILIES)} families since {_FIRST_TEST_SEASON}",
        lambda: walk_forward(played, every, first_test_season=_FIRST_TEST_SEASON),
        len(played),
    )


def _measure(name: str, work: Callable[[], Any], rows: int) -> Any:
    began = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{name:38} {seconds:8.3f} s  {rows:9,} rows  {peak:7,.0f} MiB at most so far\n")
    sys.stdout.flush()
    return result
