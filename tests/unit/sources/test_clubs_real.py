"""Corrections, aliases and names that look alike, against all seasons of the real feed's mirror."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.sources.base import FeedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.club_report import unexplained_pairs
from pipeline.sources.clubs import aliases, aliases_of, distinct_clubs, likeness
from pipeline.sources.football_data.cells import date_of
from pipeline.sources.football_data.columns import read_header
from pipeline.sources.football_data.corrections import corrections
from pipeline.sources.football_data.lines import read_sheet

pytestmark = pytest.mark.real

DIVISIONS = divisions_of("football_data")
NO_SEASON = -1


def results_files(mirror: Path) -> tuple[FeedFile, ...]:
    links = [path.relative_to(mirror).as_posix() for path in mirror.glob("mmz4281/*/*.csv")]
    return source_named("football_data", seasons_from=1993).files(links)


def named(path: Path, season: int) -> Iterator[tuple[str, int, date | None, str, bool]]:
    """Yield country, season, day, name and whether played, once for each club of each line of a file."""
    sheet = read_sheet("football_data", path.name, path.read_bytes())
    places = read_header(sheet.names).positions
    is_extra = "Country" in sheet.names
    sides = (
        [sheet.names.index(name) for name in ("Home", "Away")]
        if is_extra
        else [places["home"], places["away"]]
    )
    for line in sheet.lines:
        cells = [cell.strip() for cell in line.cells] + [""] * (len(sheet.names) - len(line.cells))
        division = None if is_extra else DIVISIONS.get(cells[places["division"]])
        country = cells[sheet.names.index("Country")] if is_extra else division.country if division else ""
        year = int(cells[sheet.names.index("Season")][:4]) if "Season" in sheet.names else season
        for side in sides if country else ():
            yield (
                country,
                year,
                date_of(cells[places["date"]]),
                " ".join(cells[side].split()),
                year != NO_SEASON,
            )


@pytest.fixture(scope="module")
def spelled(mirror: Path) -> pd.DataFrame:
    """Every name as the feed spells it, in the results of all seasons and in every list of fixtures kept."""
    listings = [
        path for path in mirror.parent.glob("football-data*/**/*fixtures.csv") if "quirks" not in path.parts
    ]
    seasonal = [(mirror / file.path, file.season or 0) for file in results_files(mirror)]
    whole = [(path, NO_SEASON) for path in sorted([*listings, *mirror.glob("new/*.csv")])]
    rows = [row for path, season in [*whole, *seasonal] for row in named(path, season)]
    return pd.DataFrame(rows, columns=["country", "season", "day", "club", "is_played"])


@pytest.fixture(scope="module")
def seen(spelled: pd.DataFrame) -> pd.DataFrame:
    """The same with the one name of each club."""
    names = zip(spelled["country"], spelled["club"], strict=True)
    return spelled.assign(
        club=[aliases_of("football_data", country).get(name, name) for country, name in names]
    )


def test_every_correction_is_still_needed_and_is_told(mirror: Path) -> None:
    wanted = Counter(row.file for row in corrections())
    files = {file.path: file for file in results_files(mirror)}
    for path, count in wanted.items():
        parsed = source_named("football_data").parse(files[path], (mirror / path).read_bytes())
        corrected = parsed.quarantine["reason"].str.startswith("corrected to ")
        assert corrected.sum() == count, path


def test_no_names_of_a_country_look_alike_without_an_explanation(seen: pd.DataFrame) -> None:
    countries = sorted(seen["country"].unique())
    assert len(countries) >= 26
    found = {country: unexplained_pairs(seen, country) for country in countries}
    assert {country: pairs for country, pairs in found.items() if pairs} == {}


def test_every_alias_is_a_name_of_the_feed_and_never_plays_when_its_club_does(
    spelled: pd.DataFrame,
) -> None:
    played = spelled[spelled["is_played"]].groupby(["country", "club"])["day"].agg(set)
    names = set(zip(spelled["country"], spelled["club"], strict=True))
    for row in aliases():
        assert (row.country, row.alias) in names, row
        assert not played.get((row.country, row.alias), set()) & played[row.country, row.club], row


def test_the_name_we_use_is_the_one_of_the_clubs_latest_results(spelled: pd.DataFrame) -> None:
    last = spelled[spelled["is_played"]].groupby(["country", "club"])["season"].max()
    for row in aliases():
        assert last[row.country, row.club] >= last.get((row.country, row.alias), NO_SEASON), row


def test_two_spellings_in_one_season_add_up_to_a_full_round(spelled: pd.DataFrame) -> None:
    played = spelled[spelled["is_played"]].groupby(["club", "season"]).size()
    assert played["Raith", 2004] + played["Raith Rvs", 2004] == played["St Mirren", 2004] == 36
    assert played["St. Pauli", 2008] + played["St Pauli", 2008] == played["Mainz", 2008] == 34


def test_two_clubs_of_one_town_in_one_season_stay_two(seen: pd.DataFrame) -> None:
    """Universidad de Las Palmas played in the Segunda while UD Las Palmas played in La Liga, in 2000/01."""
    played = seen[seen["is_played"]].groupby(["club", "season"]).size()
    assert (played["U.Las Palmas", 2000], played["Las Palmas", 2000]) == (42, 38)


def test_every_pair_declared_two_clubs_does_look_alike_in_the_feed(seen: pd.DataFrame) -> None:
    for country, rows in seen.groupby("country"):
        names = set(rows["club"])
        for pair in distinct_clubs(str(country)):
            assert pair <= names, pair
            assert likeness(*sorted(pair)) >= 0.8, pair
