"""Tell the operator: incidents found in a run's documents, kept under the data root, sent to the receivers.

Nothing here may stop a run: what cannot be told is logged and offered again at the next run. A replay tells
nothing unless `notify_replays` says so.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import read_json, write_json
from pipeline.monitoring import incidents
from pipeline.monitoring.incidents import Incident
from pipeline.tasks.settings import load_settings, notify_addresses

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from pipeline.archive.paths import DataRoot
    from pipeline.tasks.stage import Stage

logger = logging.getLogger(__name__)
_BLOCKED = "blocked"


def tell_of_failure(stage: Stage, error: BaseException) -> None:
    """Tell that a run stopped: in which stage, by which error."""
    goal = stage.current_run.goal
    text = f"run {stage.run_id} stopped in {type(stage).__name__}: {type(error).__name__}: {error}"
    failed = Incident(incidents.FAILED_RUN, f"{goal} in {type(stage).__name__}", text)
    _tell(stage, [failed], judged=())


def tell_of_run(stage: Stage, summary: dict[str, Any]) -> None:
    """Tell what is wrong after a run that published, and what is over."""
    try:
        seen, judged = incidents_of(stage, summary)
    except Exception:  # a document of another form must not undo a finished run
        logger.exception("the incidents of the run could not be gathered")
        return
    _tell(stage, seen, judged=judged)


def incidents_of(stage: Stage, summary: dict[str, Any]) -> tuple[list[Incident], set[str]]:
    """Return what a finished run found wrong, and how the keys begin that it could judge."""
    seen = [
        Incident(incidents.WITHHELD_DIVISION, code, reason) for code, reason in summary["withheld"].items()
    ]
    troubled = [f"{entry['path']}: {entry['reason']}" for entry in summary["files"] if entry.get("reason")]
    if troubled:
        text = f"{len(troubled)} files in trouble: {'; '.join(troubled[:5])}"
        seen.append(Incident(incidents.FAILING_SOURCE, str(summary["source"]), text))
    seen += _live_alarms(stage)
    judged = {
        f"{incidents.FAILED_RUN}: {stage.current_run.goal} in ",  # a refresh does not end a failed night
        incidents.WITHHELD_DIVISION,
        incidents.FAILING_SOURCE,
        incidents.LIVE_ALARM,
    }
    decision = stage.data.decision(stage.run_id)
    if decision.is_file():
        seen += _blocked(read_json(decision))
        judged.add(incidents.BLOCKED_PROMOTION)
    return seen, judged


def _live_alarms(stage: Stage) -> list[Incident]:
    from pipeline.tasks.live_monitor import alarms_in

    recipe = read_json(stage.paths.tables / "run.json")["ledger"]["recipe"]
    texts = alarms_in(stage.paths, recipe)
    return [Incident(incidents.LIVE_ALARM, f"recipe {recipe}", text) for text in texts]


def _blocked(document: dict[str, Any]) -> list[Incident]:
    """Return the promotions and refits that a night's decision blocked, by role."""
    found = []
    for role, entry in sorted(document["roles"].items()):
        decision, refit = entry.get("decision") or {}, entry.get("refit") or {}
        if decision.get("verdict") == _BLOCKED:
            found.append(_blockage(role, "promotion", decision))
        if refit and not refit.get("passed", True):
            found.append(_blockage(role, "refit", refit))
    return found


def _blockage(role: str, what: str, document: dict[str, Any]) -> Incident:
    reasons = "; ".join(document.get("reasons", ())) or "no reason given"
    return Incident(incidents.BLOCKED_PROMOTION, f"{role} {what}", reasons)


def _tell(stage: Stage, seen: Sequence[Incident], *, judged: Collection[str]) -> None:
    try:
        settings, run = load_settings(), stage.current_run
        if run.is_replay and not settings.notify_replays:
            return
        _update(stage.data, seen, judged, run_id=stage.run_id)
    except Exception as fault:  # the run's own outcome stands, whatever becomes of the notice
        logger.warning("the notices could not be sent: %s", type(fault).__name__)


def _update(data: DataRoot, seen: Sequence[Incident], judged: Collection[str], *, run_id: str) -> None:
    addresses, path = notify_addresses(), data.incidents
    before = _read(path)
    known = incidents.updated(before, seen, judged=judged, run_id=run_id)
    if known != before:
        write_json(path, known)
    for receiver, address in enumerate(addresses):
        known = _send(known, receiver, address, len(addresses), data.source)
        if known != _read(path):
            write_json(path, known)
    if not addresses and any(entry["is_over"] for entry in known.values()):
        write_json(path, {key: entry for key, entry in known.items() if not entry["is_over"]})


def _send(known: incidents.Known, receiver: int, address: str, count: int, where: str) -> incidents.Known:
    from pipeline.monitoring.notify import send

    keys = incidents.untold(known, receiver)
    if not keys:
        return known
    if not send(address, *incidents.message(known, keys, where)):
        logger.warning("receiver %d of %d took no notice; the next run tries again", receiver + 1, count)
        return known
    logger.info("told receiver %d of %d of %d incidents", receiver + 1, count, len(keys))
    return incidents.told(known, keys, receiver, count)


def _read(path: Path) -> incidents.Known:
    return dict(read_json(path)) if path.is_file() else {}
