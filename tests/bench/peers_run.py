"""What other readers of the feed make of the same files: run by `tests.bench.peers` with a Python of theirs.

Arguments: the library, the folder of the mirror, and the address of a loopback server of that folder. Prints
one JSON line: rows, files that could not be read, seconds. Imports nothing of this project.
"""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
FILE = re.compile(r"mmz4281/(\d\d)(\d\d)/(\w+)\.csv")


def season_files(mirror: Path) -> list[tuple[str, str, str]]:
    """Return season as two pairs of digits, division and path of every file of the main divisions."""
    paths = sorted(path.relative_to(mirror).as_posix() for path in mirror.glob("mmz4281/*/*.csv"))
    return [(found[1] + found[2], found[3], path) for path in paths if (found := FILE.fullmatch(path))]


def year_of(two_digits: str) -> int:
    return int(two_digits) + (1900 if int(two_digits) > 50 else 2000)


def penaltyblog(mirror: Path, address: str) -> dict[str, float]:
    """Read season by season over loopback: the scraper takes an address."""
    from penaltyblog.scrapers import FootballData
    from penaltyblog.scrapers.common import COMPETITION_MAPPINGS

    named = {
        each["footballdata"]["slug"]: name
        for name, each in COMPETITION_MAPPINGS.items()
        if "footballdata" in each
    }
    rows = failed = 0
    began = time.perf_counter()
    for season, division, _ in season_files(mirror):
        try:
            start, end = year_of(season[:2]), year_of(season[2:])
            scraper = FootballData(named[division], f"{start}-{end}")
            scraper.base_url = scraper.fallback_base_url = f"{address}mmz4281/{{season}}/{{competition}}.csv"
            rows += len(scraper.get_fixtures())
        except Exception:  # whatever it raises, the file is lost to its user
            failed += 1
    return {"rows": rows, "failed_files": failed, "seconds": time.perf_counter() - began}


def sports_betting(mirror: Path, address: str) -> dict[str, float]:
    """Hand it each file's bytes as a payload, which is how its sources take what was fetched."""
    from sportsbet.sources import FootballDataStats, RawItem, RawPayload
    from sportsbet.sources._common._football_data import LEAGUES_MAPPING, _derive_division

    places = {
        prefix + code: (league, _derive_division(league, code))
        for league, (prefix, *codes) in LEAGUES_MAPPING.items()
        for code in codes
    }
    rows = failed = 0
    began = time.perf_counter()
    for season, division, path in season_files(mirror):
        try:
            league, tier = places[division]
            source = FootballDataStats()
            key, url = f"{league}_{tier}_{year_of(season[2:])}", f"{address}{path}"
            payload = RawPayload(RawItem(source.name, key, url), (mirror / path).read_bytes())
            source._catalogue = [(league, tier, year_of(season[2:]), url)]
            told = source.to_snapshots([payload])
            matches = told.drop_duplicates(
                [name for name in ("date", "home_team", "away_team") if name in told]
            )
            rows += len(matches)
        except Exception:
            failed += 1
    return {"rows": rows, "failed_files": failed, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    read = {"penaltyblog": penaltyblog, "sports-betting": sports_betting}[sys.argv[1]]
    sys.stdout.write(json.dumps(read(Path(sys.argv[2]), sys.argv[3])) + "\n")
