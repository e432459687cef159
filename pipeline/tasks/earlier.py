"""The last finished run of the same data root: what a run is compared with, and falls back on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.archive.atomic import read_json
from pipeline.archive.run_paths import RunPaths
from pipeline.tasks.run import finished_runs
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    from pipeline.validation.earlier import Earlier

_TABLES = ("matches", "fixtures", "quotes")


def earlier_run(stage: Stage) -> Earlier | None:
    """Return what the last run accepted that finished at or before this one's instant; None without one.

    A run whose tables another version wrote in other columns counts as none, which is said.
    """
    from pipeline.archive.tables import read_table
    from pipeline.domain.errors import ContractError
    from pipeline.domain.tables import check_columns
    from pipeline.validation.earlier import Earlier
    from pipeline.validation.frames import ArchiveFrames

    paths = _last_paths(stage)
    if paths is None:
        return None
    frames = {name: read_table(getattr(paths, name)) for name in _TABLES}
    try:
        for name, rows in frames.items():
            check_columns(name, {str(column): str(dtype) for column, dtype in rows.dtypes.items()})
    except ContractError as fault:
        say(f"not compared with {paths.folder.name}: {fault}")
        return None
    return Earlier(
        ArchiveFrames(**frames),
        accepted_at=_accepted_at(paths),
        edited_files=_edited_files(stage.paths, paths),
        first_season=stage.settings.seasons_from,
    )


def _last_paths(stage: Stage) -> RunPaths | None:
    own = stage.current_run
    done = [run for run in finished_runs(stage.data) if run.as_of <= own.as_of and run != own]
    paths = stage.data.run(done[-1].run_id) if done else None
    return paths if paths and all(getattr(paths, name).is_file() for name in _TABLES) else None


def _accepted_at(paths: RunPaths) -> dict[str, str]:
    verdict = read_json(paths.verdict)
    return {
        code: entry.get("kept_from") or verdict["cut_off_at"] for code, entry in verdict["divisions"].items()
    }


def _edited_files(now: RunPaths, before: RunPaths) -> frozenset[str]:
    then, today = (
        {entry["path"]: entry["sha256"] for entry in read_json(paths.intake)["files"]}
        for paths in (before, now)
    )
    return frozenset(path for path, sha256 in today.items() if sha256 and then.get(path, sha256) != sha256)
