"""The extra leagues: their columns, seasons, leagues and prices, on small invented samples."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.football_data.leagues import extra_codes, leagues
from pipeline.sources.normalise import normalise

ARG = FeedFile("new/ARG.csv", "results", "ARG", None)
JPN = FeedFile("new/JPN.csv", "results", "JPN", None)
SWZ = FeedFile("new/SWZ.csv", "results", "SWZ", None)
RUS = FeedFile("new/RUS.csv", "results", "RUS", None)
LISTED = FeedFile("new_league_fixtures.csv", "fixtures", "", None)
NAMES = "Country,League,Season,Date,Time,Home,Away,HG,AG,Res"
CLOSING = "PSCH,PSCD,PSCA,MaxCH,MaxCD,MaxCA,AvgCH,AvgCD,AvgCA"
OLD = "PH,PD,PA,MaxH,MaxD,MaxA,AvgH,AvgD,AvgA"
PRICES = "2,3.3,3.6,2.1,3.4,3.7,1.9,3.2,3.5"
SAMPLES = Path(__file__).parents[2] / "samples" / "football_data"
CUT = datetime(2026, 10, 8, 12, tzinfo=UTC)


def parsed(file: FeedFile, *lines: str, prices: str = CLOSING) -> ParsedFile:
    """Read lines such as `Japan,J1 League,2019,02/03/2019,05:00,Aoba,Midori,1,0,H`; prices are added."""
    text = "".join(f"{line},{PRICES}\r\n" for line in lines)
    return source_named("football_data").parse(file, f"\ufeff{NAMES},{prices}\r\n{text}".encode())


def listed(*lines: str) -> ParsedFile:
    """Read lines of fixtures such as `Japan,J1 League,10/10/2026,06:00,Aoba,Midori`; prices are added."""
    names = "Country,League,Date,Time,Home,Away,PSH,PSD,PSA,MaxH,MaxD,MaxA,AvgH,AvgD,AvgA"
    text = "".join(f"{line},{PRICES}\r\n" for line in lines)
    return source_named("football_data").parse(LISTED, f"{names}\r\n{text}".encode())


def told(file: ParsedFile) -> list[tuple[int, str, str, str]]:
    rows = file.quarantine
    return list(zip(rows["source_row"], rows["column"], rows["value"], rows["reason"], strict=True))


def test_a_line_is_a_match_with_closing_prices_and_no_early_ones() -> None:
    file = parsed(ARG, "Argentina,Liga Profesional ,2021,16/07/2021,23:00,Alba,Bermejo,1,2,A")
    match = file.rows.iloc[0]
    assert (match["division"], match["season"], match["home"], match["away"]) == (
        "ARG",
        2021,
        "Alba",
        "Bermejo",
    )
    assert (match["home_goals"], match["away_goals"], match["full_time_result"]) == (1, 2, "A")
    assert (match["ps_close_home"], match["max_close_draw"], match["avg_close_away"]) == (2, 3.4, 3.5)
    assert not [name for name in file.rows.columns if "_early_" in name]
    assert len(file.quarantine) == 0


def test_a_file_with_all_its_defects_is_read_line_by_line() -> None:
    """A byte order mark, stray blanks, a misspelt header, a season in two forms, a price of zero."""
    file = source_named("football_data").parse(JPN, (SAMPLES / "JPN.csv").read_bytes())
    assert file.rows["season"].tolist() == [2024, 2024, 2025, 2026, 2026]
    assert file.rows["home"].tolist() == ["Aoba", "Midori", "Sora", "Aoba", "Sora"]
    assert file.rows["b365_close_away"].dropna().tolist() == [4.3]
    assert told(file) == [(6, "b365_close_away", "0", "a price is a number above 1")]


def test_kick_off_is_on_the_uk_clock_whatever_the_country() -> None:
    file = parsed(JPN, "Japan,J1 League,2019,02/03/2019,05:00,Aoba,Midori,1,0,H")
    assert file.rows["kick_off_at"].tolist() == [pd.Timestamp("2019-03-02T05:00Z")]
    assert file.rows["kick_off_precision"].tolist() == ["minute"]


def test_the_prices_of_files_before_2021_are_closing_ones_under_other_names() -> None:
    file = parsed(RUS, "Russia,Premier League,2012/2013,20/07/12,16:00,Adler,Bor,2,3,A", prices=OLD)
    match = file.rows.iloc[0]
    assert (match["ps_close_home"], match["avg_close_home"]) == (2, 1.9)
    assert not [name for name in file.rows.columns if "_early_" in name]
    assert file.unknown_columns == ()


def test_a_misspelt_closing_column_is_read_as_what_it_is() -> None:
    line = "Japan,J1 League,2026,14/08/2026,11:00,Aoba,Midori,1,0,H"
    file = parsed(JPN, line, prices=CLOSING.replace("AvgCH,AvgCD,AvgCA", "B365CH,B365CD,B36CA"))
    assert file.rows["b365_close_away"].tolist() == [3.5]
    assert file.unknown_columns == ()


def test_seasons_change_form_within_a_file() -> None:
    file = parsed(
        ARG,
        "Argentina,Liga Profesional ,2013/2014,11/05/2014,21:00,Alba,Bermejo,1,1,D",
        "Argentina,Liga Profesional ,2014,08/08/2014,21:00,Alba,Bermejo,1,1,D",
        "Argentina,Liga Profesional ,2016,08/05/2016,21:00,Alba,Bermejo,1,1,D",
        "Argentina,Liga Profesional ,2016/2017,11/05/2017,21:00,Alba,Bermejo,1,1,D",
    )
    assert file.rows["season"].tolist() == [2013, 2014, 2016, 2016]


def test_two_forms_of_one_season_are_one_season() -> None:
    file = parsed(
        JPN,
        "Japan,J1 League,2026/2027,07/08/2026,11:00,Aoba,Midori,1,0,H",
        "Japan,J1 League,2026,14/08/2026,11:00,Midori,Sora,1,0,H",
    )
    assert file.rows["season"].tolist() == [2026, 2026]


@pytest.mark.parametrize("label", ["", "12/13", "2012/2014", "2012/2011", "Clausura"])
def test_a_season_that_can_not_be_read_costs_the_line(label: str) -> None:
    file = parsed(SWZ, f"Switzerland,Super League,{label},13/07/2012,18:45,Aarau,Bulle,0,1,A")
    assert told(file) == [(2, "season", label, "the season can not be read")]
    assert len(file.rows) == 0


def test_a_date_outside_the_season_of_its_line_costs_the_line() -> None:
    file = parsed(ARG, "Argentina,Liga Profesional,2013/2014,29/01/2015,01:15,Alba,Bermejo,1,0,H")
    assert told(file) == [(2, "kick_off_at", "29/01/2015", "the date lies outside the season of the line")]


def test_a_summer_season_may_run_on_into_january() -> None:
    file = parsed(ARG, "Argentina,Liga Profesional,2020,18/01/2021,00:00,Alba,Bermejo,1,0,H")
    assert file.rows["season"].tolist() == [2020]


def test_stray_blanks_in_countries_leagues_and_clubs_make_no_difference() -> None:
    file = parsed(
        JPN,
        "Japan, J1 League,2019,02/03/2019,05:00,Aoba ,Midori,1,0,H",
        "Japan ,J1 League ,2019,03/03/2019,05:00, Sora,Aoba,1,0,H",
    )
    assert file.rows["home"].tolist() == ["Aoba", "Sora"]
    assert len(file.quarantine) == 0


def test_a_second_league_of_the_same_clubs_counts_to_the_division() -> None:
    file = parsed(ARG, "Argentina,Copa De La Liga Profesional,2022,10/02/2022,23:00,Alba,Bermejo,1,2,A")
    assert file.rows[["division", "season"]].iloc[0].tolist() == ["ARG", 2022]


def test_a_league_of_no_division_goes_to_quarantine() -> None:
    file = parsed(
        SWZ,
        "Switzerland,Super League,2020/2021,21/05/2021,18:45,Aarau,Bulle,0,1,A",
        "Switzerland,Challenge League,2020/2021,27/05/2021,18:45,Chur,Bulle,0,1,A",
    )
    assert told(file) == [(3, "league", "Challenge League", "the league is of no division we know")]
    assert file.quarantine["division"].tolist() == ["SWZ"]
    assert file.rows["source_row"].tolist() == [2]


def test_the_file_of_another_country_is_refused() -> None:
    with pytest.raises(ParseError, match="holds division Austria, not SWZ"):
        parsed(SWZ, "Austria,Bundesliga,2020/2021,21/05/2021,18:45,Aflenz,Baden,0,1,A")


def test_a_file_of_a_main_division_under_the_name_of_an_extra_league_is_refused() -> None:
    with pytest.raises(ParseError, match="no column Country, League, Home, Away, Season, HG, AG"):
        source_named("football_data").parse(ARG, b"Div,Date,HomeTeam,AwayTeam,FTHG,FTAG\r\nE1,1,a,b,1,0\r\n")


def test_the_file_of_russia_has_fewer_columns() -> None:
    file = parsed(RUS, "Russia,Premier League,2026/2027,24/07/2026,16:00,Adler,Bor,2,3,A")
    assert sorted({name.partition("_close")[0] for name in file.rows.columns if "_close_" in name}) == [
        "avg",
        "max",
        "ps",
    ]


def test_listed_fixtures_have_early_prices_and_their_division() -> None:
    file = listed(
        "Japan,J1 League,10/10/2026,06:00,Aoba,Midori",
        "Norway,Eliteserien,11/10/2026,18:00,Arna,Bryne",
    )
    assert file.rows["division"].tolist() == ["JPN", "NOR"]
    assert file.rows["season"].tolist() == [2026, 2026]
    assert file.rows["ps_early_home"].tolist() == [2, 2]
    assert file.rows["home_goals"].isna().all()


def test_the_season_of_a_listed_fixture_comes_from_the_calendar_of_its_division() -> None:
    file = listed(
        "Japan,J1 League,10/04/2027,06:00,Aoba,Midori",
        "Norway,Eliteserien,11/04/2027,18:00,Arna,Bryne",
        "Poland,Ekstraklasa,11/04/2027,18:00,Aleksin,Bytow",
    )
    assert file.rows["season"].tolist() == [2026, 2027, 2026]


def test_listed_fixtures_of_a_league_we_do_not_know_are_quarantined() -> None:
    file = listed("Norway,Cup,11/10/2026,18:00,Arna,Bryne", "Peru,Liga 1,11/10/2026,18:00,Ancon,Barranca")
    assert [(line, value) for line, _, value, _ in told(file)] == [(2, "Cup"), (3, "Liga 1")]


def test_listed_fixtures_of_divisions_nobody_asked_for_are_passed_over() -> None:
    source = source_named("football_data", divisions=["NOR"])
    body = (
        b"Country,League,Date,Time,Home,Away\r\n"
        b"Japan,J1 League,10/10/2026,06:00,Aoba,Midori\r\n"
        b"Norway,Eliteserien,11/10/2026,18:00,Arna,Bryne\r\n"
    )
    file = source.parse(LISTED, body)
    assert (file.rows["division"].tolist(), len(file.quarantine)) == (["NOR"], 0)


def test_the_clubs_of_a_country_meet_more_often_than_twice_and_each_match_has_its_key() -> None:
    file = parsed(
        ARG,
        "Argentina,Liga Profesional,2025,01/02/2025,20:00,Alba,Bermejo,1,0,H",
        "Argentina,Liga Profesional,2025,01/09/2025,20:00,Alba,Bermejo,0,0,D",
    )
    tables = normalise([(ARG, file, CUT)], divisions_of("football_data"), cut_off_at=CUT)
    assert tables.matches["match_id"].tolist() == [
        "ARG-2025-alba--bermejo-1",
        "ARG-2025-alba--bermejo-2",
    ]


def test_early_prices_of_archived_matches_stay_empty_and_are_never_filled_from_the_close() -> None:
    history = parsed(JPN, "Japan,J1 League,2026,14/08/2026,11:00,Aoba,Midori,1,0,H")
    ahead = listed("Japan,J1 League,10/10/2026,06:00,Midori,Aoba")
    tables = normalise(
        [(JPN, history, CUT), (LISTED, ahead, CUT)], divisions_of("football_data"), cut_off_at=CUT
    )
    early = [name for name in tables.quotes.columns if "_early_" in name]
    prices = tables.quotes.set_index("match_id")
    assert prices.loc["JPN-2026-aoba--midori-1", early].isna().all()
    assert prices.loc["JPN-2026-aoba--midori-1", "avg_close_home"] == 1.9
    assert prices.loc["JPN-2026-midori--aoba-1", "avg_early_home"] == 1.9


def test_every_league_is_of_a_division_of_its_country() -> None:
    divisions = divisions_of("football_data")
    assert all(divisions[code].country == country for (country, _), code in leagues().items())
    assert len(extra_codes()) == 16
