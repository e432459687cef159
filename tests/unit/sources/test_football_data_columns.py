"""The grammar of the feed's column names."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.domain.outcomes import SIDES
from pipeline.sources.football_data.columns import (
    bookmakers,
    fields_of_kind,
    known_fields,
    price_fields,
    read_header,
)


def test_every_triple_has_exactly_home_draw_and_away() -> None:
    triples = Counter(field.rpartition("_")[0] for field in set(price_fields().values()))
    assert set(triples.values()) == {3}
    for triple in triples:
        assert {f"{triple}_{side}" for side in SIDES} <= set(price_fields().values())


def test_no_two_bookmakers_share_a_column() -> None:
    assert len(price_fields()) == 2 * 3 * len(bookmakers())


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


@pytest.mark.parametrize(
    "column",
    ["AHh", "AHCh", "BbAHh", "BbAH", "PC>2.5", "BbMx<2.5", "BFECAHA", "LBAH", "PAHH", "HF", "HY", "Bb1X2"],
)
def test_a_known_column_without_use_is_neither_read_nor_unknown(column: str) -> None:
    header = read_header([column])
    assert (header.positions, header.unknown) == ({}, ())


def test_unknown_columns_are_named_once() -> None:
    assert read_header(["Div", "Weather", "", "ZZH", "Weather"]).unknown == ("Weather", "ZZH")


def test_of_a_doubled_column_the_first_counts() -> None:
    assert read_header(["HS", "HS"]).positions == {"home_shots": 0}


def test_a_triple_that_is_there_in_part_is_completed() -> None:
    assert read_header(["AvgD"]).prices == ("avg_early_home", "avg_early_draw", "avg_early_away")


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
