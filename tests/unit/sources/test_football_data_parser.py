"""Whole files: rows, quarantine and refusals, on small invented samples with the real feed's defects."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.domain.errors import ParseError
from pipeline.domain.tables import check_columns
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named

SAMPLES = Path(__file__).parents[2] / "samples" / "football_data"
E1 = FeedFile("mmz4281/2526/E1.csv", "results", "E1", 2025)
E1_2015 = FeedFile("mmz4281/1516/E1.csv", "results", "E1", 2015)
FIXTURES = FeedFile("fixtures.csv", "fixtures", "", None)
HEADER = b"Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR,AvgH,AvgD,AvgA\r\n"


def parsed(file: FeedFile, body: bytes) -> ParsedFile:
    return source_named("football_data").parse(file, body)


def sample(file: FeedFile, name: str) -> ParsedFile:
    return parsed(file, (SAMPLES / name).read_bytes())


@pytest.fixture(scope="module")
def clean() -> ParsedFile:
    return sample(E1, "E1_2025.csv")


@pytest.fixture(scope="module")
def flawed() -> ParsedFile:
    return sample(E1_2015, "E1_2015_defects.csv")


@pytest.fixture(scope="module")
def listed() -> ParsedFile:
    return sample(FIXTURES, "fixtures.csv")


def entries(quarantine: pd.DataFrame, line: int) -> list[tuple[str, str, str]]:
    rows = quarantine[quarantine["source_row"] == line]
    return list(zip(rows["scope"], rows["column"], rows["value"], strict=True))


def test_a_clean_file_gives_its_matches_and_no_quarantine(clean: ParsedFile) -> None:
    assert clean.rows["home"].tolist() == ["Alderby", "Colnby", "Brackwell"]
    assert clean.rows["source_row"].tolist() == [2, 3, 4]
    assert (len(clean.quarantine), clean.unknown_columns) == (0, ())


def test_a_match_has_its_goals_statistics_and_prices(clean: ParsedFile) -> None:
    match = clean.rows.iloc[1]
    assert (match["home_goals"], match["away_goals"], match["half_time_away_goals"]) == (0, 3, 1)
    assert (match["home_shots"], match["away_shots_on_target"], match["home_red_cards"]) == (5, 8, 1)
    assert match["away_corners"] == 7
    assert (match["avg_early_home"], match["b365_close_away"]) == (3.05, 2.2)


def test_kick_off_is_read_on_the_uk_clock(clean: ParsedFile) -> None:
    assert clean.rows["kick_off_at"].iloc[0] == pd.Timestamp("2025-08-08T19:00Z")
    assert set(clean.rows["kick_off_precision"]) == {"minute"}


def test_the_quarantine_is_the_table_of_that_name(flawed: ParsedFile, clean: ParsedFile) -> None:
    for file in (flawed, clean):
        check_columns("quarantine", {str(name): str(kind) for name, kind in file.quarantine.dtypes.items()})


def test_lines_that_name_no_match_are_quarantined_with_a_reason(flawed: ParsedFile) -> None:
    rows = flawed.quarantine[flawed.quarantine["scope"] == "row"]
    assert dict(zip(rows["source_row"], rows["reason"], strict=True)) == {
        5: "the date can not be read",
        6: "the date lies outside the season of the file",
        7: "the home club is missing",
        8: "the two clubs are the same",
        9: "the division can not be read",
        11: "the line holds values beyond the last column",
        13: "the last line is not finished",
    }


def test_every_line_that_holds_something_is_a_row_or_in_quarantine(flawed: ParsedFile) -> None:
    refused = flawed.quarantine.loc[flawed.quarantine["scope"] == "row", "source_row"]
    assert sorted([*flawed.rows["source_row"], *refused]) == [*range(2, 12), 13]


def test_a_cell_that_can_not_be_used_is_missing_and_named(flawed: ParsedFile) -> None:
    assert entries(flawed.quarantine, 3) == [
        ("cell", "home_shots", "x"),
        ("cell", "away_shots", "-3"),
        ("cell", "avg_early_home", "#"),
        ("cell", "avg_early_draw", "-"),
        ("cell", "avg_early_away", "1"),
    ]
    match = flawed.rows.set_index("source_row").loc[3]
    assert match[["home_shots", "avg_early_home", "avg_early_draw", "avg_early_away"]].isna().all()
    assert (match["home_goals"], match["wh_early_home"]) == (2, 2.5)


def test_a_price_of_zero_is_a_defect_of_its_cell(flawed: ParsedFile) -> None:
    assert entries(flawed.quarantine, 2) == [("cell", "wh_early_home", "0")]


def test_club_names_lose_stray_blanks_and_keep_their_letters(flawed: ParsedFile) -> None:
    assert flawed.rows["home"].tolist()[:2] == ["Alderby", "King’s Colnby"]


def test_a_line_with_blank_cells_beyond_the_header_is_used(flawed: ParsedFile) -> None:
    match = flawed.rows.set_index("source_row").loc[10]
    assert (match["home"], match["away_shots"], match["wh_early_away"]) == ("Farrow", 9, 4)


def test_a_row_without_a_score_keeps_its_goals_missing(flawed: ParsedFile) -> None:
    assert flawed.rows.set_index("source_row").loc[4, ["home_goals", "away_goals"]].isna().all()


def test_unknown_columns_are_listed_once(flawed: ParsedFile) -> None:
    assert flawed.unknown_columns == ("LB", "Weather")


def test_the_greek_header_names_clubs_otherwise() -> None:
    file = sample(FeedFile("mmz4281/0304/G1.csv", "results", "G1", 2003), "G1_2003.csv")
    assert file.rows[["home", "away"]].iloc[0].tolist() == ["Nauplia", "Argos City"]
    assert file.rows["kick_off_precision"].tolist() == ["day"]
    assert file.rows["vc_early_home"].tolist() == [1.9]


def test_another_division_refuses_the_whole_file() -> None:
    with pytest.raises(ParseError, match="holds division EC, not E1"):
        parsed(E1, HEADER + b"EC,09/08/2025,Alderby,Brackwell,1,0,H,2,3,4\r\n")


def test_a_division_cut_off_in_the_last_line_does_not_refuse_the_file() -> None:
    file = parsed(E1, HEADER + b"E1,09/08/2025,Alderby,Brackwell,1,0,H,2,3,4\r\nE")
    assert (len(file.rows), len(file.quarantine)) == (1, 1)


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(ParseError, match="no column HomeTeam, FTHG"):
        parsed(E1, b"Div,Date,Host,AwayTeam,HG,FTAG\r\nE1,09/08/2025,Alderby,Brackwell,1,0\r\n")


def test_a_file_of_a_header_alone_has_no_rows_but_all_columns(clean: ParsedFile) -> None:
    file = parsed(E1, (SAMPLES / "E1_2025.csv").read_bytes().splitlines(keepends=True)[0])
    assert len(file.rows) == 0
    assert file.rows.dtypes.to_dict() == clean.rows.dtypes.to_dict()


def test_another_spelling_of_a_club_becomes_the_one_in_use() -> None:
    body = b"Div,Date,HomeTeam,AwayTeam\r\nE2,20/08/2026,Sheffield Wed,Bradford City\r\n"
    assert parsed(FIXTURES, body).rows[["home", "away"]].iloc[0].tolist() == ["Sheffield Weds", "Bradford"]


def test_an_alias_of_one_country_leaves_the_others_alone() -> None:
    body = b"Div,Date,HomeTeam,AwayTeam\r\nD1,20/08/2026,Sheffield Wed,Bradford City\r\n"
    assert parsed(FIXTURES, body).rows["home"].tolist() == ["Sheffield Wed"]


def test_hostile_text_is_kept_as_text() -> None:
    name = b"=cmd()<script>../../x"
    body = HEADER + b"E1,09/08/2025," + name + b",Brackwell,1,0,H,2,3,4\r\n"
    assert parsed(E1, body).rows["home"].tolist() == [name.decode()]


def test_a_long_value_is_cut_in_the_quarantine() -> None:
    body = HEADER + b"E1,09/08/2025,Alderby,Brackwell,1,0,H," + b"9x" * 300 + b",3,4\r\n"
    assert parsed(E1, body).quarantine["value"].str.len().tolist() == [200]


def test_fixtures_of_divisions_nobody_asked_for_are_passed_over(listed: ParsedFile) -> None:
    assert listed.rows["source_row"].tolist() == [2, 4, 6]
    assert len(listed.quarantine) == 0


def test_the_season_of_a_fixture_comes_from_its_date(listed: ParsedFile) -> None:
    assert listed.rows["season"].tolist() == [2025, 2025, 2015]


def test_a_fixture_has_no_closing_price_and_no_goals(listed: ParsedFile) -> None:
    assert not [name for name in listed.rows.columns if "_close_" in name]
    assert listed.rows["home_goals"].isna().all()


def test_a_fixture_without_a_time_is_exact_to_the_day_only(listed: ParsedFile) -> None:
    assert listed.rows["kick_off_precision"].tolist() == ["minute", "day", "minute"]
    assert listed.rows["kick_off_at"].iloc[1] == pd.Timestamp("2026-04-25T00:00Z")


def test_a_time_that_can_not_be_read_is_a_defect_of_its_cell() -> None:
    body = b"Div,Date,Time,HomeTeam,AwayTeam\r\nE1,20/08/2026,late,Alderby,Brackwell\r\n"
    file = parsed(FIXTURES, body)
    assert entries(file.quarantine, 2) == [("cell", "kick_off_at", "late")]
    assert file.rows["kick_off_precision"].tolist() == ["day"]


def test_a_summer_league_of_the_embedded_world_has_seasons_of_one_year() -> None:
    body = b"Div,Date,HomeTeam,AwayTeam\r\nDO1,20/04/2026,Skarvik,Tindby\r\nAR1,20/04/2026,Ald,Brack\r\n"
    rows = source_named("embedded").parse(FIXTURES, body).rows
    assert rows["season"].tolist() == [2026, 2025]
