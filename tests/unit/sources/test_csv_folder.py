"""A user's folder: its division table, its columns, its file names; every fault is named."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from pipeline.domain.errors import ParseError, SettingError
from pipeline.domain.tables import columns_of
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.csv_folder.columns import columns
from pipeline.sources.csv_folder.division_table import read_division_table
from pipeline.sources.csv_folder.source import CsvFolder
from pipeline.sources.normalise import normalise

HEADER = "code,name,country,tier,time_zone,calendar,under_way_by,break_starts,break_ends\n"
KALEVA = "KAL,Kaleva Premier,Kaleva,1,Europe/Helsinki,winter,09-01,12-20,01-20\n"
SUMMER = "SOL,Liga del Sol,Sol,2,America/Lima,summer,03-01,,\n"
TABLE = (HEADER + KALEVA + SUMMER).encode()
RESULTS = FeedFile("KAL.csv", "results", "KAL", None)
FIXTURES = FeedFile("fixtures.csv", "fixtures", "", None)
RESULTS_HEADER = "date,time,home,away,home_goals,away_goals,home_price,draw_price,away_price\n"


def source(**chosen: object) -> CsvFolder:
    found = source_named("csv_folder", division_table=TABLE, **chosen)  # type: ignore[arg-type]
    assert isinstance(found, CsvFolder)
    return found


def parsed(text: str, file: FeedFile = RESULTS, header: str = RESULTS_HEADER) -> ParsedFile:
    return source().parse(file, (header + text).encode())


def test_a_division_table_is_read_with_its_calendar_and_break() -> None:
    divisions = read_division_table(TABLE)
    assert list(divisions) == ["KAL", "SOL"]
    assert divisions["KAL"].winter_break == ((12, 20), (1, 20))
    assert (divisions["SOL"].tier, divisions["SOL"].calendar, divisions["SOL"].under_way_by) == (
        2,
        "summer",
        (3, 1),
    )
    assert divisions["SOL"].winter_break is None


@pytest.mark.parametrize(
    "column", ["code", "name", "country", "tier", "time_zone", "calendar", "under_way_by"]
)
def test_a_missing_field_is_named_with_file_and_row(column: str) -> None:
    names = HEADER.strip().split(",")
    cells = KALEVA.strip().split(",")
    cells[names.index(column)] = ""
    with pytest.raises(ParseError, match=f"divisions.csv: a field is missing: row 3 column {column}"):
        read_division_table((HEADER + SUMMER + ",".join(cells) + "\n").encode())
    with pytest.raises(ParseError, match=f"the header lacks {column}"):
        read_division_table(HEADER.replace(column, "other").encode())


@pytest.mark.parametrize(
    ("good", "bad", "column"),
    [
        ("KAL,", "kal,", "code"),
        ("KAL,", "../../X,", "code"),
        ("KAL,", "INDEX,", "code"),
        ("KAL,", "SOL,", "code"),
        (",1,", ",0,", "tier"),
        (",1,", ",first,", "tier"),
        ("Europe/Helsinki", "Mars/Base", "time_zone"),
        ("Europe/Helsinki", "../../etc/passwd", "time_zone"),
        ("winter", "autumn", "calendar"),
        ("09-01", "13-01", "under_way_by"),
        ("09-01", "02-29", "under_way_by"),
        ("09-01", "1 September", "under_way_by"),
        ("12-20", "", "break_starts"),
        ("01-20", "01-32", "break_ends"),
    ],
)
def test_a_field_that_can_not_be_used_is_named(good: str, bad: str, column: str) -> None:
    with pytest.raises(ParseError, match=rf"divisions\.csv: .* row 3 column {column}"):
        read_division_table((HEADER + SUMMER + KALEVA.replace(good, bad, 1)).encode())


def test_two_divisions_of_one_name_and_an_empty_table_are_refused() -> None:
    twice = HEADER + KALEVA + KALEVA.replace("KAL,", "KAM,")
    with pytest.raises(ParseError, match="one name: row 3"):
        read_division_table(twice.encode())
    with pytest.raises(ParseError, match="no division"):
        read_division_table(HEADER.encode())


def with_rules(**cells: str) -> bytes:
    names, values = ",".join(cells), ",".join(cells.values())
    return f"{HEADER.strip()},{names}\n{KALEVA.strip()},{values}\n".encode()


def test_rules_of_a_division_are_read_where_they_are_told_and_ordinary_else() -> None:
    kaleva = read_division_table(
        with_rules(
            clubs="12",
            season_format="three_rounds_then_halves",
            tie_breaks="wins goals_for",
            deductions="2025:Otava Town:3:late: twice; 2024:Ilves:1:a pitch",
            places="1:title;-2 -1:relegated",
        )
    )["KAL"]
    assert (kaleva.rules.matches_count, kaleva.rules.tie_breaks) == (228, ("wins", "goals_for"))
    assert [(each.club, each.points, each.reason) for each in kaleva.deductions][1] == ("Ilves", 1, "a pitch")
    assert [kaleva.place_of(2025, position, 12) for position in (1, 11)] == ["title", "relegated"]
    assert kaleva.deductions[1].is_known(date(2024, 8, 1), 2024)
    plain = read_division_table(TABLE)["KAL"]
    assert (plain.rules.clubs, plain.rules.tie_breaks) == (None, ("goal_difference", "goals_for"))
    assert not plain.deductions


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("clubs", "many"),
        ("season_format", "cup"),
        ("tie_breaks", "luck"),
        ("deductions", "2025:Otava:3"),
        ("deductions", "2025:Otava::late"),
        ("places", "1"),
        ("places", "1 2 3:title"),
        ("deductions", "2025:Otava:many:late"),
    ],
)
def test_a_rule_that_can_not_be_used_is_named(column: str, value: str) -> None:
    with pytest.raises(ParseError, match=r"divisions\.csv: .* row 2 column"):
        read_division_table(with_rules(**{column: value}))


def test_wanted_divisions_and_seasons_narrow_the_files() -> None:
    links = ["SOL.csv", "fixtures.csv", "KAL-2014.csv", "KAL-2025.csv", "KAL-2024.csv", "KAL.csv"]
    assert [file.path for file in source().files(links)] == [
        *("KAL.csv", "SOL.csv", "KAL-2024.csv", "KAL-2025.csv", "fixtures.csv"),
    ]
    assert [file.path for file in source(divisions=["SOL"]).files(links)] == ["SOL.csv", "fixtures.csv"]
    with pytest.raises(SettingError, match="csv_folder has KAL, SOL"):
        source(divisions=["E0"])


@pytest.mark.parametrize("path", ["XXX.csv", "kal.csv", "KAL-24.csv", "KAL.CSV", "KAL-2024-25.csv"])
def test_a_file_of_no_division_is_refused_as_a_whole_with_an_entry(path: str) -> None:
    (file,) = source().files([path])
    refusal = source().parse(file, b"date\n")
    assert refusal.rows.empty
    assert refusal.quarantine[["source_file", "source_row", "scope"]].values.tolist() == [[path, 0, "file"]]


def test_a_result_is_read_with_its_prices_and_statistics_on_the_clock_of_its_division() -> None:
    header = RESULTS_HEADER.strip() + ",Home_Shots,closing_draw_price\n"
    row = parsed("2026-04-18,18:30,Ilves  Harbour,Otava Town,2,1,1.85,3.60,4.30,11,3.5\n", header=header).rows
    assert row["kick_off_at"][0] == pd.Timestamp(
        "2026-04-18T15:30Z"
    )  # Helsinki is three hours ahead in April
    kept = row[["season", "home", "away", "kick_off_precision", "home_goals", "avg_early_home", "home_shots"]]
    assert kept.values.tolist() == [[2025, "Ilves Harbour", "Otava Town", "minute", 2.0, 1.85, 11.0]]
    assert row["avg_close_draw"][0] == 3.5


def test_both_forms_of_date_are_read_and_an_unknown_time_is_a_day() -> None:
    rows = parsed("19/04/2026,,Susi,Peura,1,3,,,\n2026-04-19,,Karhu,Repo,1,3,,,\n").rows
    assert rows["kick_off_at"].to_list() == [pd.Timestamp("2026-04-19T00:00Z")] * 2
    assert rows["kick_off_precision"].to_list() == ["day", "day"]


def test_each_line_of_the_fixtures_is_on_its_own_clock_and_in_its_own_calendar() -> None:
    text = "KAL,2026-04-25,18:30,A,B\nSOL,2026-04-25,18:30,C,D\nKAL,2026-04-25,20:00,E,F\n"
    rows = parsed(text, FIXTURES, "division,date,time,home,away\n").rows
    assert rows["kick_off_at"].dt.strftime("%H:%M").to_list() == ["15:30", "23:30", "17:00"]
    assert rows["season"].to_list() == [2025, 2026, 2025]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("31/02/2026,,A,B,1,0,,,", "date", "the date can not be read"),
        ("04-18-2026,,A,B,1,0,,,", "date", "the date can not be read"),
        ("0026-04-18,,A,B,1,0,,,", "date", "the date can not be read"),
        ("2026-04-18,,,B,1,0,,,", "home", "the home club is missing"),
        ("2026-04-18,,A,,1,0,,,", "away", "the away club is missing"),
        ("2026-04-18,,A,A,1,0,,,", "away", "the two clubs are the same"),
        ("2026-04-18,,A,B,1,0,2,3,4,5", "", "the line holds values beyond the last column"),
    ],
)
def test_a_line_whose_match_is_unclear_is_set_aside_with_its_place(
    line: str, column: str, reason: str
) -> None:
    answer = parsed(f"2026-04-17,,C,D,1,0,,,\n{line}\n")
    assert answer.rows["home"].to_list() == ["C"]
    entry = answer.quarantine.iloc[0]
    assert (entry["source_row"], entry["column"], entry["reason"], entry["scope"]) == (
        3,
        column,
        reason,
        "row",
    )


@pytest.mark.parametrize(
    ("line", "value", "named"),
    [
        ("2026-04-18,7pm,A,B,1,0,,,", "7pm", "time"),
        ("2026-04-18,,A,B,1.5,0,,,", "1.5", "home_goals"),
        ("2026-04-18,,A,B,1,0,0.9,3,4", "0.9", "home_price"),
    ],
)
def test_a_cell_that_can_not_be_read_is_missing_with_an_entry(line: str, value: str, named: str) -> None:
    answer = parsed(line)
    assert len(answer.rows) == 1
    entry = answer.quarantine.iloc[0]
    assert (entry["value"], entry["scope"], entry["source_row"]) == (value, "cell", 2)
    assert f"(column {named})" in entry["reason"]


def test_a_date_outside_the_season_of_the_file_and_another_division_are_set_aside() -> None:
    file = FeedFile("KAL-2024.csv", "results", "KAL", 2024)
    text = "KAL,2026-04-18,A,B,1,0\nSOL,2025-04-18,A,B,1,0\nKAL,2025-04-18,A,B,1,0\n"
    answer = parsed(text, file, "division,date,home,away,home_goals,away_goals\n")
    assert answer.rows["season"].to_list() == [2024]
    assert answer.quarantine["column"].to_list() == ["date", "division"]
    unknown = parsed("ZZ,2026-04-18,A,B\n", FIXTURES, "division,date,home,away\n")
    assert unknown.quarantine["reason"].to_list() == ["no such division"]


def test_a_file_without_a_required_column_is_refused_naming_it_and_the_header() -> None:
    with pytest.raises(
        ParseError, match=r"KAL\.csv: the header lacks away_goals: row 1 value 'date,home,away"
    ):
        parsed("2026-04-18,A,B,1\n", header="date,home,away,home_goals\n")
    with pytest.raises(ParseError, match="lacks division"):
        parsed("2026-04-18,A,B\n", FIXTURES, "date,home,away\n")


def test_a_column_without_a_meaning_is_told_and_so_is_a_doubled_one() -> None:
    answer = parsed("2026-04-18,A,B,1,0,x,9\n", header="date,home,away,home_goals,away_goals,weather,home\n")
    assert answer.quarantine[["source_row", "column"]].values.tolist() == [[1, "weather"], [1, "home"]]
    assert answer.rows["home"].to_list() == ["A"]
    late = parsed("KAL,2026-04-18,A,B,1\n", FIXTURES, "division,date,home,away,home_goals\n")
    assert late.quarantine["column"].to_list() == ["home_goals"]


def test_results_before_the_first_wanted_season_are_passed_over() -> None:
    body = (RESULTS_HEADER + "2014-05-01,,A,B,1,0,,,\n2026-04-18,,A,B,1,0,,,\n").encode()
    assert source(seasons_from=2015).parse(RESULTS, body).rows["season"].to_list() == [2025]


def test_lines_without_goals_are_fixtures_and_everything_keeps_the_contract_of_the_tables() -> None:
    cut_off_at = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
    refusal = source().parse(FeedFile("odd.csv", "results", "", None), b"x\n")
    text = "2026-04-18,18:30,<script>,=cmd(),2,1,1.85,3.60,4.30\n2026-04-25,18:30,../../x,<script>,,,2,3,4\n"
    files = [
        (RESULTS, parsed(text), cut_off_at),
        (FeedFile("odd.csv", "results", "", None), refusal, cut_off_at),
    ]
    tables = normalise(files, source().divisions, cut_off_at=cut_off_at)
    assert tables.matches["home"].to_list() == ["<script>"]
    assert tables.fixtures["home"].to_list() == ["../../x"]
    assert tables.fixtures["match_id"].str.fullmatch("[A-Za-z0-9-]+").all()
    assert tables.quarantine["source_file"].to_list() == ["odd.csv"]
    assert len(tables.quotes) == 2


def test_the_documented_columns_are_those_of_the_tables() -> None:
    statistics = {
        column.name for column in columns_of("matches") if column.unit in {"shots", "corners", "cards"}
    }
    fields = [row["field"] for row in columns()]
    assert statistics <= set(fields)
    assert len(fields) == len(set(fields)) == len({row["column"] for row in columns()})
    assert all(row["meaning"] for row in columns())
