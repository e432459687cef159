"""From a user's file to rows and quarantine: whole rows whose match is unclear, single cells that are wrong.

A line is used where its division, date and clubs are clear. Nothing is repaired: a cell that can not be read
is missing, with an entry. Times are on the clock of the division, not on that of any feed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.csv_folder.columns import Header, column_of, fields_of, read_header
from pipeline.sources.football_data.cells import Flags, counts_of, date_of, kick_offs, prices_of
from pipeline.sources.football_data.lines import Sheet, read_sheet
from pipeline.sources.tables import Defect, quarantine_of

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEARS = range(1870, 2101)
_REASONS = {"time": "the time can not be read", "count": "this is no count", "price": "a price is above 1"}


def parse(source: str, file: FeedFile, body: bytes, known: Mapping[str, Division]) -> ParsedFile:
    """Read one file of results, or the fixtures.

    known: every division of the user's table by code. Raises ParseError where the file is empty, a web page
    or lacks a required column.
    """
    sheet = read_sheet(source, file.path, body)
    header = read_header(source, file, sheet)
    texts, shape_defects = _texts_of(sheet, header, file)
    days = pd.Series([_day_of(text) for text in texts["date"]], index=texts.index, dtype=object)
    clear, row_defects = _screened(texts, days, file, known)
    rows, cell_defects = _rows_of(texts[clear], days[clear], file, known)
    defects = [*header.defects, *shape_defects, *row_defects, *cell_defects]
    in_order = sorted(defects, key=lambda defect: defect.source_row)
    return ParsedFile(rows, quarantine_of(in_order), tuple(each.column for each in header.defects))


def refused(file: FeedFile, reason: str) -> ParsedFile:
    """Return a file of which nothing is used, with the reason as its one entry in quarantine."""
    return ParsedFile(
        pd.DataFrame(), quarantine_of([Defect(file.path, 0, "", file.path, reason, "file", "")])
    )


def _texts_of(sheet: Sheet, header: Header, file: FeedFile) -> tuple[pd.DataFrame, list[Defect]]:
    """Return the fields as stripped text by line number; what a line or the file has not is empty."""
    width = len(sheet.names)
    too_long = [line for line in sheet.lines if any(cell.strip() for cell in line.cells[width:])]
    defects = [
        _row_defect(file, line.number, ",".join(line.cells), "the line holds values beyond the last column")
        for line in too_long
    ]
    numbers = {line.number for line in too_long}
    lines = [line for line in sheet.lines if line.number not in numbers]
    fields = fields_of(file.kind, "identity", "count", "price")
    texts = {field: [_cell(line.cells, header.positions.get(field)) for line in lines] for field in fields}
    frame = pd.DataFrame(texts, index=[line.number for line in lines], dtype=object)
    for side in ("home", "away"):
        frame[side] = [" ".join(name.split()) for name in frame[side]]
    if file.kind == "results":
        frame["division"] = [code or file.division for code in frame["division"]]
    return frame, defects


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _day_of(text: str) -> date | None:
    if not _ISO_DATE.fullmatch(text):
        return date_of(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _screened(
    texts: pd.DataFrame, days: pd.Series, file: FeedFile, known: Mapping[str, Division]
) -> tuple[Flags, list[Defect]]:
    """Mark the lines whose match is clear and return the first fault of each of the others."""
    is_clear = np.ones(len(texts), dtype=bool)
    defects = []
    for place, (line, text) in enumerate(texts.iterrows()):
        column, reason = _fault(text, days.iloc[place], file, known)
        if reason:
            is_clear[place] = False
            code = text["division"] if text["division"] in known else ""
            row = int(str(line))
            defects.append(Defect(file.path, row, column, str(text[column]), reason, "row", code))
    return is_clear, defects


def _fault(
    text: pd.Series, day: date | None, file: FeedFile, known: Mapping[str, Division]
) -> tuple[str, str]:
    codes = [file.division] if file.kind == "results" else list(known)
    if text["division"] not in codes:
        return "division", "the division is not that of the file" if file.division else "no such division"
    if day is None or day.year not in _YEARS:
        return "date", "the date can not be read"
    if file.season is not None and day.year not in (file.season, file.season + 1):
        return "date", "the date lies outside the season of the file"
    for side in ("home", "away"):
        if not text[side]:
            return side, f"the {side} club is missing"
    return ("away", "the two clubs are the same") if text["home"] == text["away"] else ("", "")


def _rows_of(
    texts: pd.DataFrame, days: pd.Series, file: FeedFile, known: Mapping[str, Division]
) -> tuple[pd.DataFrame, list[Defect]]:
    counts, prices = fields_of(file.kind, "count"), fields_of(file.kind, "price")
    count_values, bad_counts = counts_of(texts[counts].to_numpy())
    price_values, bad_prices = prices_of(texts[prices].to_numpy())
    kick_off = _kick_offs(texts, days, known)
    identity = {
        "division": texts["division"].astype("str").array,
        "season": np.array(_seasons(texts, days, file, known), dtype="int64"),
        "kick_off_at": kick_off["at"].array,
        "kick_off_precision": pd.array(np.where(kick_off["has_time"], "minute", "day"), dtype="str"),
        "home": texts["home"].astype("str").array,
        "away": texts["away"].astype("str").array,
        "full_time_result": pd.array([""] * len(texts), dtype="str"),
        "source_file": pd.array([file.path] * len(texts), dtype="str"),
        "source_row": texts.index.to_numpy(dtype="int64"),
    }
    numbers = pd.DataFrame(
        np.hstack([count_values, price_values]), columns=[*counts, *prices], dtype="float64"
    )
    defects = [
        *_cell_defects(texts[["time"]], texts, file, kick_off[["unread"]].to_numpy(dtype=bool), "time"),
        *_cell_defects(texts[counts], texts, file, bad_counts, "count"),
        *_cell_defects(texts[prices], texts, file, bad_prices, "price"),
    ]
    return pd.concat([pd.DataFrame(identity), numbers], axis="columns"), defects


def _seasons(
    texts: pd.DataFrame, days: pd.Series, file: FeedFile, known: Mapping[str, Division]
) -> list[int]:
    if file.season is not None:
        return [file.season] * len(texts)
    return [known[code].season_at(day).start_year for code, day in zip(texts["division"], days, strict=True)]


def _kick_offs(texts: pd.DataFrame, days: pd.Series, known: Mapping[str, Division]) -> pd.DataFrame:
    """Return `at` in UTC, `has_time` and `unread` by line number, each on its own division's clock."""
    zones = texts["division"].map({code: division.time_zone for code, division in known.items()})
    parts = []
    for zone in sorted(set(zones)):
        part = texts[zones == zone]
        at, has_time, unread = kick_offs(list(days[part.index]), list(part["time"]), clock=zone)
        parts.append(pd.DataFrame({"at": at, "has_time": has_time, "unread": unread}, index=part.index))
    if not parts:
        at, has_time, unread = kick_offs([], [])
        parts = [pd.DataFrame({"at": at, "has_time": has_time, "unread": unread})]
    return pd.concat(parts).reindex(texts.index)


def _cell_defects(
    cells: pd.DataFrame, texts: pd.DataFrame, file: FeedFile, bad: Flags, kind: str
) -> list[Defect]:
    return [
        Defect(
            file.path,
            int(cells.index[line]),
            "kick_off_at" if kind == "time" else cells.columns[place],
            str(cells.iloc[line, place]),
            f"{_REASONS[kind]} (column {column_of(cells.columns[place])})",
            "cell",
            str(texts["division"].iloc[line]),
        )
        for line, place in np.argwhere(bad)
    ]


def _row_defect(file: FeedFile, row: int, value: str, reason: str) -> Defect:
    return Defect(file.path, row, "", value, reason, "row", file.division)
