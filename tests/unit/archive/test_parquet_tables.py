"""A frame comes back from disk as it was, and equal frames give equal bytes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.archive.tables import read_table, write_table
from pipeline.domain.errors import ContractError


def table() -> pd.DataFrame:
    instants = pd.to_datetime(["2026-04-24T19:00Z", None, "1993-08-14T14:00Z"], utc=True, format="ISO8601")
    return pd.DataFrame(
        {
            "home": pd.Series(["Ayford", None, "São Böl"], dtype="str"),
            "kick_off_at": instants.as_unit("us"),
            "collected_at": instants.as_unit("ns"),
            "season": np.array([2025, 2025, 1993], dtype="int64"),
            "side": np.array([0, 1, 2], dtype="int8"),
            "meeting": pd.array([1, None, 2], dtype="Int64"),
            "home_goals": [2.0, np.nan, -0.0],
            "share": np.array([0.1, np.nan, 0.3], dtype="float32"),
            "is_played": [True, False, True],
            "is_known": pd.array([True, None, False], dtype="boolean"),
            "division": pd.Categorical(["E1", "E0", "E1"], ["E1", "E0", "unused"]),
            "empty": pd.Series([None, None, None], dtype="str"),
        }
    )


def test_a_frame_comes_back_exactly(tmp_path: Path) -> None:
    write_table(tmp_path / "deep" / "t.parquet", table())
    pd.testing.assert_frame_equal(read_table(tmp_path / "deep" / "t.parquet"), table(), check_exact=True)


def test_instants_and_text_have_the_dtypes_of_the_house(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", table())
    dtypes = read_table(tmp_path / "t.parquet").dtypes.astype(str)
    assert (dtypes["home"], dtypes["kick_off_at"]) == ("str", "datetime64[us, UTC]")


def test_a_table_without_rows_keeps_its_dtypes(tmp_path: Path) -> None:
    empty = table().drop(columns="division").iloc[:0]
    write_table(tmp_path / "t.parquet", empty)
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.parquet"), empty)


def test_equal_frames_give_equal_bytes_however_they_were_made(tmp_path: Path) -> None:
    whole = table()
    pieces = pd.concat([whole.iloc[2:], whole.iloc[:2]]).sort_index()
    filtered = pd.concat([whole, whole]).iloc[3:].set_axis([7, 8, 9])
    pieces["division"] = pieces["division"].astype(whole["division"].dtype)
    for name, frame in {"whole": whole, "pieces": pieces, "filtered": filtered, "read": whole}.items():
        write_table(tmp_path / name, frame)
    write_table(tmp_path / "read", read_table(tmp_path / "whole"))
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


def test_a_changed_value_gives_other_bytes(tmp_path: Path) -> None:
    write_table(tmp_path / "a", table())
    write_table(tmp_path / "b", table().assign(season=[2025, 2025, 1994]))
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_text_in_objects_comes_back_as_text(tmp_path: Path) -> None:
    write_table(tmp_path / "t", pd.DataFrame({"home": pd.Series(["a", None], dtype="object")}))
    assert str(read_table(tmp_path / "t")["home"].dtype) == "str"


@pytest.mark.parametrize(
    "frame",
    [
        table().set_index("home"),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=["a", 1]),
        pd.DataFrame({"a": pd.Series([1, "x", date(2026, 1, 1)], dtype="object")}),
    ],
    ids=["named index", "repeated column", "column that is no text", "mixed objects"],
)
def test_a_frame_that_would_not_come_back_is_refused(tmp_path: Path, frame: pd.DataFrame) -> None:
    with pytest.raises(ContractError):
        write_table(tmp_path / "t.parquet", frame)
    assert not (tmp_path / "t.parquet").exists()


def test_a_table_that_is_not_there_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "t.parquet")


def test_a_wide_table_comes_back_in_one_piece(tmp_path: Path) -> None:
    """Else every column added to it would warn of its fragments."""
    wide = pd.DataFrame({f"price_{number}": [1.5] for number in range(150)} | {"home": ["Alder"]})
    wide["kick_off_at"] = pd.to_datetime(["2026-04-24T19:04Z"])
    write_table(tmp_path / "wide.parquet", wide)
    assert read_table(tmp_path / "wide.parquet").assign(listing=1).shape == (1, 153)
