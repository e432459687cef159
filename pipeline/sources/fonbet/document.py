"""The line as one document: unpacked, checked for its outer form, its sports and prices by key.

Two forms are known. The older answer lists prices flat, one entry a price; the newer one groups them by
event. Neither is promised by anybody. An answer that holds only changes is refused: it can not say which
prices are gone.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.domain.errors import ParseError
from pipeline.sources.fonbet.hosts import SOURCE

_GZIP = b"\x1f\x8b"
_MOST_BYTES = 64 * 2**20
_DEEPEST = 20

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A full line. sports by id; prices by event and factor; blocked: events that are closed."""

    events: list[Any]
    sports: Mapping[int, Entry]
    factors: Mapping[int, Mapping[int, Entry]]
    blocked: frozenset[int]

    def path_of(self, sport_id: object) -> list[Entry]:
        """Return the segment of an event and what it lies in, the sport last; empty where it is not known."""
        path: list[Entry] = []
        while isinstance(sport_id, int) and sport_id in self.sports and len(path) < _DEEPEST:
            path.append(self.sports[sport_id])
            if path[-1].get("kind") == "sport":
                return path
            sport_id = path[-1].get("parentId")
        return []


def read_line(body: bytes, path: str) -> Line:
    """Read a full line.

    path: of the file, for the error. Raises ParseError for a delta and for bytes of another form.
    """
    document = _document(body, path)
    version = document.get("fromVersion", 0)
    if version != 0 or isinstance(version, bool):
        told = str(version)[:40]
        raise ParseError(SOURCE, path, "is a delta, not the whole line", column="fromVersion", value=told)
    lists = {name: document.get(name) for name in ("events", "sports", "customFactors")}
    for name, value in lists.items():
        if not isinstance(value, list):
            raise ParseError(SOURCE, path, f"is no line: {name} is missing")
    listed = document.get("eventBlocks")
    blocks = list(_keyed(listed, "eventId")) if isinstance(listed, list) else []
    partly = {each["eventId"]: each.get("factors") for each in blocks if each.get("state") == "partial"}
    return Line(
        events=lists["events"] or [],
        sports={each["id"]: each for each in _keyed(lists["sports"] or [], "id")},
        factors=_prices(lists["customFactors"] or [], partly),
        blocked=frozenset(each["eventId"] for each in blocks if each.get("state") == "blocked"),
    )


def _document(body: bytes, path: str) -> Entry:
    try:
        text = _unpacked(body).decode("utf-8-sig")
        document = json.loads(text)
    except (ValueError, RecursionError, zlib.error) as error:
        raise ParseError(SOURCE, path, "can not be read as JSON") from error
    if not isinstance(document, dict):
        raise ParseError(SOURCE, path, "is no line: not an object")
    return document


def _unpacked(body: bytes) -> bytes:
    """Return the bytes, unpacked where the server packed them unasked."""
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = unpacker.decompress(body, _MOST_BYTES)
    if not unpacker.eof:
        raise ValueError("the packed line is cut short or too large")
    return unpacked


def _keyed(entries: list[Any], key: str) -> Iterator[Entry]:
    """Yield the entries that are objects with a whole number as their key."""
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get(key), int):
            yield entry


def _prices(entries: list[Any], partly: Mapping[Any, Any]) -> dict[int, dict[int, Entry]]:
    prices: dict[int, dict[int, Entry]] = {}
    for entry in _keyed(entries, "e"):
        grouped = entry.get("factors")
        blocked = partly.get(entry["e"])
        closed = set(map(str, blocked)) if isinstance(blocked, list) else set()
        for factor in _keyed(grouped if isinstance(grouped, list) else [entry], "f"):
            if str(factor["f"]) not in closed:
                prices.setdefault(entry["e"], {})[factor["f"]] = factor
    return prices
