"""Published files: safe for spreadsheets, exact for programs, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline.publishing.exports import to_csv, to_json, write_tables


def notices(*subjects: str) -> pd.DataFrame:
    table = pd.DataFrame({"kind": "file", "subject": list(subjects), "reason": "broken"}).astype("str")
    instants = pd.to_datetime([None] * len(subjects), utc=True).astype("datetime64[us, UTC]")
    return table.assign(last_good_at=instants)


@pytest.mark.parametrize("cell", ["=cmd()", "+1", "-1", "@x", "\tx"])
def test_text_that_a_spreadsheet_would_run_is_neutralised(cell: str) -> None:
    rows = to_csv(notices(cell)).decode().splitlines()
    assert f",'{cell}," in rows[1]


def test_negative_numbers_stay_numbers() -> None:
    assert to_csv(pd.DataFrame({"edge": [-0.25]})) == b"edge\n-0.25\n"


def test_json_keeps_text_as_it_is_and_missing_values_as_null() -> None:
    document = json.loads(to_json("notices", notices("=cmd()", "<script>")))
    assert document["columns"] == ["kind", "subject", "reason", "last_good_at"]
    assert document["rows"][0] == ["file", "=cmd()", "broken", None]


def test_instants_are_written_in_utc() -> None:
    table = pd.DataFrame({"at": pd.to_datetime(["2026-04-24T19:04"], utc=True).astype("datetime64[us, UTC]")})
    assert to_csv(table) == b"at\n2026-04-24T19:04:00Z\n"
    assert json.loads(to_json("x", table))["rows"] == [["2026-04-24T19:04:00Z"]]


def test_equal_tables_give_equal_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_tables({"notices": notices("a", "b")}, {"release_id": "r"}, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["notices.csv", "notices.json", "notices.parquet", "run.json"]
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
