"""Bytes nobody planned for: a file is read or refused, and every line is a row or in quarantine."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.football_data.lines import read_sheet

SAMPLES = Path(__file__).parents[2] / "samples" / "football_data"
BODIES = {
    FeedFile("mmz4281/2526/E1.csv", "results", "E1", 2025): (SAMPLES / "E1_2025.csv").read_bytes(),
    FeedFile("fixtures.csv", "fixtures", "", None): (SAMPLES / "fixtures.csv").read_bytes(),
    FeedFile("new/JPN.csv", "results", "JPN", None): (SAMPLES / "JPN.csv").read_bytes(),
}
NOISE = st.sampled_from(
    [
        b",",
        b'"',
        b"\r\n",
        b"\n",
        b"\x00",
        b"\xff",
        b"<",
        b"E1",
        b"EC",
        b"0",
        b"#REF!",
        b"\xc3",
        b"2026/2027",
        b"J1 League",
        b"China",
    ]
)


def check(file: FeedFile, body: bytes) -> None:
    try:
        parsed = source_named("football_data").parse(file, body)
    except ParseError:
        return
    refused = parsed.quarantine.loc[parsed.quarantine["scope"] == "row", "source_row"]
    lines = [line.number for line in read_sheet("football_data", file.path, body).lines]
    used = sorted([*parsed.rows["source_row"], *refused])
    assert used == lines if file.kind == "results" else set(used) <= set(lines)
    assert isinstance(parsed.rows["kick_off_at"].dtype, pd.DatetimeTZDtype)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(BODIES)), st.data())
def test_a_damaged_file_is_read_or_refused(file: FeedFile, data: st.DataObject) -> None:
    body = BODIES[file]
    for _ in range(data.draw(st.integers(1, 6))):
        place, gone = data.draw(st.integers(0, len(body))), data.draw(st.integers(0, 12))
        body = body[:place] + data.draw(NOISE) + body[place + gone :]
    check(file, body)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(BODIES)), st.integers(0, 2000))
def test_a_file_cut_anywhere_is_read_or_refused(file: FeedFile, length: int) -> None:
    check(file, BODIES[file][:length])


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(BODIES)), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(file: FeedFile, body: bytes) -> None:
    check(file, body)
