"""The closing lines of a run: what ran and for how long, what was withheld and why, where the release is.

Standard library only; the summary is the one `status.py` describes.
"""

from __future__ import annotations

from pipeline.monitoring.status import (
    Summary,
    champion_text,
    run_state,
    troubled_files,
    withheld_texts,
)
from pipeline.monitoring.wording import duration_text, listed, plain

_SLOWEST_COUNT = 3


def summary_lines(summary: Summary) -> list[str]:
    """Return the closing lines, the state first."""
    lines = [f"run {plain(summary['run_id'])}: {run_state(summary)}"]
    lines += _task_lines(summary) + _count_lines(summary)
    lines += [f"champion: {champion_text(summary)}"]
    lines += [f"no forecasts for {text}" for text in withheld_texts(summary)]
    troubles = troubled_files(summary)
    if troubles:
        lines.append(f"{len(troubles)} files in trouble, the last good ones serve: {listed(troubles)}")
    return lines + _release_lines(summary)


def _task_lines(summary: Summary) -> list[str]:
    durations = summary.get("durations") or {}
    if not durations:
        return ["nothing had to be run"]
    slowest = sorted(durations.items(), key=lambda item: (-item[1], item[0]))[:_SLOWEST_COUNT]
    shown = ", ".join(f"{plain(task)} {duration_text(seconds)}" for task, seconds in slowest)
    return [f"{len(durations)} tasks in {duration_text(sum(durations.values()))} (slowest: {shown})"]


def _count_lines(summary: Summary) -> list[str]:
    counts = summary.get("counts") or {}
    if not counts:
        return []
    words = [f"{count} {name.removesuffix('_count')}" for name, count in counts.items()]
    return [f"rows: {', '.join(words)}"]


def _release_lines(summary: Summary) -> list[str]:
    release_id = summary.get("release_id")
    if not release_id:
        return ["no release was made"]
    path = summary.get("release_path")
    return [f"release {plain(release_id)}" + (f": {plain(path)}" if path else "")]
