"""Settings every test shares: no telemetry, one thread, no network but loopback (see `addopts`)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.update(
    GX_ANALYTICS_ENABLED="false",
    MLFLOW_DISABLE_TELEMETRY="true",
    DO_NOT_TRACK="true",
    NO_MKDOCS_2_WARNING="1",
    MPLBACKEND="Agg",
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of the real feed's mirror; tests that ask for it are marked `real`."""
    named = os.environ.get("FOOTBALL_DATA_MIRROR", "")
    if not named:
        pytest.skip("FOOTBALL_DATA_MIRROR is not set")
    return Path(named)
