"""The grammar of the feed's column names."""

from __future__ import annotations

import pytest

from pipeline.domain.markets import MARKETS, MOMENTS, line_of_stem, stem_of
from pipeline.sources.football_data.columns import (
    bookmakers,
    fields_of_kind,
    known_fields,
    line_fields,
    price_fields,
    read_header,
)


@pytest.mark.parametrize(("market", "sides"), MARKETS.items())
def test_every_market_of_every_bookmaker_has_exactly_its_sides(market: str, sides: tuple[str, ...]) -> None:
    fields = set(price_fields().values())
    stems = {stem_of(field) for field in fields}
    own = {stem for stem in stems if "_".join(stem.split("_")[2:]) == market}
    assert len(own) == len(MOMENTS) * len(set(bookmakers().values()))
    for stem in own:
        ours = {field for field in fields if stem_of(field) == stem}
        book_and_moment = "_".join(stem.split("_")[:2])
        assert ours == {f"{book_and_moment}_{side}" for side in sides}


def test_the_sides_are_home_draw_away_and_over_under_and_home_away() -> None:
    assert list(MARKETS.values()) == [
        ("home", "draw", "away"),
        ("over25", "under25"),
        ("handicap_home", "handicap_away"),
    ]


def test_every_handicap_pair_has_a_line_of_the_bookmaker_or_of_the_market() -> None:
    lines = set(line_fields().values())
    pairs = {stem_of(field) for field in price_fields().values() if "_handicap_" in field}
    assert len(pairs) == len(MOMENTS) * len(set(bookmakers().values()))
    assert {line_of_stem(pair, lines) for pair in pairs} <= lines
    assert {line_of_stem(pair, ()) for pair in pairs} <= lines


def test_no_two_bookmakers_or_markets_share_a_column() -> None:
    sides = sum(map(len, MARKETS.values()))
    assert len(price_fields()) == len(MOMENTS) * sides * len(bookmakers())
    own_lines = [name for name in line_fields() if name not in known_fields()]
    assert len(own_lines) == len(MOMENTS) * len(bookmakers())
    assert not set(price_fields()) & set(line_fields())


def test_no_price_column_is_also_a_statistic() -> None:
    assert not set(price_fields()) & {*known_fields(), *known_fields(is_extra=True)}


# The meanings below are those of the feed's own notes.txt.
@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("B365H", "b365_early_home"),
        ("B365CD", "b365_close_draw"),
        ("PSCH", "ps_close_home"),
        ("VCH", "vc_early_home"),
        ("VCCH", "vc_close_home"),
        ("BFD", "bf_early_draw"),
        ("BFDD", "bfd_early_draw"),
        ("BFCA", "bf_close_away"),
        ("BFECH", "bfe_close_home"),
        ("LBH", "lb_early_home"),
        ("WHH", "wh_early_home"),
        ("BbMxA", "max_early_away"),
        ("BbAvH", "avg_early_home"),
        ("MaxCA", "max_close_away"),
        ("AvgCH", "avg_close_home"),
        ("1XBCH", "1xb_close_home"),
        ("PH", "ps_early_home"),
        ("PPA", "pp_early_away"),
        ("B365>2.5", "b365_early_over25"),
        ("B365<2.5", "b365_early_under25"),
        ("GB>2.5", "gb_early_over25"),
        ("P>2.5", "ps_early_over25"),
        ("PC>2.5", "ps_close_over25"),
        ("BbMx>2.5", "max_early_over25"),
        ("BbAv<2.5", "avg_early_under25"),
        ("Max>2.5", "max_early_over25"),
        ("AvgC<2.5", "avg_close_under25"),
        ("BFE>2.5", "bfe_early_over25"),
        ("BFEC<2.5", "bfe_close_under25"),
        ("AHh", "avg_early_handicap_line"),
        ("AHCh", "avg_close_handicap_line"),
        ("BbAHh", "avg_early_handicap_line"),
        ("GBAH", "gb_early_handicap_line"),
        ("LBAH", "lb_early_handicap_line"),
        ("B365AH", "b365_early_handicap_line"),
        ("B365AHH", "b365_early_handicap_home"),
        ("B365CAHH", "b365_close_handicap_home"),
        ("PAHH", "ps_early_handicap_home"),
        ("PCAHA", "ps_close_handicap_away"),
        ("BbMxAHH", "max_early_handicap_home"),
        ("BbAvAHA", "avg_early_handicap_away"),
        ("MaxCAHH", "max_close_handicap_home"),
        ("AvgAHH", "avg_early_handicap_home"),
        ("LBAHH", "lb_early_handicap_home"),
        ("GBAHA", "gb_early_handicap_away"),
        ("BFECAHA", "bfe_close_handicap_away"),
        ("HC", "home_corners"),
        ("AC", "away_corners"),
        ("HR", "home_red_cards"),
        ("HT", "home"),
        ("AT", "away"),
        ("HST", "home_shots_on_target"),
    ],
)
def test_a_column_means_what_the_notes_say(column: str, field: str) -> None:
    assert list(read_header([column]).positions) == [field]


@pytest.mark.parametrize("column", ["BbAH", "BbOU", "Bb1X2", "HF", "HY"])
def test_a_known_column_without_use_is_neither_read_nor_unknown(column: str) -> None:
    header = read_header([column])
    assert (header.positions, header.unknown) == ({}, ())


def test_unknown_columns_are_named_once() -> None:
    assert read_header(["Div", "Weather", "", "ZZH", "Weather"]).unknown == ("Weather", "ZZH")


def test_of_a_doubled_column_the_first_counts() -> None:
    assert read_header(["HS", "HS"]).positions == {"home_shots": 0}


def test_a_triple_that_is_there_in_part_is_completed() -> None:
    assert read_header(["AvgD"]).prices == ("avg_early_home", "avg_early_draw", "avg_early_away")


@pytest.mark.parametrize(
    ("column", "pair"),
    [
        ("P<2.5", ("ps_early_over25", "ps_early_under25")),
        ("MaxCAHA", ("max_close_handicap_home", "max_close_handicap_away")),
    ],
)
def test_a_pair_that_is_there_in_part_is_completed(column: str, pair: tuple[str, str]) -> None:
    assert read_header([column]).prices == pair


def test_the_size_of_a_handicap_is_a_line_and_no_price() -> None:
    header = read_header(["AvgAHH", "AHh", "AHCh", "GBAH"])
    assert header.lines == ("avg_close_handicap_line", "avg_early_handicap_line", "gb_early_handicap_line")
    assert header.prices == ("avg_early_handicap_home", "avg_early_handicap_away")


def test_a_bare_code_three_times_in_a_row_is_home_draw_and_away() -> None:
    header = read_header(["Div", "LB", "LB", "LB", "SBH"])
    places = {"lb_early_home": 1, "lb_early_draw": 2, "lb_early_away": 3}
    assert {name: header.positions[name] for name in places} == places
    assert header.unknown == ()


@pytest.mark.parametrize("names", [["LB", "LB"], ["LB", "SBH", "LB", "LB"], ["ZZ", "ZZ", "ZZ"]])
def test_any_other_bare_code_stays_unknown(names: list[str]) -> None:
    assert read_header(names).unknown == (names[0],)


@pytest.mark.parametrize(
    "column", ["AH", "CAHH", "HAH", "B365>3.5", "B365AHh", "PSCC>2.5", ">2.5", "b365>2.5"]
)
def test_what_only_looks_like_a_price_is_unknown(column: str) -> None:
    assert read_header([column]).unknown == (column,)


def test_a_fixture_has_no_closing_total_handicap_or_line() -> None:
    header = read_header(["Avg>2.5", "AvgC>2.5", "AHh", "AHCh", "AvgCAHH", "AvgAHH"]).before_kick_off()
    assert set(header.positions) == {
        "avg_early_over25",
        "avg_early_handicap_line",
        "avg_early_handicap_home",
    }


def test_a_fixture_has_no_closing_price_result_or_statistic() -> None:
    header = read_header(["Div", "Date", "FTHG", "FTR", "HS", "AvgH", "AvgCH"]).before_kick_off()
    assert set(header.positions) == {"division", "date", "avg_early_home"}


@pytest.mark.parametrize(
    ("column", "field"),
    [("Home", "home"), ("AG", "away_goals"), ("Res", "full_time_result"), ("B36CA", "b365_close_away")],
)
def test_the_extra_leagues_have_names_of_their_own(column: str, field: str) -> None:
    assert list(read_header([column], is_extra=True).positions) == [field]
    assert read_header([column]).unknown == (column,)


def test_prices_named_like_early_ones_are_closing_ones_in_the_history_of_extra_leagues() -> None:
    header = read_header(["PH", "MaxD", "AvgA", "AvgCA"], is_extra=True).at_the_close()
    assert header.positions == {
        "ps_close_home": 0,
        "max_close_draw": 1,
        "avg_close_away": 3,
    }


def test_the_counts_are_the_goals_and_statistics_of_the_table_of_matches() -> None:
    from pipeline.domain.tables import columns_of

    counted = [
        column.name
        for column in columns_of("matches")
        if column.unit in ("goals", "shots", "corners", "cards")
    ]
    assert sorted(fields_of_kind("count")) == sorted(counted)
