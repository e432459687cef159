"""The guide's own sample files, and enough made-up seasons in the same columns to train on."""

from __future__ import annotations

import csv
import io
import math
import os
import random
import re
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "content" / "guides" / "bring-your-own-league.md").read_text(encoding="utf-8")
CLUBS = ["Ilves Harbour", "Otava Town", "Karhu United", "Repo Athletic", "Susi City", "Peura Rovers"]
RUNNING = 2025


def samples() -> dict[str, str]:
    """Return the files typed in the guide by name."""
    return dict(re.findall(r"`my-league/([^`]+)`:\n\n```csv\n(.*?)```", GUIDE, flags=re.S))


def write_league(folder: Path, *, first_season: int, as_of: str) -> None:
    """Write the guide's files and earlier matches of its clubs; the files are as old as two days before."""
    folder.mkdir(parents=True)
    files = samples()
    header, *lines = files[f"KAL-{RUNNING}.csv"].splitlines()
    taken = {(row["home"], row["away"]) for text in files.values() for row in _rows(text) if "home" in row}
    for season in range(first_season, RUNNING + 1):
        made = season_of(season, without=taken if season == RUNNING else set())
        files[f"KAL-{season}.csv"] = "\n".join([header, *made, *(lines if season == RUNNING else [])]) + "\n"
    written_at = datetime.fromisoformat(as_of).replace(tzinfo=UTC) - timedelta(days=2)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        os.utime(folder / name, (written_at.timestamp(), written_at.timestamp()))


def write_bare_league(folder: Path, clubs: list[str]) -> None:
    """Write one file of results, without prices and times, whose last lines are still to be played."""
    folder.mkdir(parents=True)
    table = "code,name,country,tier,time_zone,calendar,under_way_by\n"
    (folder / "divisions.csv").write_text(f"{table}SOL,Liga del Sol,Sol,1,America/Lima,summer,03-01\n")
    draw, lines = random.Random(1), ["date,home,away,home_goals,away_goals"]
    for season in (2024, 2025, 2026):
        for place, pair in enumerate(permutations(clubs, 2)):
            day = date(season, 2, 1) + timedelta(days=4 * place)
            goals = ["", ""] if day > date(2026, 4, 24) else [str(draw.randrange(4)), str(draw.randrange(3))]
            lines.append(",".join([day.strftime("%d/%m/%Y"), *pair, *goals]))
    (folder / "SOL.csv").write_text("\n".join(lines), encoding="utf-8")


def season_of(start: int, *, without: set[tuple[str, str]]) -> list[str]:
    """Return the lines of a double round-robin from August to early April, with fair prices less a margin."""
    draw = random.Random(start)
    pairs = [pair for pair in permutations(CLUBS, 2) if pair not in without]
    draw.shuffle(pairs)
    return [
        _line(draw, date(start, 8, 8) + timedelta(days=8 * place), *pair) for place, pair in enumerate(pairs)
    ]


def _line(draw: random.Random, day: date, home: str, away: str) -> str:
    ahead = (CLUBS.index(away) - CLUBS.index(home)) / 8 + 0.2
    means = [1.35 * math.exp(ahead / 2), 1.35 * math.exp(-ahead / 2)]
    goals = [_poisson(draw, mean) for mean in means]
    p_home = 1 / (1 + math.exp(-ahead * 1.2)) * 0.74
    prices = [f"{1 / (share * 1.05):.2f}" for share in (p_home, 0.26, 0.74 - p_home)]
    return ",".join([day.isoformat(), "18:30", home, away, *map(str, goals), *prices])


def _poisson(draw: random.Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, draw.random()
    while product > limit:
        count, product = count + 1, product * draw.random()
    return count


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))
