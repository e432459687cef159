"""The whole mirror: every row is a match or in quarantine, and the counts are those its own page tells."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.season import Season
from pipeline.domain.tables import check_columns
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.coverage import coverage, coverage_totals
from pipeline.sources.football_data.leagues import extra_codes
from pipeline.sources.football_data.lines import read_sheet
from pipeline.sources.identity import PAIRING
from pipeline.sources.normalise import Normalised, normalise

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

NOW = datetime(2026, 10, 8, 12, tzinfo=UTC)
STRAY_ROW = ("T1", 2013)  # a row of nothing but `#REF!`, which the page does not count as a match

QUARANTINED = {
    ("mmz4281/0304/I2.csv", "the line holds values beyond the last column"): 4,
    ("mmz4281/0607/T1.csv", "the line holds values beyond the last column"): 1,
    ("mmz4281/1314/T1.csv", "the division can not be read"): 1,
    ("mmz4281/1415/G1.csv", "the match has no score"): 1,
    ("mmz4281/1819/G1.csv", "the match has no score"): 1,
    ("mmz4281/2526/F2.csv", "the match has no score"): 1,
    ("new/ARG.csv", "the date lies outside the season of the line"): 1,
    ("new/SWZ.csv", "the league is of no division we know"): 2,
}
"""Every row of the mirror that is no match: file and reason."""


@pytest.fixture(scope="module")
def parsed(mirror: Path) -> list[tuple[FeedFile, ParsedFile]]:
    source = source_named("football_data", seasons_from=1993)
    paths = [path.relative_to(mirror).as_posix() for path in mirror.glob("**/*.csv")]
    files = source.files([path for path in paths if not path.startswith("quirks/")])
    return [(file, source.parse(file, (mirror / file.path).read_bytes())) for file in files]


@pytest.fixture(scope="module")
def tables(parsed: list[tuple[FeedFile, ParsedFile]]) -> Normalised:
    files = [(file, each, NOW) for file, each in parsed]
    return normalise(files, divisions_of("football_data"), cut_off_at=NOW)


@pytest.fixture(scope="module")
def counts(parsed: list[tuple[FeedFile, ParsedFile]], tables: Normalised) -> pd.DataFrame:
    return coverage(parsed, tables, cut_off_at=NOW)


@pytest.fixture(scope="module")
def page(mirror: Path) -> str:
    """The page that comes with the mirror and counts its rows."""
    return (mirror.parent / "README.md").read_text(encoding="utf-8")


def told_of_main_files(page: str) -> dict[tuple[str, int], int]:
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line[:1] == "|"
    ]
    start = next(place for place, cells in enumerate(lines) if cells[:2] == ["season", "E0"])
    codes = lines[start][1:]
    seasons = [cells for cells in lines[start + 2 :] if re.fullmatch(r"\d{4}", cells[0])]
    return {
        (code, Season.from_feed_code(cells[0]).start_year): int(count)
        for cells in seasons
        for code, count in zip(codes, cells[1:], strict=True)
        if count
    }


def told_of_extra_files(page: str) -> dict[str, int]:
    found = re.findall(r"^\| ([A-Z]{3}) \| (\d+) \|", page, re.MULTILINE)
    return {code: int(count) for code, count in found}


def test_every_row_of_the_mirror_is_a_match_or_in_quarantine(counts: pd.DataFrame) -> None:
    totals = coverage_totals(counts)
    assert totals["rows_count"] == totals["matches_count"] + totals["quarantined_count"]
    assert (totals["to_come_count"], counts["lost_count"].abs().sum()) == (0, 0)


def test_the_rows_read_are_the_lines_of_the_files_that_hold_something(
    mirror: Path, parsed: list[tuple[FeedFile, ParsedFile]], counts: pd.DataFrame
) -> None:
    lines = {
        file.path: len(read_sheet("football_data", file.path, (mirror / file.path).read_bytes()).lines)
        for file, _ in parsed
        if file.kind == "results"
    }
    assert coverage_totals(counts)["rows_count"] == sum(lines.values())


def test_the_main_divisions_have_the_rows_the_page_tells(counts: pd.DataFrame, page: str) -> None:
    main = counts[~counts["division"].isin(extra_codes())]
    read = {(row["division"], row["season"]): row["rows_count"] for row in main.to_dict("records")}
    told = told_of_main_files(page)
    assert sum(told.values()) == 239_484
    differences = {
        key: (read.get(key), told.get(key)) for key in {*read, *told} if read.get(key) != told.get(key)
    }
    assert differences == {STRAY_ROW: (told[STRAY_ROW] + 1, told[STRAY_ROW])}


def test_the_extra_leagues_have_the_rows_the_page_tells(counts: pd.DataFrame, page: str) -> None:
    extra = counts[counts["division"].isin(extra_codes())]
    read = extra.groupby("division")["rows_count"].sum().to_dict()
    told = told_of_extra_files(page)
    assert len(told) == 15
    assert read == told


def test_every_quarantined_row_has_a_known_reason(
    parsed: list[tuple[FeedFile, ParsedFile]], tables: Normalised
) -> None:
    results = {file.path for file, _ in parsed if file.kind == "results"}
    rows = tables.quarantine[
        (tables.quarantine["scope"] == "row") & tables.quarantine["source_file"].isin(results)
    ]
    assert (rows["source_row"] > 1).all()
    assert rows.groupby(["source_file", "reason"]).size().to_dict() == QUARANTINED


def test_the_tables_of_the_whole_archive_keep_their_contracts(tables: Normalised) -> None:
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        check_columns(name, {str(c): str(t) for c, t in getattr(tables, name).dtypes.items()})
    assert tables.matches["match_id"].is_unique
    assert tables.matches.duplicated([*PAIRING, "kick_off_at"]).sum() == 0


def test_every_league_of_the_list_of_extra_fixtures_is_known(tables: Normalised) -> None:
    listed = tables.fixtures[tables.fixtures["source_file"] == "new_league_fixtures.csv"]
    assert len(listed) == 127
    assert listed["division"].nunique() == 15


def test_the_clubs_of_the_listed_fixtures_are_those_of_the_archive(tables: Normalised) -> None:
    listed = tables.fixtures[tables.fixtures["division"] != "BRA"]  # whose file the mirror has not
    known = {*tables.matches["home_id"], *tables.matches["away_id"]}
    assert {*listed["home_id"], *listed["away_id"]} <= known


def test_no_match_of_an_extra_league_has_an_early_price(tables: Normalised) -> None:
    extra = tables.matches.loc[tables.matches["division"].isin(extra_codes()), "match_id"]
    quotes = tables.quotes[tables.quotes["match_id"].isin(set(extra))]
    early = [name for name in quotes.columns if "_early_" in name]
    assert len(quotes) > 50_000
    assert quotes[early].notna().sum().sum() == 0
    assert quotes["avg_close_home"].notna().mean() > 0.99


@pytest.mark.parametrize("stamp", ["2018-09-08T1500Z", "2026-08-16T0836Z"])
def test_earlier_shapes_of_the_extra_files_are_read_as_well(mirror: Path, stamp: str) -> None:
    folder = mirror.parent / "football-data-snapshots" / stamp
    source = source_named("football_data")
    files = source.files([path.relative_to(folder).as_posix() for path in folder.glob("new/*.csv")])
    assert len(files) == 15
    for file in files:
        each = source.parse(file, (folder / file.path).read_bytes())
        assert each.unknown_columns == ()
        assert not [name for name in each.rows.columns if "_early_" in name]
        refused = each.quarantine[each.quarantine["scope"] == "row"]
        assert len(refused) <= (2 if file.division in ("SWZ", "ARG") else 0), file.path
