"""One family's work on one block; each family in a process of its own, so that its memory is its own.

A finished job leaves its forecasts below the data root, named by the hash of all that made them: rows learnt
from, rows forecast, code. Whoever asks again, after a kill or on another night, finds them there.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import atomic_folder, read_json, write_json
from pipeline.archive.paths import PROJECT_ROOT, DataRoot
from pipeline.domain.errors import ModelError
from pipeline.tasks.fits import code_version
from pipeline.tasks.settings import work_on_one_core

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.evaluation.skill_blocks import Block

_PROCESSES = 2
_ANSWER = "done"
_FORECASTS, _COSTS = "forecasts.parquet", "costs.json"


@dataclass(frozen=True)
class Job:
    """One family on one block of the feature table at a path; `folder` is where its answer goes."""

    features: Path
    family: str
    block: Block
    folder: Path

    @property
    def is_done(self) -> bool:
        """Tell whether the answer is there."""
        return self.folder.is_dir()

    @property
    def costs(self) -> dict[str, Any]:
        """Return the answer's row of the table `skill_costs`."""
        return dict(read_json(self.folder / _COSTS))

    @property
    def forecasts(self) -> pd.DataFrame:
        """Return the answer's rows of the table `forecasts`."""
        from pipeline.archive.tables import read_table

        return read_table(self.folder / _FORECASTS)

    def order(self) -> str:
        """Return the job as one line of text for the process that does it."""
        block = {"name": self.block.name, "begins_at": self.block.begins_at.isoformat()}
        names = {"features": str(self.features), "family": self.family, "folder": str(self.folder)}
        return json.dumps(names | {"block": block | {"match_ids": self.block.match_ids}}) + "\n"

    @classmethod
    def of_order(cls, line: str) -> Job:
        """Read a job back from its order."""
        import pandas as pd

        from pipeline.evaluation.skill_blocks import Block

        order = json.loads(line)
        begins_at = pd.Timestamp(order["block"]["begins_at"])
        block = Block(order["block"]["name"], begins_at, tuple(order["block"]["match_ids"]))
        return cls(Path(order["features"]), order["family"], block, Path(order["folder"]))


def jobs_of(
    data: DataRoot, path: Path, features: pd.DataFrame, blocks: Sequence[Block], families: Sequence[str]
) -> list[Job]:
    """Return the jobs of all families on all blocks of the feature table at a path."""
    from pipeline.evaluation.skill_blocks import content_of

    jobs = []
    for block in blocks:
        rows = f"{content_of(block.past_of(features))}\n{content_of(block.rows_of(features))}"
        for family in families:
            content = hashlib.sha256(f"{family}\n{block.name}\n{rows}\n{code_version()}".encode()).hexdigest()
            jobs.append(Job(path, family, block, data.skill_block(content)))
    return jobs


def work_off(jobs: Sequence[Job], say: Callable[[str], None]) -> None:
    """Do what is not done yet, two families at a time; the last listed first, since they take longest.

    Raises ModelError where a family breaks: a refusal to be fitted is no break and stands in its costs.
    """
    waiting: dict[str, list[Job]] = {}
    for job in reversed([job for job in jobs if not job.is_done]):
        waiting.setdefault(job.family, []).insert(0, job)
    left = sum(map(len, waiting.values()))
    if left < len(jobs):
        say(f"{len(jobs) - left} of {len(jobs)} blocks were forecast before and stand")
    with ThreadPoolExecutor(_PROCESSES) as pool:
        families = [pool.submit(_work_through, own, say) for own in waiting.values()]
        try:
            for family in as_completed(families):
                family.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _work_through(jobs: Sequence[Job], say: Callable[[str], None]) -> None:
    """Have one process do the jobs of one family; it ends when we do, since its orders end."""
    command = [sys.executable, "-m", "pipeline.tasks.skill_jobs"]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as faults,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=faults,
            text=True,
            cwd=PROJECT_ROOT,
        ) as worker,
    ):
        assert worker.stdin is not None
        assert worker.stdout is not None
        for job in jobs:
            with suppress(BrokenPipeError):
                worker.stdin.write(job.order())
                worker.stdin.flush()
            if worker.stdout.readline().strip() != _ANSWER:
                faults.seek(0)
                raise ModelError(job.family, f"broke on {job.block.name}: {faults.read().strip()[-2000:]}")
            say(_told(job))


def _told(job: Job) -> str:
    costs = job.costs
    words = (
        f"{costs['family']} on {costs['block']}: {costs['past_count']} learnt from, "
        f"{costs['answered_count']} of {costs['block_count']} answered, "
        f"{costs['fit_and_forecast_seconds']:.1f} s, {costs['peak_memory_mib']:.0f} MiB"
    )
    return f"{words}; {costs['fault']}" if costs["fault"] else words


def main() -> None:
    """Do the jobs that come in by the standard input, one a line, until no more come."""
    work_on_one_core()
    for line in sys.stdin:
        _work(Job.of_order(line))
        sys.stdout.write(f"{_ANSWER}\n")
        sys.stdout.flush()


def _work(job: Job) -> None:
    import time

    from pipeline.archive.tables import write_table
    from pipeline.evaluation.skill_blocks import setting_of, visible
    from pipeline.evaluation.walk_forward import forecast_block

    features, setting = _features(job.features), setting_of(job.family)
    past = visible(job.block.past_of(features), setting)
    rows = visible(job.block.rows_of(features), setting)
    _forget_peak_memory()
    began, cpu = time.perf_counter(), time.process_time()
    forecasts, fault = forecast_block(job.family, {}, past, rows)
    costs = {
        "family": job.family,
        "block": job.block.name,
        "past_count": len(past),
        "block_count": len(rows),
        "answered_count": int(forecasts["p_home"].notna().sum()),
        "fit_and_forecast_seconds": round(time.perf_counter() - began, 3),
        "cpu_seconds": round(time.process_time() - cpu, 3),
        "peak_memory_mib": round(_peak_memory_mib(), 1),
        "fault": fault or None,
    }
    with atomic_folder(job.folder) as aside:
        write_table(aside / _FORECASTS, forecasts)
        write_json(aside / _COSTS, costs)


@cache
def _features(path: Path) -> pd.DataFrame:
    from pipeline.archive.tables import read_table

    return read_table(path)


def _forget_peak_memory() -> None:
    """Begin the count of the peak anew; where the system does not let us, it counts from the start."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_memory_mib() -> float:
    """Return the most memory this process held, in MiB.

    From Linux's own count: what `getrusage` says a child inherits from its parent.
    """
    import resource

    with suppress(OSError):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
