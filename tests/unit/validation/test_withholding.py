"""When a division is withheld: too many of a season's rows set aside, by a check or by the reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.validation.checks import rules
from pipeline.validation.quarantine import joined
from pipeline.validation.withholding import withheld_divisions
from tests.unit.validation.archive_builders import a_sound_archive, no_entries, typed


def entry(**values: Any) -> dict[str, Any]:
    row = {
        "source_file": "E1-2024.csv",
        "source_row": 500,
        "column": "FTHG",
        "value": "x",
        "reason": "no number",
    }
    return {**row, "scope": "row", "division": "E1", **values}


def withheld(failed: int = 0, unread: pd.DataFrame | None = None, first: int = 0) -> dict[str, str]:
    """The division's verdict when this many matches failed, from the 90 of E1 in 2024 on."""
    nothing = np.array([], dtype=np.int64)
    rows = {"matches": np.arange(first, first + failed), "fixtures": nothing, "quotes": nothing}
    entries = no_entries() if unread is None else unread
    return withheld_divisions([], a_sound_archive(), rows, entries, {}, rules())


def test_more_than_a_twentieth_withholds() -> None:
    assert withheld(5) == {"E1": "season 2024: 5 of 90 rows set aside (5.6%)"}


def test_a_twentieth_or_less_does_not() -> None:
    assert withheld(4) == {}


def test_the_share_is_of_one_season_and_not_of_all() -> None:
    assert withheld(8, first=86) == {}


def test_rows_the_reader_refused_count() -> None:
    unread = typed("quarantine", [entry(source_row=row) for row in range(500, 506)])
    assert withheld(0, unread) == {"E1": "season 2024: 6 of 96 rows set aside (6.2%)"}


def test_a_row_refused_in_a_file_of_many_seasons_counts_in_the_season_around_it() -> None:
    archive = a_sound_archive()
    matches = archive.matches.assign(source_file="league.csv", source_row=range(2, len(archive.matches) + 2))
    frames = type(archive)(matches, archive.fixtures, archive.quotes)
    place = int(matches.loc[matches["division"].eq("E1") & matches["season"].eq(2024), "source_row"].max())
    lost = [entry(source_file="league.csv", source_row=row) for row in range(place - 10, place)]
    between = typed("quarantine", lost)
    used = frames.matches[~frames.matches["source_row"].isin(between["source_row"])].reset_index(drop=True)
    nothing = dict.fromkeys(("matches", "fixtures", "quotes"), np.array([], dtype=np.int64))
    frames = type(archive)(used, archive.fixtures, archive.quotes)
    assert withheld_divisions([], frames, nothing, between, {}, rules()) == {
        "E1": "season 2024: 10 of 90 rows set aside (11.1%)"
    }


def test_a_row_refused_for_two_reasons_counts_once() -> None:
    unread = typed("quarantine", [entry(reason=f"reason {number}") for number in range(9)])
    assert withheld(0, unread) == {}


def test_cells_the_reader_refused_do_not_count() -> None:
    unread = typed("quarantine", [entry(source_row=row, scope="cell") for row in range(500, 506)])
    assert withheld(0, unread) == {}


def test_one_bad_row_in_a_thin_season_is_no_pattern() -> None:
    only = a_sound_archive()
    thin = type(only)(only.matches.iloc[:10], only.fixtures.iloc[:0], only.quotes)
    nothing = np.array([], dtype=np.int64)
    for count, codes in ((2, set()), (3, {"E1"})):
        rows = {"matches": np.arange(count), "fixtures": nothing, "quotes": nothing}
        assert set(withheld_divisions([], thin, rows, no_entries(), {}, rules())) == codes


def test_the_readers_entries_are_kept_once_and_in_order() -> None:
    first, second = entry(source_row=7), entry(source_row=500)
    assert joined(typed("quarantine", [second, first]), typed("quarantine", [second])).to_dict("records") == [
        first,
        second,
    ]
