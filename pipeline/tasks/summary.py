"""What a run did, gathered from the documents it left: for its closing lines, the metrics and `make status`.

Reads JSON only, so that `make status` answers without loading a table or a heavy library.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.archive.atomic import read_json
from pipeline.archive.paths import RunPaths
from pipeline.tasks.settings import Settings
from pipeline.tasks.stage import Stage


def run_summary(stage: Stage) -> dict[str, Any]:
    """Return the summary of a stage's run."""
    return summary_of(stage.paths, stage.settings)


def summary_of(paths: RunPaths, settings: Settings) -> dict[str, Any]:
    """Return what is known of a run so far; what it has not reached is missing or None."""
    journal = read_journal(paths.journal)
    verdict, intake = _document(paths.verdict), _document(paths.intake)
    states = verdict.get("divisions", {})
    run = _document(paths.tables / "run.json")
    release_id = _document(paths.switched).get("release_id")
    return {
        "run_id": paths.folder.name,
        "started_at": _document(paths.state).get("started_at"),
        "published_at": _document(paths.published).get("published_at"),
        "as_of": run.get("as_of") or intake.get("as_of"),
        "cut_off_at": intake.get("cut_off_at"),
        "source": settings.source,
        "divisions": states,
        "withheld": {
            code: entry["reason"] for code, entry in states.items() if entry["state"] in {"stale", "withheld"}
        },
        "refused_divisions": [code for code, entry in states.items() if entry["state"] == "withheld"],
        "files": [*intake.get("files", []), *_pages_in_trouble(paths)],
        "counts": verdict.get("counts", {}),
        "fixtures_forecast_count": _document(paths.forecast_counts).get("forecast"),
        "champion_family": run.get("champion_family"),
        "champion_trained_until": run.get("champion_trained_until"),
        "release_id": release_id,
        "release_path": str(settings.site().release(release_id)) if release_id else None,
        "durations": {entry["task"]: entry["seconds"] for entry in journal if "seconds" in entry},
        "failure": _last_failure(journal),
    }


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a run's journal; a line torn by a kill is left out."""
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return entries


def _last_failure(journal: list[dict[str, Any]]) -> dict[str, Any] | None:
    return journal[-1] if journal and "error" in journal[-1] else None


def _pages_in_trouble(paths: RunPaths) -> list[dict[str, Any]]:
    """Return the index pages that were not had: files they would have led to may be unknown to the intake."""
    pages = _document(paths.fetch).get("pages", [])
    return [{**page, "path": page["path"] or "index page"} for page in pages if page["reason"]]


def _document(path: Path) -> dict[str, Any]:
    return dict(read_json(path)) if path.is_file() else {}
