"""What `make status` prints: how the last run went, what is withheld, what is live. Standard library only.

Turns the summary of a run into lines; reads nothing and knows no path. Keys of the summary that a run has not
reached are missing or None, and then their line says so or is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.monitoring.freshness import division_ages, instant, oldest
from pipeline.monitoring.wording import instant_text, listed, plain, size_text

_LABEL_WIDTH = 11
_LITTLE_DISK_SHARE = 0.1

Summary = Mapping[str, Any]


def status_lines(summary: Summary) -> list[str]:
    """Return the status as lines, the state first.

    summary: run_id, source, cut_off_at, published_at, failure (task, error), divisions (of the verdict),
    withheld (division: reason), files, counts, champion_family, champion_trained_until, current_release,
    disk_used_bytes, disk_free_share.
    """
    lines = [
        _line("run", f"{plain(summary['run_id'])} ({plain(summary.get('source') or 'unknown source')})"),
        _line("state", run_state(summary)),
        _line("data until", instant_text(instant(summary.get("cut_off_at")))),
        *_division_lines(summary),
        *_file_lines(summary),
        _line("champion", champion_text(summary)),
        _line("release", _release_text(summary)),
    ]
    return lines + _disk_lines(summary)


def run_state(summary: Summary) -> str:
    """Return how a run ended: failed in a task, published (whole or in part), or unfinished."""
    failure = summary.get("failure")
    if failure:
        task, error = failure.get("task", "an unknown task"), failure.get("error", "unknown error")
        return f"FAILED in {plain(task)}: {plain(error)}"
    if not summary.get("published_at"):
        done = list(summary.get("durations") or ())
        return f"unfinished, last done: {plain(done[-1])}" if done else "unfinished, nothing done yet"
    published = f"published {instant_text(instant(summary['published_at']))}"
    troubles = [*troubled_files(summary), *(summary.get("withheld") or {})]
    return f"{published}, in part" if troubles else published


def troubled_files(summary: Summary) -> list[str]:
    """Return the paths of the feed's files that were not had as asked for, with the reason."""
    files = summary.get("files") or ()
    return [f"{plain(entry['path'])}: {plain(entry['reason'])}" for entry in files if entry.get("reason")]


def withheld_texts(summary: Summary) -> list[str]:
    """Return the divisions without forecasts, with the reason, by division."""
    return [
        f"{plain(code)}: {plain(reason)}" for code, reason in sorted((summary.get("withheld") or {}).items())
    ]


def champion_text(summary: Summary) -> str:
    """Return the champion's family and how far its training went."""
    family = summary.get("champion_family")
    if not family:
        return "none yet"
    return f"{plain(family)}, trained until {instant_text(instant(summary.get('champion_trained_until')))}"


def _division_lines(summary: Summary) -> list[str]:
    divisions, cut_off_at = summary.get("divisions") or {}, instant(summary.get("cut_off_at"))
    if not divisions or cut_off_at is None:
        return []
    states = [entry["state"] for entry in divisions.values()]
    counts = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
    lines = [_line("divisions", counts)]
    accepted = {code: entry for code, entry in divisions.items() if entry["state"] == "accepted"}
    age = oldest(division_ages(accepted, at=cut_off_at))
    if age is not None:
        lines.append(_line("oldest", f"{plain(age.subject)}, newest result {instant_text(age.last_at)}"))
    return lines + [_line("withheld", text) for text in withheld_texts(summary)]


def _file_lines(summary: Summary) -> list[str]:
    troubles = troubled_files(summary)
    return [_line("files", f"{len(troubles)} in trouble: {listed(troubles)}")] if troubles else []


def _release_text(summary: Summary) -> str:
    current, own = summary.get("current_release"), summary.get("release_id")
    if not current:
        return "none is live"
    return f"{plain(current)} is live" + ("" if own in (None, current) else f" (this run made {plain(own)})")


def _disk_lines(summary: Summary) -> list[str]:
    used, free = summary.get("disk_used_bytes"), summary.get("disk_free_share")
    if used is None:
        return []
    text = f"{size_text(used)} used" + (f", {free:.0%} of the disk free" if free is not None else "")
    is_low = free is not None and free < _LITTLE_DISK_SHARE
    return [_line("disk", f"{text}: LITTLE SPACE LEFT" if is_low else text)]


def _line(label: str, text: str) -> str:
    return f"{label + ':':<{_LABEL_WIDTH}} {text}"
