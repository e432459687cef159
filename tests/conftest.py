"""Settings every test shares: no telemetry, one thread, no network but loopback (see `addopts`)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_NO_MIRROR = "FOOTBALL_DATA_MIRROR is not set"
_skipped: list[str] = []

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
        pytest.skip(_NO_MIRROR)
    return Path(named)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note every skip whose reason is not that the real data are absent."""
    if report.skipped and _NO_MIRROR not in str(report.longrepr):
        _skipped.append(f"{report.nodeid}: {report.longrepr}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run of continuous integration in which a test was skipped that should have run."""
    if os.environ.get("CI") == "true" and _skipped and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the skips that failed the run."""
    if os.environ.get("CI") == "true" and _skipped:
        terminalreporter.section("skipped, though everything they need should be here")
        terminalreporter.write_line("\n".join(_skipped))
