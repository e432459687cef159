"""The nights as tables: built from documents that gate, refit and triggers themselves made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from pipeline.domain.tables import check_columns
from pipeline.selection.decision_log import TABLES, decision_tables
from tests.samples.decisions.nights import FIRST_NIGHT, night, three_nights


@pytest.fixture(scope="module")
def nights() -> list[dict[str, Any]]:
    return three_nights()


@pytest.fixture(scope="module")
def tables(nights: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    return decision_tables(nights[::-1])


@pytest.mark.parametrize("documents", [[], three_nights()], ids=["nothing yet", "three nights"])
def test_every_table_keeps_its_columns(documents: list[dict[str, Any]]) -> None:
    for name, table in decision_tables(documents).items():
        dtypes = {str(column): str(dtype) for column, dtype in table.dtypes.items()}
        check_columns(name, dtypes, "pipeline.publishing")


def test_without_a_night_there_is_still_the_policy_and_the_power_of_the_gate() -> None:
    tables = decision_tables([])
    assert tuple(tables) == TABLES
    assert [len(tables[name]) for name in ("decisions", "challengers", "retraining_nights")] == [0, 0, 0]
    assert tables["gate_policy"].set_index("rule")["value"]["days_between"] == "28"
    assert tables["gate_power"]["difference"].between(0.0001, 0.01).all()


def test_a_decision_names_who_speaks_and_with_which_figures(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["decisions"]
    first = rows[rows["role"] == "anchored"].iloc[0]
    assert (first["verdict"], first["promoted"], first["champion_family"]) == (
        "first champion",
        "lightgbm",
        "lightgbm",
    )
    shown = tables["challengers"].set_index(["as_of", "name"]).loc[(first["as_of"], "lightgbm")]
    assert first["log_loss"] == shown["log_loss"]
    assert first["gap_high"] == shown["gap_high"]
    assert first["champion_params"] == '{"leaves": 15}'


def test_a_night_without_a_search_has_its_refit_and_no_verdict(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["decisions"]
    second = rows[(rows["role"] == "anchored")].iloc[1]
    assert pd.isna(second["verdict"])
    assert pd.isna(second["tried_count"])
    assert second["refit"] == "passed"
    assert second["reasons"].startswith("the refit replaces the fit")


def test_a_change_of_champion_is_told_by_role_and_the_first_is_no_change(
    tables: dict[str, pd.DataFrame],
) -> None:
    changed = tables["decisions"][tables["decisions"]["is_change"]]
    assert changed[["as_of", "role"]].to_numpy().tolist() == [
        [pd.Timestamp(FIRST_NIGHT + timedelta(days=28)), "anchored"]
    ]


def test_every_challenger_ever_tried_is_counted_by_role(
    nights: list[dict[str, Any]], tables: dict[str, pd.DataFrame]
) -> None:
    rows = tables["challengers"]
    anchored = rows[rows["role"] == "anchored"]
    assert anchored["number"].tolist() == [1, 2, 3, 4]
    last = tables["decisions"][tables["decisions"]["role"] == "anchored"].iloc[-1]
    assert last["tried_count"] == 4


def test_a_challenger_names_the_guards_it_failed(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["challengers"].set_index("name")
    assert rows.loc["hasty", "guards_failed"] == "profile"
    assert rows.loc["hasty", "verdict"] == "blocked"
    assert pd.isna(rows.loc["closing_line", "guards_failed"])


def test_a_night_of_no_training_has_the_numbers_and_the_limits(tables: dict[str, pd.DataFrame]) -> None:
    row = decision_tables([night("quiet", FIRST_NIGHT, {}, is_quiet=True)])["retraining_nights"].iloc[0]
    assert not row["is_due"]
    assert (row["oldest_age_days"], row["unseen_count"]) == (1.0, 20)
    assert (row["oldest_champion_days_limit"], row["days_between_searches_limit"]) == (7, 28)
    first = tables["retraining_nights"].iloc[0]
    assert first["reasons"] == "there is no champion yet"
    assert pd.isna(first["unseen_count"])
