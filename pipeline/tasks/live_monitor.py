"""The live monitor between the nights: what the last settled ledger says of the recipe that speaks now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pipeline.tasks.run import finished_runs

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.archive.run_paths import RunPaths
    from pipeline.tasks.stage import Stage


def live_alarms(stage: Stage, recipe: str) -> list[str]:
    """Return the alarms of a recipe as the last finished run before this one settled the ledger.

    For `decide_retraining`, which comes before tonight's settlement; empty where no run has settled yet.
    """
    own = stage.current_run
    before = [run for run in finished_runs(stage.data) if run.as_of <= own.as_of and run != own]
    known = [paths for paths in (stage.data.run(run.run_id) for run in before) if _table(paths).is_file()]
    return alarms_in(known[-1], recipe) if known else []


def alarms_in(paths: RunPaths, recipe: str) -> list[str]:
    """Return the alarms of a recipe in one run's settled ledger."""
    from pipeline.archive.tables import read_table
    from pipeline.monitoring.live_skill import alarms_of

    rows = read_table(_table(paths)).to_dict("records")
    return alarms_of(cast("list[dict[str, Any]]", rows), recipe=recipe)


def alarm_notices(paths: RunPaths, recipe: str) -> list[dict[str, Any]]:
    """Return the alarms of a recipe as rows of the published table `notices`."""
    about = {"kind": "live_skill", "subject": "published chances", "last_good_at": None}
    return [about | {"reason": text} for text in alarms_in(paths, recipe)]


def _table(paths: RunPaths) -> Path:
    return paths.ledger_table("live_monitor")
