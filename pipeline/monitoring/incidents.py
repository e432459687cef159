"""Incidents: what an operator is told once, and once more when it is over. Documents in, documents out.

An incident is known by its kind and its subject. It is told to every receiver once, however many runs see it
again; when a run no longer sees it, that is told once, and then it is forgotten and can be told anew. What a
receiver did not take is offered again at the next run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.monitoring.wording import plain

FAILED_RUN, BLOCKED_PROMOTION, LIVE_ALARM = "failed run", "blocked promotion", "live-skill alarm"
WITHHELD_DIVISION, FAILING_SOURCE = "withheld division", "failing source"
_CREDENTIALS = re.compile(r"://[^/\s@]*@")
_MARKUP = str.maketrans({"@": "(at)", "<": "‹", ">": "›"})
_MOST_LINES = 20

Known = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Incident:
    """One thing that went wrong: `subject` says what it is about, `text` what happened."""

    kind: str
    subject: str
    text: str

    @property
    def key(self) -> str:
        """Return what tells it from others."""
        return f"{self.kind}: {harmless(self.subject)}"


def harmless(text: str) -> str:
    """Return text on one line, shortened, without credentials in addresses and without what chats obey.

    >>> harmless("postgresql://me:secret@db/x <!channel> @everyone")
    'postgresql://***(at)db/x ‹!channel› (at)everyone'
    """
    return plain(_CREDENTIALS.sub("://***@", text)).translate(_MARKUP)


def updated(
    known: Mapping[str, Mapping[str, Any]], seen: Sequence[Incident], *, judged: Collection[str], run_id: str
) -> Known:
    """Return the incidents after a run.

    judged: how the keys of the incidents begin that this run could tell about, such as a kind; all others
    stay as they are. A judged incident that was not seen is over.
    """
    now: Known = {key: dict(entry) for key, entry in known.items()}
    for incident in seen:
        entry = now.get(incident.key)
        if entry is None or entry["is_over"]:
            begun = {"kind": incident.kind, "since": run_id, "told": [], "is_over": False}
            now[incident.key] = begun | {"text": harmless(incident.text)}
    current = {incident.key for incident in seen}
    for key, entry in now.items():
        is_judged = any(key.startswith(each) for each in judged)
        if is_judged and key not in current and not entry["is_over"]:
            now[key] = entry | {"is_over": True, "told": []}
    return now


def untold(known: Mapping[str, Mapping[str, Any]], receiver: int) -> list[str]:
    """Return the keys of the incidents that a receiver, by its place in the list, has yet to hear of."""
    return [key for key, entry in sorted(known.items()) if receiver not in entry["told"]]


def told(known: Known, keys: Collection[str], receiver: int, receivers_count: int) -> Known:
    """Return the incidents after a receiver heard of some; those over and told to all are forgotten."""
    now = {
        key: entry | {"told": sorted({*entry["told"], receiver})} if key in keys else entry
        for key, entry in known.items()
    }
    everyone = set(range(receivers_count))
    return {
        key: entry for key, entry in now.items() if not (entry["is_over"] and everyone <= {*entry["told"]})
    }


def message(known: Mapping[str, Mapping[str, Any]], keys: Sequence[str], where: str) -> tuple[str, str]:
    """Return title and body of one notice about these incidents. where: the data root's name."""
    begun = sum(not known[key]["is_over"] for key in keys)
    counts = [f"{begun} new" if begun else "", f"{len(keys) - begun} over" if len(keys) > begun else ""]
    lines = [_line(key, known[key]) for key in keys[:_MOST_LINES]]
    if len(keys) > _MOST_LINES:
        lines.append(f"and {len(keys) - _MOST_LINES} more")
    return f"Touchline {harmless(where)}: {', '.join(filter(None, counts))}", "\n".join(lines)


def _line(key: str, entry: Mapping[str, Any]) -> str:
    if entry["is_over"]:
        return f"OVER {key} (since {entry['since']}; it was: {entry['text']})"
    return f"{key}: {entry['text']}"
