"""The whole archive of the real feed: cold from raw bytes, and warm with current files changed.

Each pass is a process of its own, so that imports count. Needs the mirror named by FOOTBALL_DATA_MIRROR.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from pipeline.archive.paths import DataRoot
from pipeline.archive.tables import read_table
from tests.bench.forecasting import measure_forecasting

_ROOT = Path(__file__).resolve().parents[2]
_SAMPLED_EVERY = 0.1
_PAGE, _MEBIBYTE = 4096, 2**20


def measure_archive(mirror: Path) -> None:
    """Print a line for the cold and one for the warm pass, then those of ratings and forecasters."""
    with tempfile.TemporaryDirectory(prefix="touchline-bench-") as folder:
        for label in ("cold", "warm"):
            _child("lay_out", str(mirror), folder, label)
            began = time.perf_counter()
            peak = _child("run", folder, label)
            seconds = time.perf_counter() - began
            counts = f"{_rows(Path(folder)):9,} rows  {peak / _MEBIBYTE:6,.0f} MiB at most"
            sys.stdout.write(f"whole archive, {label:19} {seconds:8.3f} s  {counts}\n")
            sys.stdout.flush()
        measure_forecasting(_newest(Path(folder)))


def _newest(folder: Path) -> Path:
    """Return the folder of the newest run."""
    tables = DataRoot(folder, "football_data").runs.glob("*/matches.parquet")
    return max(tables, key=lambda path: path.stat().st_mtime).parent


def _rows(folder: Path) -> int:
    """Return the matches that the newest run accepted."""
    return len(read_table(_newest(folder) / "matches.parquet"))


def _child(*words: str) -> int:
    """Run one step and return the most memory that it and its children held together, in bytes."""
    peaks = [0]
    command = [sys.executable, "-m", "tests.bench.archive_run", *words]
    with subprocess.Popen(command, cwd=_ROOT) as process:
        done = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, peaks, done))
        watch.start()
        code = process.wait()
        done.set()
        watch.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return peaks[0]


def _watch(pid: int, peaks: list[int], done: threading.Event) -> None:
    while not done.wait(_SAMPLED_EVERY):
        peaks[0] = max(peaks[0], sum(map(_held_by, _family(pid))))


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it; empty where the system does not tell."""
    family, waiting = [], [pid]
    while waiting:
        member = waiting.pop()
        family.append(member)
        for told in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                waiting += map(int, told.read_text(encoding="ascii").split())
            except OSError:  # it has just ended
                continue
    return family


def _held_by(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0
