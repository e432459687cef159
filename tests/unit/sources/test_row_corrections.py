"""Two states of one results file are compared match by match, whatever the order of their lines."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from pipeline.sources.corrections import RowChanges, compare_rows


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    """Return three matches, the pairing of the first played twice, with changes to each."""
    plain = [
        {"home": "Ayford", "away": "Benham", "home_goals": 1.0, "avg_early_home": 2.1, "day": 9},
        {"home": "Corley", "away": "Dunmere", "home_goals": 0.0, "avg_early_home": float("nan"), "day": 10},
        {"home": "Ayford", "away": "Benham", "home_goals": 3.0, "avg_early_home": 1.9, "day": 20},
    ]
    filled = [each | change for each, change in zip(plain, (*changes, {}, {}, {}), strict=False)]
    frame = pd.DataFrame(filled).assign(division="E1", season=2024, source_file="E1.csv")
    frame["source_row"] = range(2, 5)
    frame["kick_off_at"] = pd.to_datetime(frame.pop("day").map("2024-08-{:02d}T15:00Z".format))
    return frame


def counts(changes: RowChanges) -> tuple[int, int, int]:
    return changes.changed_count, changes.added_count, changes.removed_count


def test_the_same_rows_in_another_order_are_no_change() -> None:
    turned = rows().iloc[::-1].reset_index(drop=True).assign(source_row=[2, 3, 4])
    assert counts(compare_rows(rows(), turned)) == (0, 0, 0)


def test_bytes_that_changed_without_a_row_are_told_as_that() -> None:
    assert compare_rows(rows(), rows()).sentence() == "the bytes changed, all 3 rows stayed as they were"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"home_goals": 2.0}, "Ayford - Benham (home goals 1, now 2)"),
        ({"avg_early_home": float("nan")}, "Ayford - Benham (avg early home 2.1, now nothing)"),
        ({"day": 11}, "Ayford - Benham (kick off at 2024-08-09 15:00, now 2024-08-11 15:00)"),
    ],
)
def test_a_changed_row_is_counted_and_named_with_its_cells(change: dict[str, Any], words: str) -> None:
    changes = compare_rows(rows(), rows(change))
    assert counts(changes) == (1, 0, 0)
    assert changes.sentence() == f"1 of 3 rows changed, 0 added, 0 removed: {words}"


def test_two_meetings_of_the_same_clubs_are_told_apart() -> None:
    changes = compare_rows(rows(), rows({}, {}, {"home_goals": 4.0}))
    assert (counts(changes), changes.named) == ((1, 0, 0), ("Ayford - Benham (home goals 3, now 4)",))


def test_rows_that_came_and_went_are_counted() -> None:
    assert counts(compare_rows(rows().iloc[:2], rows())) == (0, 1, 0)
    assert counts(compare_rows(rows(), rows().iloc[1:])) == (1, 0, 1)  # the second meeting is now the first


def test_a_renamed_club_is_a_row_less_and_a_row_more() -> None:
    changes = compare_rows(rows(), rows({}, {"home": "Corley Town"}))
    assert changes.named == ("Corley Town - Dunmere added", "Corley - Dunmere removed")


def test_a_new_column_changes_the_rows_where_it_is_filled() -> None:
    new = rows().assign(ps_early_home=[float("nan"), 3.2, float("nan")])
    assert compare_rows(rows(), new).named == ("Corley - Dunmere (ps early home nothing, now 3.2)",)


def test_only_the_first_few_rows_and_cells_are_named() -> None:
    many = rows().assign(home_goals=9.0, a=1.0, b=2.0, c=3.0)
    words = compare_rows(pd.concat([rows(), rows().assign(home="Xeley")]), many).sentence()
    assert words.count("Ayford") + words.count("Corley") == 3
    assert "and 1 more)" in words
    assert words.endswith("; and 3 more")


def test_a_hostile_name_is_cut_short() -> None:
    words = compare_rows(rows(), rows({}, {"home": "Z" * 300})).sentence()
    assert "Z" * 40 in words
    assert "Z" * 41 not in words
