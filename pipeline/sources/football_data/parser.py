"""From a file's bytes to rows and quarantine: a results file holds one division, a listing many.

Row scope: nobody can tell which match the line is, so nothing of it is used. Cell scope: the match is used
without that value. Whether a match counts as played is not decided here, because that depends on the cut-off.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.football_data.cells import Flags, counts_of, kick_offs, lines_of, prices_of
from pipeline.sources.football_data.columns import Header, fields_of_kind, read_header
from pipeline.sources.football_data.corrections import corrected
from pipeline.sources.football_data.leagues import foreign_countries, is_extra, with_divisions
from pipeline.sources.football_data.lines import Sheet, read_sheet
from pipeline.sources.football_data.screening import (
    Screened,
    foreign_divisions,
    is_elsewhere,
    screen,
    spell_once,
    well_formed,
)
from pipeline.sources.tables import Defect, quarantine_of

_REQUIRED = {"Div": "division", "Date": "date", "HomeTeam": "home", "AwayTeam": "away"}
_REQUIRED_OF_RESULTS = _REQUIRED | {"FTHG": "home_goals", "FTAG": "away_goals"}
_REQUIRED_EXTRA = {"Country": "country", "League": "league", "Date": "date", "Home": "home", "Away": "away"}
_REQUIRED_OF_EXTRA_RESULTS = _REQUIRED_EXTRA | {"Season": "season", "HG": "home_goals", "AG": "away_goals"}
_NO_LINE = "a handicap is a multiple of 0.25 from -4.5 to 4.5"


def parse(source: str, file: FeedFile, body: bytes, divisions: Mapping[str, Division]) -> ParsedFile:
    """Read one file of the feed.

    divisions: the wanted ones by code; lines of other divisions in a fixtures file are passed over.
    Raises ParseError where the file is empty, a web page, lacks required columns or holds another division.
    """
    sheet = read_sheet(source, file.path, body)
    header = read_header(sheet.names, is_extra=is_extra(file))
    _require_columns(source, file, header)
    sheet, shape_defects = well_formed(sheet, file)
    sheet, corrections = corrected(source, file, sheet, header)
    if file.kind != "results":
        header = header.before_kick_off()
    elif is_extra(file):
        header = header.at_the_close()
    texts = _texts_of(sheet, header)
    if is_extra(file):
        texts = with_divisions(texts)
    if file.kind == "results":
        _require_division(source, file, texts, divisions)
    else:
        texts = texts[~is_elsewhere(texts["division"], divisions)]
    screened = screen(spell_once(source, texts, divisions), file, divisions)
    rows, cell_defects = _rows_of(screened, file, header)
    return ParsedFile(
        rows, quarantine_of([*shape_defects, *corrections, *screened.defects, *cell_defects]), header.unknown
    )


def _require_columns(source: str, file: FeedFile, header: Header) -> None:
    main, extra = (
        (_REQUIRED_OF_RESULTS, _REQUIRED_OF_EXTRA_RESULTS)
        if file.kind == "results"
        else (_REQUIRED, _REQUIRED_EXTRA)
    )
    required = extra if is_extra(file) else main
    missing = [name for name, field in required.items() if field not in header.positions]
    if missing:
        raise ParseError(source, file.path, f"the header has no column {', '.join(missing)}")


def _require_division(
    source: str, file: FeedFile, texts: pd.DataFrame, divisions: Mapping[str, Division]
) -> None:
    if is_extra(file):
        foreign = foreign_countries(list(texts["country"]), file, divisions)
    else:
        foreign = foreign_divisions(texts["division"], file.division)
    if foreign:
        raise ParseError(source, file.path, f"holds division {', '.join(foreign)}, not {file.division}")


def _texts_of(sheet: Sheet, header: Header) -> pd.DataFrame:
    """Return the fields as stripped text by line number; what a line or the file has not is empty."""
    blank = [""] * len(sheet.names)
    lines = [line.cells[: len(blank)] + blank[len(line.cells) :] for line in sheet.lines]
    columns = list(zip(*lines, strict=True)) if lines else [()] * len(blank)
    known = [name for kind in ("identity", "count", "result") for name in fields_of_kind(kind)]
    places = {name: header.positions.get(name) for name in (*known, *header.prices, *header.lines)}
    texts = {
        name: [""] * len(lines) if place is None else [text.strip() for text in columns[place]]
        for name, place in places.items()
    }
    return pd.DataFrame(texts, index=[line.number for line in sheet.lines], dtype=object)


def _rows_of(screened: Screened, file: FeedFile, header: Header) -> tuple[pd.DataFrame, list[Defect]]:
    texts = screened.texts
    instants, has_time, unread = kick_offs(list(screened.days), list(texts["time"]))
    late = texts[["time"]].rename(columns={"time": "kick_off_at"})
    counts, bad_counts = counts_of(texts[list(fields_of_kind("count"))].to_numpy())
    prices, bad_prices = prices_of(texts[list(header.prices)].to_numpy())
    sizes, bad_sizes = lines_of(texts[list(header.lines)].to_numpy())
    identity = {
        "division": texts["division"].astype("str").array,
        "season": np.array(screened.seasons, dtype="int64"),
        "kick_off_at": instants,
        "kick_off_precision": pd.array(np.where(has_time, "minute", "day"), dtype="str"),
        "home": texts["home"].astype("str").array,
        "away": texts["away"].astype("str").array,
        "full_time_result": texts["full_time_result"].astype("str").array,
        "source_file": pd.array([file.path] * len(texts), dtype="str"),
        "source_row": texts.index.to_numpy(dtype="int64"),
    }
    numbers = pd.DataFrame(
        np.hstack([counts, prices, sizes]),
        columns=[*fields_of_kind("count"), *header.prices, *header.lines],
        dtype="float64",
    )
    defects = [
        *_cell_defects(late, file, screened, unread[:, None], "the time can not be read"),
        *_cell_defects(texts[list(fields_of_kind("count"))], file, screened, bad_counts, "this is no count"),
        *_cell_defects(texts[list(header.prices)], file, screened, bad_prices, "a price is a number above 1"),
        *_cell_defects(texts[list(header.lines)], file, screened, bad_sizes, _NO_LINE),
    ]
    rows = pd.concat([pd.DataFrame(identity), numbers], axis="columns")
    return rows, sorted(defects, key=lambda defect: defect.source_row)


def _cell_defects(
    cells: pd.DataFrame, file: FeedFile, screened: Screened, bad: Flags, reason: str
) -> list[Defect]:
    codes = screened.texts["division"]
    return [
        Defect(
            file.path,
            int(cells.index[line]),
            cells.columns[place],
            str(cells.iloc[line, place]),
            reason,
            "cell",
            str(codes.iloc[line]),
        )
        for line, place in np.argwhere(bad)
    ]
