"""`python -m pipeline.tasks.operator status|where`: what an operator asks between runs.

Answers from documents alone, without loading a table or a heavy library.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from pipeline.archive.atomic import read_json
from pipeline.archive.paths import DataRoot
from pipeline.domain.errors import PipelineError
from pipeline.monitoring.status import status_lines
from pipeline.tasks.settings import Settings, add_setting_options, apply_setting_options, load_settings
from pipeline.tasks.summary import summary_of


def main(arguments: list[str] | None = None) -> int:
    """Print the answer; return 1 where nothing was published yet, 2 for a setting that cannot be used."""
    parser = argparse.ArgumentParser(prog="operator", description="What an operator asks between runs.")
    parser.add_argument("question", choices=("status", "where"))
    add_setting_options(parser)
    asked = parser.parse_args(arguments)
    try:
        apply_setting_options(asked)
        settings = load_settings()
        lines, code = (status if asked.question == "status" else where)(settings)
    except PipelineError as error:
        lines, code = [f"error: {error}"], 2
    sys.stdout.write("\n".join(lines) + "\n")
    return code


def status(settings: Settings) -> tuple[list[str], int]:
    """Return the state of the last run of the source, live or replayed, and of the site."""
    data = _newest_root(settings)
    runs = _run_folders(data)
    if not runs:
        return [f"{settings.source}: no run yet below {settings.data_root}; try `make publish`"], 1
    summary: dict[str, Any] = summary_of(data.run(runs[-1].name), settings)
    usage, current = shutil.disk_usage(settings.data_root), _current(settings)
    summary |= {
        "disk_free_share": usage.free / usage.total,
        "disk_used_bytes": _size(data.folder),
        "current_release": current.get("release_id"),
    }
    if not summary["champion_family"] and current.get("source") == settings.source:
        # a run that stopped early names no champion; the one whose forecasts are live still speaks
        summary |= {name: current.get(name) for name in ("champion_family", "champion_trained_until")}
    return status_lines(summary), 0


def where(settings: Settings) -> tuple[list[str], int]:
    """Return where the current release is and how to look at it."""
    release = _current(settings).get("release_id")
    if release is None:
        return [f"no release below {settings.site_root} yet; try `make publish`"], 1
    return [
        f"site: {(settings.site().current / 'index.html')} (release {release})",
        "look at it with `make serve`, then open http://localhost:8080/",
    ], 0


def _newest_root(settings: Settings) -> DataRoot:
    roots = [settings.data(is_replay=False), settings.data(is_replay=True)]
    return max(roots, key=lambda root: max(map(_begun_at, _run_folders(root)), default=-1.0))


def _run_folders(data: DataRoot) -> list[Path]:
    """Return the runs that publish, oldest first; a measurement of skill is not among them."""
    found = data.runs.iterdir() if data.runs.is_dir() else ()
    return sorted((folder for folder in found if "-skill-" not in folder.name), key=_begun_at)


def _begun_at(folder: Path) -> float:
    state = folder / "state.json"
    return state.stat().st_mtime if state.is_file() else 0.0


def _current(settings: Settings) -> dict[str, Any]:
    """Return the manifest of the current release, empty where there is none."""
    manifest = settings.site().current / "release.json"
    return dict(read_json(manifest)) if manifest.is_file() else {}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
