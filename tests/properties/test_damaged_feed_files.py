"""Damaged files of every shape of the feed: read or refused, never lost, and every count adds up.

Some hundred cases in the ordinary tests, thousands with `make fuzz`: see `conftest.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.coverage import coverage
from pipeline.sources.football_data.columns import read_header
from pipeline.sources.football_data.leagues import is_extra
from pipeline.sources.football_data.lines import read_sheet
from pipeline.sources.football_data.screening import is_elsewhere
from pipeline.sources.normalise import normalise
from tests.properties.feed_shapes import SHAPES

FEED = "football_data"
NOW = datetime(2026, 10, 8, 12, tzinfo=UTC)
DIVISIONS = divisions_of(FEED)
RESULTS = [file for file in SHAPES if file.kind == "results"]
MARKS = b"#REF! # - 0 -1 1e999 nan inf 1,5 1.0.0 x <script> =cmd() ../../x 24:61 3pm".split(b" ")
DATES = b"32/13/2024 00/00/00 29/02/2023 2024-02-01 1/1/1 25/04/2016 31/12/99".split(b" ")
OTHERS = [
    b"",
    b" ",
    b"\xa0",
    b"\x00",
    b"\xff\xfe",
    b'"',
    b"A" * 300,
    "١٢".encode(),
    "Ærø".encode(),
    b"E0",
    b"2026/2027",
]
CELLS = st.sampled_from([*MARKS, *DATES, *OTHERS])
Damage = Callable[[bytes], bytes]


@st.composite
def damages(draw: st.DrawFn) -> Damage:
    """Return one way to damage a file; places are taken modulo what the file has."""
    at, other, cell = draw(st.integers(0, 2**16)), draw(st.integers(0, 2**16)), draw(CELLS)
    noise = draw(st.binary(max_size=8))
    ways: list[Damage] = [
        lambda body: _with_bytes(body, at, other % 16, noise),
        lambda body: _with_cell(body, at, other, cell),
        lambda body: _with_lines(body, lambda lines: lines[: at % len(lines)] + lines[at % len(lines) + 1 :]),
        lambda body: _with_lines(body, lambda lines: [*lines, lines[at % len(lines)]]),
        lambda body: _with_lines(
            body, lambda lines: [*lines[: at % len(lines)], cell, *lines[at % len(lines) :]]
        ),
        lambda body: _with_lines(body, lambda lines: [*lines, b"," * (other % 40)] * (1 + at % 3)),
        lambda body: body[: at % (len(body) + 1)],
        lambda body: body.replace(b"\r\n", [b"\n", b"\r", b"\n\r", b"\r\r\n"][at % 4]),
        lambda body: body.decode("utf-8", "replace").encode(
            ["utf-8-sig", "cp1252", "utf-16"][at % 3], "replace"
        ),
        lambda body: body + list(SHAPES.values())[at % len(SHAPES)],
        lambda body: body.replace(b",", [b";", b",,", b"\t"][at % 3], other % 50),
    ]
    return draw(st.sampled_from(ways))


def _with_bytes(body: bytes, at: int, gone: int, noise: bytes) -> bytes:
    place = at % (len(body) + 1)
    return body[:place] + noise + body[place + gone :]


def _with_lines(body: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    return b"\r\n".join(change(body.split(b"\r\n")))


def _with_cell(body: bytes, at: int, other: int, cell: bytes) -> bytes:
    lines = body.split(b"\r\n")
    cells = lines[at % len(lines)].split(b",")
    cells[other % len(cells)] = cell
    lines[at % len(lines)] = b",".join(cells)
    return b"\r\n".join(lines)


def parsed(file: FeedFile, body: bytes) -> ParsedFile | None:
    """Return what the source makes of a file, None where it refuses it whole."""
    try:
        return source_named(FEED).parse(file, body)
    except ParseError:
        return None


def lines_to_tell(file: FeedFile, body: bytes) -> list[int]:
    """Return the lines that must be rows or refused: all that hold something, but not other divisions'."""
    sheet = read_sheet(FEED, file.path, body)
    place = read_header(sheet.names, is_extra=is_extra(file)).positions.get("division")
    if file.kind == "results" or place is None:
        return [line.number for line in sheet.lines]
    width = len(sheet.names)
    well_formed = {
        line.number
        for line in sheet.lines
        if line.is_finished and not any(map(str.strip, line.cells[width:]))
    }
    codes = pd.Series(
        {line.number: (line.cells[place].strip() if place < len(line.cells) else "") for line in sheet.lines},
        dtype=object,
    )
    elsewhere = set(codes.index[is_elsewhere(codes, DIVISIONS)]) & well_formed
    return [line.number for line in sheet.lines if line.number not in elsewhere]


@settings(max_examples=3 * settings().max_examples)
@given(st.sampled_from(list(SHAPES)), st.lists(damages(), min_size=1, max_size=6))
def test_every_line_of_a_damaged_file_is_a_row_or_refused_with_a_reason(
    file: FeedFile, ways: list[Damage]
) -> None:
    body = SHAPES[file]
    for damage in ways:
        body = damage(body)
    each = parsed(file, body)
    if each is None:
        return
    refused = each.quarantine[each.quarantine["scope"] == "row"]
    told = Counter([*each.rows["source_row"], *refused["source_row"]])
    assert told == Counter(lines_to_tell(file, body))
    assert (refused["reason"] != "").all()
    assert (each.rows["home"] != "").all()
    assert (each.rows["home"] != each.rows["away"]).all()


@settings(max_examples=settings().max_examples // 2)
@given(
    st.lists(
        st.tuples(st.sampled_from(RESULTS), damages(), damages()),
        min_size=1,
        max_size=3,
        unique_by=lambda each: each[0],
    )
)
def test_the_rows_of_damaged_files_are_matches_or_to_come_or_in_quarantine(
    damaged: list[tuple[FeedFile, Damage, Damage]],
) -> None:
    bodies = {file: second(first(SHAPES[file])) for file, first, second in damaged}
    read = [(file, each) for file, body in bodies.items() if (each := parsed(file, body)) is not None]
    tables = normalise([(file, each, NOW) for file, each in read], DIVISIONS, cut_off_at=NOW)
    counts = coverage(read, tables, cut_off_at=NOW)
    assert counts["lost_count"].abs().sum() == 0
    assert counts["rows_count"].sum() == sum(len(lines_to_tell(file, bodies[file])) for file, _ in read)
    assert tables.matches["match_id"].is_unique
    assert set(tables.quotes["match_id"]) <= {*tables.matches["match_id"], *tables.fixtures["match_id"]}
