"""Which league and which club a name of the line means: two tables, and a user's own that win over them.

`leagues.csv` has one row a name of a segment, with our division; `clubs.csv` one row a country and name, with
the club as we spell it. Names stand in Russian and in English. Nothing is guessed: a name that is in no table
and is not our own spelling stays as it is, and is refused later where no club has it.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from pipeline.domain.errors import ParseError
from pipeline.sources.fonbet.hosts import SOURCE

LEAGUES, CLUBS = "leagues.csv", "clubs.csv"
_HEADS = {LEAGUES: ("segment", "division"), CLUBS: ("country", "name", "club")}
_SPORT_WORDS = ("футбол", "football", "soccer")
_SEASON = re.compile(r"(?:(?:сезон|season) )?(?:20)?\d\d(?:[/-](?:20)?\d\d)?")


@dataclass(frozen=True)
class Names:
    """Divisions by the name of a segment, clubs by country and name. mark: equal marks hold equal names."""

    divisions: Mapping[str, str] = field(repr=False)
    clubs: Mapping[tuple[str, str], str] = field(repr=False)
    mark: str

    def division_of(self, league: str) -> str:
        """Return the division that a segment's name means, empty for none."""
        return self.divisions.get(spelled(league), "")

    def is_part_of_league(self, league: str) -> bool:
        """Tell whether a name begins with a league's and goes on: a special, a stage, a reserve league."""
        words = spelled(league).split(". ")
        return any(". ".join(words[:count]) in self.divisions for count in range(1, len(words)))

    def club_of(self, country: str, name: str) -> str:
        """Return our spelling of a club's name, or the name itself where no table has it."""
        return self.clubs.get((country, " ".join(name.split())), " ".join(name.split()))


def spelled(league: str) -> str:
    """Return the name of a segment in small letters, without the sport before it and the season after it.

    Doubled blanks go too, and `ё` is `е`. Nothing else does: another word makes another league.

    >>> spelled("Футбол. Россия.  Премьер-Лига"), spelled("Англия. Премьер-лига. Сезон 25/26")
    ('россия. премьер-лига', 'англия. премьер-лига')
    """
    folded = league.lower().replace("ё", "е").rstrip(". ")
    parts = [" ".join(part.split()) for part in folded.split(". ")]
    parts = parts[1:] if parts[0] in _SPORT_WORDS else parts
    return ". ".join(parts[:-1] if len(parts) > 1 and _SEASON.fullmatch(parts[-1]) else parts)


def read_names(own: Mapping[str, bytes] | None = None) -> Names:
    """Return the names we know, and a user's own tables before them.

    own: bytes by the name of a table, either may be missing. Raises ParseError where a table of the user's
    has not the columns of ours or a row is empty in one.
    """
    tables = dict(_known())
    for name, body in (own or {}).items():
        tables[name] = [*tables[name], *_rows(name, body)]
    divisions = {spelled(row["segment"]): row["division"] for row in tables[LEAGUES]}
    clubs = {(row["country"], " ".join(row["name"].split())): row["club"] for row in tables[CLUBS]}
    mark = hashlib.sha256(repr((sorted(divisions.items()), sorted(clubs.items()))).encode()).hexdigest()[:16]
    return Names(divisions, clubs, mark)


@cache
def _known() -> dict[str, list[dict[str, str]]]:
    folder = files("pipeline.sources.fonbet")
    return {name: _rows(name, folder.joinpath(name).read_bytes()) for name in _HEADS}


def _rows(name: str, body: bytes) -> list[dict[str, str]]:
    """Return the rows of a table. Raises ParseError naming the row that can not be used."""
    try:
        rows = list(csv.DictReader(body.decode("utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ParseError(SOURCE, name, "can not be read as a table in UTF-8") from error
    for number, row in enumerate(rows, 2):
        for column in _HEADS[name]:
            if not (row.get(column) or "").strip():
                raise ParseError(SOURCE, name, "a field is missing:", row=number, column=column)
    return [{column: row[column].strip() for column in _HEADS[name]} for row in rows]
