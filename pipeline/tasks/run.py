"""Which run this is: decided once a process, from the instant asked for or the hour.

A run's id is `<as of>-<goal>-<code and settings>-<attempt>`, so a change of code or settings is another run,
and "done" is never said of yesterday's logic. Without an instant the current hour is the label; a run cut
short within the last two hours is resumed instead, and a run that had to leave something out for want of good
data is tried again with a new intake.
"""

from __future__ import annotations

import ctypes
import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from pipeline.archive import clock
from pipeline.archive.atomic import read_json
from pipeline.archive.paths import PROJECT_ROOT, DataRoot, RunPaths
from pipeline.domain.errors import SettingError
from pipeline.monitoring.notify import check_addresses
from pipeline.tasks.settings import Settings, load_settings, notify_addresses, quieten_libraries

_RESUME_WITHIN = timedelta(hours=2)
_RUN_ID = re.compile(r"(\d{8}T\d{4}Z)-(publish|retrain|refresh|skill)(-replay)?-([0-9a-f]{8})-(\d+)")
_STAMP = "%Y%m%dT%H%MZ"
TRAINING_GOALS = ("publish", "retrain")
"""The goals that may train, and whose evaluation the pages show."""
_LIBGOMP_REMEDY = "LightGBM needs the library libgomp.so.1: install it with `apt-get install libgomp1`"


@dataclass(frozen=True)
class Run:
    """One run of one goal. `revision` stands for code and settings; `attempt` counts within the instant."""

    as_of: datetime
    goal: str
    is_replay: bool
    revision: str
    attempt: int = 1

    @property
    def run_id(self) -> str:
        """Return the name of the run's folder."""
        replay = "-replay" if self.is_replay else ""
        return f"{self.as_of:{_STAMP}}-{self.goal}{replay}-{self.revision}-{self.attempt}"

    @classmethod
    def from_id(cls, run_id: str) -> Run:
        """Read a run's id back. Raises SettingError where it is none."""
        found = _RUN_ID.fullmatch(run_id)
        if not found:
            raise SettingError("run", run_id, "not the id of a run")
        stamp, goal, replay, revision, attempt = found.groups()
        as_of = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        return cls(as_of, goal, bool(replay), revision, int(attempt))

    def data(self, settings: Settings) -> DataRoot:
        """Return the data root this run reads and writes."""
        return settings.data(is_replay=self.is_replay)

    def paths(self, settings: Settings) -> RunPaths:
        """Return the paths of this run."""
        return self.data(settings).run(self.run_id)


@cache
def decide_run(goal: str, as_of: str) -> Run:
    """Return the run that `goal` means now.

    as_of: ISO 8601, UTC where it names no zone, to the minute; empty for the current hour.
    Raises SettingError for an instant that cannot be read, SystemExit where the machine misses a library.
    """
    quieten_libraries()
    demand_library("libgomp.so.1", _LIBGOMP_REMEDY)
    settings = load_settings()
    check_addresses(notify_addresses())
    revision = revision_of(settings)
    if as_of:
        return _open_attempt(settings, Run(_instant(as_of), goal, is_replay=True, revision=revision))
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    run = Run(hour, goal, is_replay=False, revision=revision)
    return _unfinished(settings, run) or _open_attempt(settings, run)


def revision_of(settings: Settings) -> str:
    """Return eight hexadecimal digits that stand for the code, the templates, the texts and the settings."""
    code = digest_of("pipeline", "site_templates", "content", "mkdocs.yml")
    return hashlib.sha256(f"{settings.fingerprint()}\n{code}".encode()).hexdigest()[:8]


@cache
def digest_of(*names: str) -> str:
    """Return a digest of files and folders of the project: their relative paths and their bytes."""
    digest = hashlib.sha256()
    for name in names:
        place = PROJECT_ROOT / name
        files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
        for path in sorted(path for path in files if "__pycache__" not in path.parts):
            digest.update(str(path.relative_to(PROJECT_ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def demand_library(name: str, remedy: str) -> None:
    """Raise SystemExit with a one-line remedy where a shared library is missing."""
    try:
        ctypes.CDLL(name)
    except OSError:
        raise SystemExit(remedy) from None


def finished_runs(data: DataRoot) -> list[Run]:
    """Return the runs that published, oldest first."""
    return [run for run in _runs(data) if data.run(run.run_id).published.is_file()]


def _runs(data: DataRoot) -> list[Run]:
    names = sorted(path.name for path in data.runs.iterdir()) if data.runs.is_dir() else []
    runs = [Run.from_id(name) for name in names if _RUN_ID.fullmatch(name)]
    return sorted(runs, key=lambda run: (run.as_of, run.attempt))


def _unfinished(settings: Settings, wanted: Run) -> Run | None:
    """Return the newest run of this goal and code, where it was cut short not long ago."""
    since = wanted.as_of - _RESUME_WITHIN
    for run in reversed(_runs(wanted.data(settings))):
        if (run.goal, run.revision) == (wanted.goal, wanted.revision) and since <= run.as_of <= wanted.as_of:
            paths = run.paths(settings)
            return None if paths.published.is_file() or paths.given_up.is_file() else run
    return None


def _open_attempt(settings: Settings, run: Run) -> Run:
    """Return the first attempt at this instant that is not over: an over one wants a new intake."""
    while _is_over(run.paths(settings)):
        run = replace(run, attempt=run.attempt + 1)
    return run


def _is_over(paths: RunPaths) -> bool:
    if paths.given_up.is_file():
        return True
    return paths.published.is_file() and bool(read_json(paths.published)["is_worth_retrying"])


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise SettingError("as_of", text, "an instant such as 2026-04-24T19:04") from None
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(second=0, microsecond=0)
