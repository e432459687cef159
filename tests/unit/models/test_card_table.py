"""The model cards as a table."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pandas as pd

from pipeline.models.card_table import Fitted, card_table, outlined
from pipeline.models.catalogue import FAMILIES

UNTIL = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)


def _table() -> pd.DataFrame:
    state = {"family": "elo_logit", "slope": 1.23456789, "thresholds": [-0.5, 0.5]}
    return card_table({"elo_logit": Fitted(state, 1200, UNTIL)}).set_index("family")


def test_every_family_has_one_row_in_the_order_of_the_catalogue() -> None:
    table = _table()
    assert table.index.tolist() == list(FAMILIES)
    assert table.loc["market", "setting"] == "yardstick"
    assert table.loc["anchored_blend", "setting"] == "anchored"


def test_a_fitted_family_tells_its_numbers_and_what_it_was_trained_on() -> None:
    row = _table().loc["elo_logit"]
    assert json.loads(str(row["fitted"])) == {
        "family": "elo_logit",
        "slope": 1.23457,
        "thresholds": [-0.5, 0.5],
    }
    assert (row["matches_count"], row["trained_until"]) == (1200, pd.Timestamp(UNTIL))


def test_a_family_that_was_not_fitted_has_its_words_alone() -> None:
    row = _table().loc["base_rates"]
    assert len(row["sees"]) > 4
    assert row[["fitted", "matches_count", "trained_until"]].isna().all()


def test_trees_and_long_lists_of_names_are_counted() -> None:
    text = "tree\nversion=v4\n" + "Tree=0\n" + "x" * 100 + "Tree=1\n"
    assert outlined({"trees": [text], "shares": dict.fromkeys(map(str, range(101)), 0.5)}) == {
        "trees": ["2 trees"],
        "shares": "101 entries",
    }
