"""Total goals and handicaps, from the cells of a file to the table of quotes at a cut-off."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.tables import check_columns
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.normalise import Normalised, normalise
from pipeline.sources.quotes import price_columns

RESULTS = FeedFile("mmz4281/2526/SC0.csv", "results", "SC0", 2025)
FIXTURES = FeedFile("fixtures.csv", "fixtures", "", None)
MARKETS = "Avg>2.5,Avg<2.5,AvgC>2.5,AvgC<2.5,AHh,B365AHH,B365AHA,AHCh,B365CAHH,B365CAHA"
PRICES = "1.9,1.95,1.8,2.05,-0.75,1.93,1.97,-1,2.05,1.85"
QUOTED = "Div,Date,Time,HomeTeam,AwayTeam,AvgH,AvgD,AvgA," + MARKETS
CUT = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
FETCHED = datetime(2026, 4, 24, 18, 0, tzinfo=UTC)
Parsed = tuple[FeedFile, ParsedFile, datetime]


def read(file: FeedFile, header: str, *lines: str) -> Parsed:
    body = "".join(f"{line}\r\n" for line in (header, *(f"SC0,{line}" for line in lines)))
    return file, source_named("football_data").parse(file, body.encode()), FETCHED


def results(line: str, markets: str = PRICES) -> Parsed:
    return read(RESULTS, f"{QUOTED},FTHG,FTAG,FTR", f"{line},2,3.3,3.6,{markets},2,1,H")


def listing(line: str, match_odds: str = "2,3.3,3.6", markets: str = PRICES) -> Parsed:
    return read(FIXTURES, QUOTED, f"{line},{match_odds},{markets}")


def at(cut_off_at: datetime, *parsed: Parsed) -> Normalised:
    return normalise(parsed, divisions_of("football_data"), cut_off_at=cut_off_at)


def only_quote(tables: Normalised) -> pd.Series:
    assert len(tables.quotes) == 1
    return tables.quotes.iloc[0]


@pytest.fixture(scope="module")
def match() -> pd.Series:
    return only_quote(at(CUT, results("18/04/2026,15:00,Ald,Brack")))


def test_a_match_has_its_totals_handicaps_and_lines_in_one_row(match: pd.Series) -> None:
    assert match[["avg_early_over25", "avg_early_under25"]].tolist() == [1.9, 1.95]
    assert match[["avg_close_over25", "avg_close_under25"]].tolist() == [1.8, 2.05]
    assert match[["b365_early_handicap_home", "b365_early_handicap_away"]].tolist() == [1.93, 1.97]
    assert match[["b365_close_handicap_home", "b365_close_handicap_away"]].tolist() == [2.05, 1.85]
    assert match[["avg_early_handicap_line", "avg_close_handicap_line"]].tolist() == [-0.75, -1.0]


def test_the_table_keeps_its_contract_with_all_markets() -> None:
    quotes = at(CUT, results("18/04/2026,15:00,Ald,Brack")).quotes
    check_columns("quotes", {str(name): str(kind) for name, kind in quotes.dtypes.items()})


def test_a_feed_without_other_markets_has_columns_of_the_match_alone() -> None:
    file = read(RESULTS, "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,AvgH", "18/04/2026,Ald,Brack,2,1,2")
    quotes = at(CUT, file).quotes
    assert not [name for name in quotes.columns if "25" in name or "handicap" in name]


def test_a_price_of_one_or_less_is_a_defect_of_its_cell() -> None:
    tables = at(CUT, results("18/04/2026,15:00,Ald,Brack", "0,1.95,1,2.05,-0.75,#,1.97,-1,2.05,1.85"))
    cells = tables.quarantine
    assert list(zip(cells["scope"], cells["column"], cells["value"], strict=True)) == [
        ("cell", "avg_close_over25", "1"),
        ("cell", "avg_early_over25", "0"),
        ("cell", "b365_early_handicap_home", "#"),
    ]
    assert only_quote(tables)[list(cells["column"])].isna().all()


def test_an_absurd_line_is_a_defect_of_its_cell_and_the_prices_stay() -> None:
    tables = at(CUT, results("18/04/2026,15:00,Ald,Brack", PRICES.replace("-0.75", "-225")))
    cell = tables.quarantine.iloc[0]
    assert (len(tables.quarantine), cell["scope"], cell["column"]) == (1, "cell", "avg_early_handicap_line")
    assert (cell["value"], cell["reason"]) == ("-225", "a handicap is a multiple of 0.25 from -4.5 to 4.5")
    quote = only_quote(tables)
    assert pd.isna(quote["avg_early_handicap_line"])
    assert quote["b365_early_handicap_home"] == 1.93


def test_a_line_alone_is_no_quote() -> None:
    file = read(RESULTS, "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,AHh", "18/04/2026,Ald,Brack,2,1,-0.5")
    tables = at(CUT, file)
    assert (len(tables.matches), len(tables.quotes)) == (1, 0)


def test_a_bookmaker_s_own_line_stands_beside_its_prices() -> None:
    header = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,GBAHH,GBAHA,GBAH"
    quote = only_quote(at(CUT, read(RESULTS, header, "18/04/2026,Ald,Brack,2,1,2.2,1.52,-0.5")))
    assert quote[["gb_early_handicap_home", "gb_early_handicap_away"]].tolist() == [2.2, 1.52]
    assert quote["gb_early_handicap_line"] == -0.5


def test_a_match_played_later_is_a_fixture_with_early_prices_alone() -> None:
    tables = at(CUT, results("26/04/2026,15:00,Ald,Brack"))
    quote = only_quote(tables)
    assert (len(tables.fixtures), quote["avg_early_over25"], quote["avg_early_handicap_line"]) == (
        1,
        1.9,
        -0.75,
    )
    assert quote[[name for name in quote.index if "_close_" in name]].isna().all()


def test_early_prices_of_every_market_are_unknown_before_they_were_collected() -> None:
    tables = at(datetime(2026, 4, 23, 12, tzinfo=UTC), results("26/04/2026,15:00,Ald,Brack"))
    assert (len(tables.fixtures), len(tables.quotes)) == (1, 0)


@pytest.mark.parametrize("column", ["AHCh", "AvgC>2.5", "B365CAHH"])
def test_defects_of_closing_prices_to_come_are_not_told(column: str) -> None:
    names = MARKETS.split(",")
    cells = ["x" if name == column else cell for name, cell in zip(names, PRICES.split(","), strict=True)]
    assert at(CUT, results("26/04/2026,15:00,Ald,Brack", ",".join(cells))).quarantine.empty


def test_a_listing_has_early_prices_as_old_as_its_fetching_and_no_closing_ones() -> None:
    quote = only_quote(at(CUT, listing("25/04/2026,15:00,Ald,Brack")))
    assert quote["early_at"] == pd.Timestamp(FETCHED)
    assert quote[["avg_early_under25", "b365_early_handicap_away"]].tolist() == [1.95, 1.97]
    assert quote[[name for name in quote.index if "_close_" in name]].isna().all()


def test_a_listing_without_match_odds_leaves_those_of_the_archive_in_place() -> None:
    other = listing("26/04/2026,15:00,Ald,Brack", ",,", PRICES.replace("1.9,1.95", "1.7,2.1"))
    quote = only_quote(at(CUT, results("26/04/2026,15:00,Ald,Brack"), other))
    assert quote[["avg_early_home", "avg_early_over25"]].tolist() == [2.0, 1.9]
    assert quote["early_at"] < pd.Timestamp(FETCHED)


def test_a_listing_with_totals_alone_serves_where_the_archive_has_nothing() -> None:
    quote = only_quote(at(CUT, listing("26/04/2026,15:00,Ald,Brack", ",,")))
    assert quote["avg_early_over25"] == 1.9
    assert pd.isna(quote["avg_early_home"])
    assert quote["early_at"] == pd.Timestamp(FETCHED)


def test_price_columns_are_complete_by_market_with_the_lines_last() -> None:
    columns = price_columns(["gb_early_under25", "gb_early_handicap_line", "ps_close_handicap_away", "home"])
    assert columns["early"][-3:] == ["gb_early_over25", "gb_early_under25", "gb_early_handicap_line"]
    assert columns["close"][-2:] == ["ps_close_handicap_home", "ps_close_handicap_away"]
    assert len(columns["early"]) + len(columns["close"]) == 12 + 3 + 2
