"""A whole run of the tiny simulated world, as the operator starts it: in a process of its own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVENING = "2026-04-24T19:04"
LUIGI = [str(Path(sys.executable).with_name("luigi")), "--module", "pipeline"]


@dataclass
class Checkout:
    """A data root and a site root of a test, and how to run goals on them."""

    folder: Path
    source: str = "tiny"
    options: list[str] = field(default_factory=list)

    @property
    def site(self) -> Path:
        return self.folder / "site"

    @property
    def data(self) -> Path:
        return self.folder / "data" / f"{self.source}-replay"

    @property
    def log(self) -> Path:
        """Where a fixture keeps what its run wrote for the operator."""
        return self.folder / "run.log"

    def command(self, goal: str, *extra: str, as_of: str = EVENING) -> list[str]:
        instant = ["--as-of", as_of] if as_of else []
        return [*LUIGI, goal, *instant, *self.settings(), *self.options, *extra]

    def settings(self) -> list[str]:
        return [
            *("--pipeline-source", self.source),
            *("--pipeline-data-root", str(self.folder / "data")),
            *("--pipeline-site-root", str(self.site)),
            *(["--pipeline-tuning-profile", "smoke"] if self.source == "tiny" else []),
            *("--pipeline-test-seasons", "1"),
        ]

    def run(self, goal: str, *extra: str, as_of: str = EVENING) -> subprocess.CompletedProcess[str]:
        command = self.command(goal, *extra, as_of=as_of)
        return subprocess.run(
            command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
        )

    def release(self) -> Path:
        return (self.site / "current").resolve()


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def digest_of(folder: Path) -> dict[str, str]:
    """Return the hash of every file below a folder, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
