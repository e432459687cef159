"""Names of price columns and the markets they belong to."""

from __future__ import annotations

import pytest

from pipeline.domain.markets import (
    MARKETS,
    MOMENTS,
    columns_of_stem,
    is_line,
    is_price,
    line_of_stem,
    moment_of,
    stem_of,
)
from pipeline.domain.tables import columns_of

STEMS = ["_".join(filter(None, ("1xb", moment, market))) for moment in MOMENTS for market in MARKETS]


@pytest.mark.parametrize("stem", STEMS)
def test_a_stem_and_its_columns_name_each_other(stem: str) -> None:
    columns = columns_of_stem(stem)
    assert {stem_of(column) for column in columns} == {stem}
    assert all(is_price(column) and not is_line(column) for column in columns)
    assert {moment_of(column) for column in columns} == {stem.split("_")[1]}


def test_the_columns_of_table_quotes_are_those_of_the_markets() -> None:
    families = {column.name.removeprefix("*") for column in columns_of("quotes") if "*" in column.name}
    sides = [side for market in MARKETS.values() for side in market]
    prices = {f"_{moment}_{side}" for moment in MOMENTS for side in (*sides, "handicap_line")}
    assert families == prices | {"_early_at"}


@pytest.mark.parametrize(
    "column",
    ["home", "avg_home", "avg_late_home", "avg_early_line", "Avg_early_home", "a_b_early_home", "early_at"],
)
def test_other_columns_are_neither_prices_nor_lines(column: str) -> None:
    assert not is_price(column)
    assert not is_line(column)
    with pytest.raises(ValueError, match=column):
        stem_of(column)
    with pytest.raises(ValueError, match=column):
        moment_of(column)


def test_a_line_has_a_moment_but_no_stem() -> None:
    assert is_line("gb_early_handicap_line")
    assert moment_of("avg_close_handicap_line") == "close"
    with pytest.raises(ValueError, match="no price"):
        stem_of("avg_close_handicap_line")


def test_a_bookmaker_s_own_handicap_goes_before_the_market_s() -> None:
    columns = ["avg_early_handicap_line", "gb_early_handicap_line"]
    assert line_of_stem("gb_early_handicap", columns) == "gb_early_handicap_line"
    assert line_of_stem("b365_early_handicap", columns) == "avg_early_handicap_line"
    assert line_of_stem("gb_close_handicap", columns) == "avg_close_handicap_line"
