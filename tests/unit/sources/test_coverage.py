"""Every row of the results files is counted once: match, to come, or quarantine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd

from pipeline.domain.divisions import divisions_of
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.coverage import COUNTS, coverage, coverage_totals
from pipeline.sources.normalise import Normalised, normalise

E1 = FeedFile("mmz4281/2526/E1.csv", "results", "E1", 2025)
SWZ = FeedFile("new/SWZ.csv", "results", "SWZ", None)
FIXTURES = FeedFile("fixtures.csv", "fixtures", "", None)
CUT = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
MAIN = """Div,Date,HomeTeam,AwayTeam,FTHG,FTAG
E1,18/04/2026,Alderby,Brackwell,1,0
,,,,,
E1,18/04/2026,Colnby,Dunmoor,,
E1,19/04/2026,,Dunmoor,1,1
#REF!
E1,25/04/2026,Brackwell,Alderby,1,0
E1,30/05/2026,Dunmoor,Colnby,2,0
"""
EXTRA = """Country,League,Season,Date,Home,Away,HG,AG
Switzerland,Super League,2019/2020,10/08/2019,Aarau,Bulle,1,0
Switzerland,Second League,2019/2020,12/08/2019,Aarau,Bulle,1,0
Switzerland,Super League,2020/2021,10/08/2020,Aarau,Bulle,1,0
Switzerland,Super League,2020/2021,11/08/2020,Chur,Bulle,1,0
"""


def read(file: FeedFile, text: str) -> tuple[FeedFile, ParsedFile]:
    return file, source_named("football_data").parse(file, text.encode())


def tables_of(*parsed: tuple[FeedFile, ParsedFile]) -> Normalised:
    return normalise(
        [(file, each, CUT) for file, each in parsed], divisions_of("football_data"), cut_off_at=CUT
    )


def counted(*parsed: tuple[FeedFile, ParsedFile]) -> dict[tuple[str, int], list[int]]:
    counts = coverage(parsed, tables_of(*parsed), cut_off_at=CUT)
    rows = counts.to_dict("records")
    return {(row["division"], row["season"]): [row[name] for name in COUNTS] for row in rows}


def test_matches_rows_to_come_and_quarantine_add_up_to_the_rows_read() -> None:
    assert counted(read(E1, MAIN)) == {("E1", 2025): [6, 1, 2, 3, 0]}


def test_a_refused_row_of_a_file_of_many_seasons_counts_in_the_season_around_it() -> None:
    assert counted(read(SWZ, EXTRA)) == {("SWZ", 2019): [2, 1, 0, 1, 0], ("SWZ", 2020): [2, 2, 0, 0, 0]}


def test_lists_of_fixtures_are_not_counted() -> None:
    listing = read(FIXTURES, "Div,Date,HomeTeam,AwayTeam\nE1,25/04/2026,Brackwell,Alderby\n")
    assert counted(read(E1, MAIN), listing) == {("E1", 2025): [6, 1, 2, 3, 0]}


def test_a_match_that_got_lost_on_the_way_shows() -> None:
    parsed = read(E1, MAIN)
    tables = tables_of(parsed)
    poorer = replace(tables, matches=tables.matches.iloc[:0])
    assert coverage([parsed], poorer, cut_off_at=CUT)["lost_count"].tolist() == [1]


def test_a_row_that_is_a_match_and_in_quarantine_shows() -> None:
    parsed = read(E1, MAIN)
    tables = tables_of(parsed)
    entry = tables.quarantine.iloc[[0]].assign(source_row=2, scope="row")
    doubled = replace(tables, quarantine=pd.concat([tables.quarantine, entry]))
    assert coverage([parsed], doubled, cut_off_at=CUT)["lost_count"].tolist() == [-1]


def test_no_files_have_no_counts() -> None:
    assert counted() == {}


def test_totals_are_sums_over_all_seasons() -> None:
    parsed = [read(E1, MAIN), read(SWZ, EXTRA)]
    totals = coverage_totals(coverage(parsed, tables_of(*parsed), cut_off_at=CUT))
    assert list(totals.values()) == [10, 4, 2, 4, 0]


def test_a_file_of_which_nothing_could_be_used_counts_nothing() -> None:
    refused = ParsedFile(pd.DataFrame(), tables_of().quarantine)
    assert counted(read(E1, MAIN), (FeedFile("Other.csv", "results", "", None), refused)) == {
        ("E1", 2025): [6, 1, 2, 3, 0]
    }
