"""`make bench`: how long the rooms take on the embedded world: the best of three, and the rows handled.

Numbers, not verdicts: nothing here fails for being slow. Run it on an idle machine.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from pipeline.archive.fetch import links_of
from pipeline.domain.divisions import Division, divisions_of
from pipeline.domain.margin import implied
from pipeline.evaluation.bootstrap import mean_interval
from pipeline.evaluation.scores import score_table
from pipeline.evaluation.walk_forward import walk_forward
from pipeline.features.build import build_features
from pipeline.models.catalogue import FAMILIES
from pipeline.sources.catalogue import source_named
from pipeline.sources.embedded.site import EmbeddedSite
from pipeline.sources.normalise import Normalised, normalise
from pipeline.validation.verdict import validate

AS_OF = datetime(2026, 11, 23, 18, tzinfo=UTC)
SEED = 1
RUNS = 3
LARGE_COUNT = 300_000
"""Matches of an archive as large as the real feed's whole history."""


def measure(name: str, work: Callable[[], Any], rows: int) -> Any:
    """Run the work, print its best time and return what it returned."""
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{name:38} {min(seconds):8.3f} s  {rows:9,} rows  {peak:7,.0f} MiB at most so far\n")
    sys.stdout.flush()
    return result


def generate(seed: int) -> dict[str, bytes]:
    """Return every file of a fresh world."""
    site = EmbeddedSite(AS_OF, seed=seed)
    index = site.read("index.php") or b""
    return {path: site.read(path) or b"" for path in links_of(index, "index.php")}


def copied(
    archive: Normalised, divisions: dict[str, Division], copies: int
) -> tuple[Normalised, dict[str, Division]]:
    """Return an archive of so many worlds that know nothing of each other, and its divisions."""
    known = {
        f"{code}-{copy}": replace(division, code=f"{code}-{copy}", country=f"{division.country} {copy}")
        for copy in range(copies)
        for code, division in divisions.items()
    }

    def joined(table: pd.DataFrame) -> pd.DataFrame:
        keys = [name for name in ("match_id", "division", "home_id", "away_id") if name in table]
        parts = [table.assign(**{key: table[key] + f"-{copy}" for key in keys}) for copy in range(copies)]
        return pd.concat(parts, ignore_index=True)

    tables = (joined(table) for table in (archive.matches, archive.fixtures, archive.quotes))
    return Normalised(*tables, archive.quarantine), known


def main() -> None:
    """Measure room after room, each on what the one before made."""
    source, divisions = source_named("embedded"), divisions_of("embedded")
    seeds = iter(range(100, 200))
    bodies = measure("embedded world, generated", lambda: generate(next(seeds)), 65)
    files = source.files(list(bodies))
    parsed = measure(
        "parse", lambda: [(file, source.parse(file, bodies[file.path]), AS_OF) for file in files], len(files)
    )
    archive = measure("normalise", lambda: normalise(parsed, divisions, cut_off_at=AS_OF), len(files))
    tables = (archive.matches, archive.fixtures, archive.quotes)
    count = len(archive.matches)
    measure("validate", lambda: validate(*tables, archive.quarantine, divisions, cut_off_at=AS_OF), count)
    features = measure("features", lambda: build_features(*tables, divisions, cut_off_at=AS_OF), count)
    copies = -(-LARGE_COUNT // count)
    large, known = copied(archive, divisions, copies)
    measure(
        "features of a large archive",
        lambda: build_features(large.matches, large.fixtures, large.quotes, known, cut_off_at=AS_OF),
        len(large.matches),
    )
    played = features[features["is_played"]]
    forecasts = measure(
        "walk-forward, all families, 3 seasons",
        lambda: walk_forward(played, {name: {} for name in FAMILIES}, first_test_season=2024),
        count,
    )
    measure(
        "scores with intervals", lambda: score_table(forecasts, archive.matches, seed=SEED), len(forecasts)
    )
    draws = np.random.default_rng(SEED)
    prices = draws.uniform(1.2, 8.0, size=(300_000, 3))
    measure("power margin removal", lambda: implied(prices), len(prices))
    days = np.arange(30_000) // 15
    measure(
        "one interval, 1,000 draws", lambda: mean_interval(draws.normal(size=30_000), days, seed=SEED), 30_000
    )


if __name__ == "__main__":
    main()
