"""Other readers of the feed on the same files, side by side: rows read, rows lost, seconds.

They live in an environment of their own, made on demand from `peers.lock` below the user's cache. Where that
cannot be had the row says so; nothing fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipeline.sources.catalogue import source_named
from pipeline.sources.football_data.lines import read_sheet

_HERE = Path(__file__).parent
_LOCK = _HERE / "peers.lock"
_NAMES = ("penaltyblog", "sports-betting")
_READY = ".ready"


def measure_peers(mirror: Path) -> None:
    """Print a line for our reader and one for each peer, all on the files of the main divisions."""
    lines = {path.relative_to(mirror).as_posix(): _lines_of(path) for path in mirror.glob("mmz4281/*/*.csv")}
    total = sum(lines.values())
    rows, seconds = _ours(mirror, list(lines))
    _tell("this project's reader", rows, total, seconds, "")
    python = peer_python()
    with _serving(mirror) as address:
        for name in _NAMES:
            found = _peer(python, name, mirror, address) if python else None
            if found is None:
                sys.stdout.write(f"{name:34} could not be installed or run here\n")
            else:
                _tell(
                    name, found["rows"], total, found["seconds"], f", {found['failed_files']} files refused"
                )


def _tell(name: str, rows: int, total: int, seconds: float, more: str) -> None:
    sys.stdout.write(f"{name:34} {seconds:8.3f} s  {rows:9,} rows read, {total - rows:,} lost{more}\n")
    sys.stdout.flush()


def _lines_of(path: Path) -> int:
    """Return the lines that hold something, the header aside."""
    return len(read_sheet("football_data", path.name, path.read_bytes()).lines)


def _ours(mirror: Path, paths: list[str]) -> tuple[int, float]:
    source = source_named("football_data", seasons_from=1993)
    began = time.perf_counter()
    parsed = [source.parse(file, (mirror / file.path).read_bytes()) for file in source.files(paths)]
    return sum(len(each.rows) for each in parsed), time.perf_counter() - began


def peer_python() -> Path | None:
    """Return the Python of the peers' environment, made where it is missing; None where it cannot be had."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "touchline-bench" / sha256(_LOCK.read_bytes()).hexdigest()[:12]
    python = folder / "bin" / "python"
    if (folder / _READY).is_file():
        return python
    try:
        venv.create(folder, with_pip=True, clear=True)
        quiet = ["--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(_LOCK)]
        subprocess.run([str(python), "-m", "pip", "install", *quiet], check=True)
        (folder / _READY).touch()
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def _peer(python: Path, name: str, mirror: Path, address: str) -> dict[str, float] | None:
    command = [str(python), str(_HERE / "peers_run.py"), name, str(mirror), address]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stdout.write(f"{name}: {done.stderr.strip().splitlines()[-1:]}\n")
        return None
    return dict(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def _serving(mirror: Path) -> Iterator[str]:
    handler = partial(_Quiet, directory=str(mirror))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the lines of the benchmark are what is printed."""
