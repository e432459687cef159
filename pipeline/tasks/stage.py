"""What all stages share: the run they belong to, their paths, their one target, the lock on the data root."""

from __future__ import annotations

import json
import logging
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import luigi

from pipeline.archive import clock
from pipeline.archive.atomic import read_json, sweep, write_json
from pipeline.archive.lock import exclusive
from pipeline.archive.paths import DataRoot, RunPaths
from pipeline.tasks.run import Run
from pipeline.tasks.settings import Settings, load_settings

logger = logging.getLogger(__name__)
_held = ExitStack()
_roots: set[DataRoot] = set()


class Stage(luigi.Task):
    """One stage of one run. A subclass names its target in `target` and does its work in `work`."""

    run_id = luigi.Parameter(description="the run this stage belongs to")

    @property
    def current_run(self) -> Run:
        """Return the run, read from its id."""
        return Run.from_id(self.run_id)

    @property
    def settings(self) -> Settings:
        """Return the settings of this process."""
        return load_settings()

    @property
    def data(self) -> DataRoot:
        """Return the data root of the run's source."""
        return self.current_run.data(self.settings)

    @property
    def paths(self) -> RunPaths:
        """Return the paths of the run."""
        return self.current_run.paths(self.settings)

    @property
    def cut_off_at(self) -> datetime:
        """Return the instant after which nothing is visible to this run."""
        return datetime.fromisoformat(read_json(self.paths.intake)["cut_off_at"])

    def target(self) -> Path:
        """Return the file whose presence says that this stage is done."""
        raise TypeError(f"{type(self).__name__} names no target")

    def work(self) -> None:
        """Read, call one pure function, write the target last."""
        raise TypeError(f"{type(self).__name__} does no work")

    def output(self) -> luigi.LocalTarget:
        """Return the target for Luigi."""
        return luigi.LocalTarget(str(self.target()))

    def run(self) -> None:
        """Do the work while holding the data root's lock."""
        take_hold(self.data, self.paths, self.run_id)
        logger.info("%s ...", type(self).__name__)
        self.work()


@cache
def take_hold(data: DataRoot, paths: RunPaths, run_id: str) -> None:
    """Lock the data root until this process ends, remove what killed writers left, and note that a run began.

    Raises PipelineError where another process holds it.
    """
    _held.enter_context(exclusive(data.lock))
    _roots.add(data)
    for leftover in sweep(paths.folder):
        logger.warning("removed %s, left by a run that was cut short", leftover.name)
    if not paths.state.is_file():
        write_json(paths.state, {"run_id": run_id, "started_at": clock.now().isoformat(timespec="seconds")})


def holds(data: DataRoot) -> bool:
    """Tell whether this process holds the data root's lock."""
    return data in _roots


def say(message: str) -> None:
    """Report progress inside a long stage."""
    logger.info("    %s", message)


@luigi.Task.event_handler(luigi.Event.PROCESSING_TIME)  # type: ignore[untyped-decorator]
def note_duration(task: luigi.Task, seconds: float) -> None:
    """Append how long a stage took to the run's journal."""
    if isinstance(task, Stage):
        _journal(task, {"task": type(task).__name__, "seconds": round(seconds, 3)})
        logger.info("%s: %.1f s", type(task).__name__, seconds)


@luigi.Task.event_handler(luigi.Event.FAILURE)  # type: ignore[untyped-decorator]
def note_failure(task: luigi.Task, error: BaseException) -> None:
    """Append what stopped a stage to the run's journal, for `make status`."""
    if isinstance(task, Stage):
        _journal(task, {"task": type(task).__name__, "error": f"{type(error).__name__}: {error}"[:500]})
        if holds(task.data):  # another process at work is no failure of its run
            from pipeline.tasks.notices import tell_of_failure

            tell_of_failure(task, error)


def _journal(task: Stage, entry: dict[str, Any]) -> None:
    path = task.paths.journal
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(entry | {"at": clock.now().isoformat(timespec="seconds")}, sort_keys=True)
    with path.open("a", encoding="utf-8") as journal:
        journal.write(line + "\n")
