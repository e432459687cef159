"""The table contracts: readable, and every kind of breach named."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from pipeline.domain.errors import ContractError
from pipeline.domain.tables import check_columns, columns_of

PACKAGES = ("pipeline.domain", "pipeline.publishing")
FORECASTS = {
    "match_id": "str",
    "family": "str",
    "p_home": "float64",
    "p_draw": "float64",
    "p_away": "float64",
}


def _rows(package: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(files(package).joinpath("tables.csv").read_text(encoding="utf-8").splitlines())
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_every_row_of_the_contract_is_well_formed(package: str) -> None:
    for row in _rows(package):
        assert row["type"] in ("text", "integer", "number", "flag", "instant"), row
        assert row["nullable"] in ("yes", "no"), row
        assert None not in row, row  # a comma too many in the description


@pytest.mark.parametrize("package", PACKAGES)
def test_no_table_lists_a_column_twice(package: str) -> None:
    keys = [(row["table"], row["column"]) for row in _rows(package)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_table_can_be_read(package: str) -> None:
    for table in {row["table"] for row in _rows(package)}:
        assert columns_of(table, package)


def test_columns_come_in_the_order_of_the_file() -> None:
    assert [column.name for column in columns_of("forecasts")] == list(FORECASTS)


def test_whether_a_column_may_be_empty_is_read_from_the_file() -> None:
    nullable = {column.name: column.is_nullable for column in columns_of("forecasts")}
    assert (nullable["match_id"], nullable["p_home"]) == (False, True)


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        columns_of("nothing")


def test_a_frame_that_keeps_the_contract_passes() -> None:
    check_columns("forecasts", FORECASTS)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ContractError, match="misses family"):
        check_columns("forecasts", {name: dtype for name, dtype in FORECASTS.items() if name != "family"})


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(ContractError, match="unknown column p_win"):
        check_columns("forecasts", {**FORECASTS, "p_win": "float64"})


@pytest.mark.parametrize("dtype", ["int64", "str", "object", "bool"])
def test_a_mistyped_column_is_named_with_both_types(dtype: str) -> None:
    with pytest.raises(ContractError, match=f"p_home is {dtype}, not number"):
        check_columns("forecasts", {**FORECASTS, "p_home": dtype})


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(ContractError) as caught:
        check_columns("forecasts", {"match_id": "int64", "extra": "str"})
    assert [word in str(caught.value) for word in ("misses family", "match_id is int64", "extra")] == [
        True
    ] * 3


def test_a_naive_instant_is_refused() -> None:
    quotes = {"match_id": "str", "early_at": "datetime64[us]"}
    with pytest.raises(ContractError, match="early_at"):
        check_columns("quotes", quotes)


def test_a_family_of_columns_takes_any_bookmaker_and_may_be_absent() -> None:
    quotes = {"match_id": "str", "early_at": "datetime64[us, UTC]"}
    check_columns("quotes", quotes)
    check_columns("quotes", {**quotes, "avg_early_home": "float64", "b365_close_away": "float64"})


def test_a_column_that_only_resembles_a_family_is_refused() -> None:
    quotes = {"match_id": "str", "early_at": "datetime64[us, UTC]", "avg_late_home": "float64"}
    with pytest.raises(ContractError, match="avg_late_home"):
        check_columns("quotes", quotes)
