"""Fonbet's line as a second feed: which files to ask for, and the rows that one full line holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.fonbet.document import Line, read_line
from pipeline.sources.fonbet.exclusions import exclusion_of, league_of
from pipeline.sources.fonbet.hosts import SOURCE, line_addresses
from pipeline.sources.fonbet.names import Names
from pipeline.sources.fonbet.prices import COLUMNS, prices_of
from pipeline.sources.second_feeds import LISTING
from pipeline.sources.tables import quarantine_of

HOSTS_PATH, LINE_PATH = f"{SOURCE}/urls.json", f"{SOURCE}/line.json"
CAUTION = "not verified live: read by rules made from answers seen in the past"

_TEXTS = ("division", "league", "home_name", "away_name", "home", "away", "exclusion")
_MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Fonbet:
    """The line. site_url: where `urls.json` lies. host_patterns: which hosts it may name."""

    names: Names
    site_url: str
    host_patterns: tuple[str, ...] = ()
    name: str = SOURCE
    title: str = "Fonbet"
    caution: str = CAUTION

    def files(self) -> tuple[FeedFile, ...]:
        """Return the list of hosts and the line."""
        return (FeedFile(HOSTS_PATH, "hosts", "", None), FeedFile(LINE_PATH, LISTING, "", None))

    def parse(self, file: FeedFile, body: bytes, divisions: Mapping[str, Division]) -> ParsedFile:
        """Read the line, one row an event; of the list of hosts only check that it names one.

        Raises ParseError for a delta and for bytes that are neither.
        """
        if file.path == HOSTS_PATH:
            line_addresses(body, self.site_url, self.host_patterns)
            return ParsedFile(pd.DataFrame(), quarantine_of([]))
        line = read_line(body, file.path)
        rows = [self._row(event, line, divisions) for event in line.events]
        return ParsedFile(_framed(rows, file.path), quarantine_of([]))

    def _row(self, event: Any, line: Line, divisions: Mapping[str, Division]) -> dict[str, Any]:
        reason = exclusion_of(event, line, self.names, divisions)
        if reason:
            league = league_of(event, line) if isinstance(event, dict) else ""
            return {"exclusion": reason, "league": _writable(league)[:_MOST_CHARACTERS]}
        league, home, away = map(_writable, (league_of(event, line), event["team1"], event["team2"]))
        division = self.names.division_of(league)
        country = divisions[division].country
        return {
            "exclusion": "",
            "league": league,
            "division": division,
            "home_name": home,
            "away_name": away,
            "home": self.names.club_of(country, home),
            "away": self.names.club_of(country, away),
            "kick_off_at": datetime.fromtimestamp(event["startTime"], UTC),
            **prices_of(line.factors[event["id"]]),
        }


def _writable(text: str) -> str:
    """Return text that can be written as UTF-8: JSON can hold halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _framed(rows: list[dict[str, Any]], path: str) -> pd.DataFrame:
    """Return the rows with all columns; an excluded row has no clubs, no kick-off and no prices."""
    texts = dict.fromkeys(_TEXTS, "")
    frame = pd.DataFrame([texts | row for row in rows], columns=[*_TEXTS, "kick_off_at", *COLUMNS])
    instants = pd.to_datetime(frame["kick_off_at"], utc=True).astype("datetime64[us, UTC]")
    typed = frame.astype({**dict.fromkeys(_TEXTS, "str"), **dict.fromkeys(COLUMNS, "float64")})
    return typed.assign(
        kick_off_at=instants,
        kick_off_precision=pd.Series("minute", index=frame.index, dtype="str"),
        source_file=pd.Series(path, index=frame.index, dtype="str"),
        source_row=pd.RangeIndex(1, len(frame) + 1),
    )
