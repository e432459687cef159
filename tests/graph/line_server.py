"""Fonbet's site and a line host on loopback: a line made of the tiny world's own fixtures."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.sources.embedded.site import EmbeddedSite

SEGMENTS = {"AR1": ("Арденмарк. Премьер-лига", 101), "DO1": ("Дорвик. Элита", 102)}
PREFIX = "ФК "
"""Before every club's name in the line, so that only the table of names makes it known."""
PRICES = (2.22, 3.33, 3.44)
STRANGER = "<script>alert(7)</script>"


def listed_fixtures(as_of: str) -> list[tuple[str, str, str, datetime]]:
    """Return division, home, away and kick-off of what the tiny world's fixtures.csv lists from then on."""
    instant = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    body = EmbeddedSite(instant, size="tiny").read("fixtures.csv") or b""
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    listed = [
        (row["Div"], row["HomeTeam"], row["AwayTeam"], _instant(row["Date"], row["Time"]))
        for row in rows
        if row["Time"]
    ]
    return [each for each in listed if each[3] > instant]


def _instant(day: str, time: str) -> datetime:
    date, month, year = map(int, day.split("/"))
    hour, minute = map(int, time.split(":"))
    return datetime(year, month, date, hour, minute, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)


def write_names(folder: Path, as_of: str) -> Path:
    """Write the two tables of names for the clubs of the fixtures and return their folder."""
    folder.mkdir(parents=True)
    leagues = "".join(f"{name},{code}\n" for code, (name, _) in SEGMENTS.items())
    (folder / "leagues.csv").write_text(f"segment,division\n{leagues}", encoding="utf-8")
    country = {"AR1": "Ardenmark", "DO1": "Dorvik"}
    clubs = {(country[code], club) for code, home, away, _ in listed_fixtures(as_of) for club in (home, away)}
    lines = "".join(f"{nation},{PREFIX}{club},{club}\n" for nation, club in sorted(clubs))
    (folder / "clubs.csv").write_text(f"country,name,club\n{lines}", encoding="utf-8")
    return folder


def line_of(as_of: str) -> dict[str, Any]:
    """Return a full line in the newer, grouped form.

    Every listed fixture an hour late, one that is listed nowhere else, one with a stranger, one in play.
    """
    listed = listed_fixtures(as_of)
    late = timedelta(hours=1)
    matches = [(code, PREFIX + home, PREFIX + away, at + late, "line") for code, home, away, at in listed]
    code, home, away, at = listed[0]
    matches += [
        (code, PREFIX + away, PREFIX + home, at + timedelta(days=9), "line"),
        (code, PREFIX + home, STRANGER, at, "line"),
        (code, PREFIX + home, PREFIX + away, at, "live"),
    ]
    sports = [{"id": 1, "kind": "sport", "name": "Футбол"}]
    sports += [{"id": key, "kind": "segment", "parentId": 1, "name": name} for name, key in SEGMENTS.values()]
    return {
        "packetVersion": 5,
        "fromVersion": 0,
        "sports": sports,
        "events": [_event(number, *match) for number, match in enumerate(matches)],
        "customFactors": [_factors(number) for number in range(len(matches))],
        "eventBlocks": [],
        "eventMiscs": [],
    }


def _event(number: int, code: str, home: str, away: str, at: datetime, place: str) -> dict[str, Any]:
    return {
        "id": number,
        "level": 1,
        "sportId": SEGMENTS[code][1],
        "kind": 1,
        "team1": home,
        "team2": away,
        "startTime": int(at.timestamp()),
        "place": place,
    }


def _factors(number: int) -> dict[str, Any]:
    return {"e": number, "factors": [{"f": 921 + place, "v": price} for place, price in enumerate(PRICES)]}


@dataclass
class LineSite:
    """What the server answers: the line's bytes, its rules for robots if any; and what it was asked."""

    line: bytes
    status: int = 200
    robots: bytes = b""
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving_line(site: LineSite) -> Iterator[str]:
    """Serve the site and its line host on one free port of loopback and yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(site: LineSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            if self.path == "/urls.json":
                hosts = {"line": [f"//{self.headers['Host']}"], "common": []}
                self._send(200, json.dumps(hosts).encode())
            elif self.path == "/robots.txt" and site.robots:
                self._send(200, site.robots)
            elif self.path == "/events/list?lang=en&version=0&scopeMarket=1800":
                self._send(site.status, site.line)
            else:
                self._send(404, b"no such market")

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
