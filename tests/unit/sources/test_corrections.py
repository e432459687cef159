"""Known errors of the source: what is corrected, what is told, what fails, and that nothing comes early."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.football_data import corrections as module
from pipeline.sources.football_data.columns import read_header
from pipeline.sources.football_data.corrections import Correction, corrections
from pipeline.sources.normalise import Normalised, normalise

FILE = FeedFile("mmz4281/2526/SC0.csv", "results", "SC0", 2025)
HEADER = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HS,AvgH,AvgD,AvgA,AvgCH,AvgCD,AvgCA"
BEFORE = "SC0,11/04/2026,15:00,Brack,Col,1,1,D,9,2,3.3,3.6,2.1,3.2,3.5"
WRONG = "SC0,18/04/2026,15:00,Ald,Brack,2,1,H,0,2,3.3,3.6,2.1,3.2,35"
AFTER = "SC0,19/04/2026,15:00,Col,Ald,1,1,D,9,2,3.3,3.6,2.1,3.2,3.5"
FETCHED = datetime(2026, 4, 30, tzinfo=UTC)


def entry(column: str = "AvgCA", old: str = "35", new: str = "", **other: str) -> Correction:
    match = {"division": "SC0", "date": "2026-04-18", "home": "Ald", "away": "Brack"} | other
    return Correction(
        file=FILE.path, column=column, old=old, new=new, reason="a typo", known_from="a test", **match
    )


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> list[Correction]:
    """The table of corrections, empty, for a test to fill."""
    entries: list[Correction] = []
    monkeypatch.setattr(module, "corrections", lambda: tuple(entries))
    return entries


def parsed(*lines: str, file: FeedFile = FILE) -> ParsedFile:
    body = "\r\n".join([HEADER, *lines, ""]).encode()
    return source_named("football_data").parse(file, body)


def at(cut_off_at: datetime, *lines: str) -> Normalised:
    return normalise([(FILE, parsed(*lines), FETCHED)], divisions_of("football_data"), cut_off_at=cut_off_at)


def told(file: ParsedFile) -> list[list[object]]:
    return file.quarantine[["source_row", "column", "value", "reason", "scope"]].to_numpy().tolist()


# -- the table


def test_every_entry_names_a_column_the_parser_reads_a_reason_and_its_source() -> None:
    assert corrections()
    for row in corrections():
        assert read_header([row.column]).positions, row
        assert row.reason, row
        assert row.known_from, row
        assert row.old != row.new, row


def test_every_entry_is_of_a_results_file_of_its_division_and_season() -> None:
    links = [row.file for row in corrections()]
    known = {file.path: file for file in source_named("football_data", seasons_from=1993).files(links)}
    for row in corrections():
        file, day = known[row.file], date.fromisoformat(row.date)
        assert (file.kind, file.division) == ("results", row.division)
        assert divisions_of("football_data")[row.division].season_at(day).start_year == file.season


def test_no_cell_is_corrected_twice() -> None:
    cells = [(row.file, row.match, row.column) for row in corrections()]
    assert len(set(cells)) == len(cells)


# -- applying


def test_a_wrong_value_becomes_missing_and_is_told(table: list[Correction]) -> None:
    table.append(entry())
    file = parsed(BEFORE, WRONG, AFTER)
    assert np.isnan(file.rows["avg_close_away"][1])
    assert file.rows["avg_close_away"].drop(1).tolist() == [3.5, 3.5]
    assert told(file) == [[3, "avg_close_away", "35", "corrected to missing: a typo", "cell"]]


def test_a_known_value_replaces_the_wrong_one(table: list[Correction]) -> None:
    table.append(entry("HS", "0", "12"))
    file = parsed(BEFORE, WRONG, AFTER)
    assert file.rows["home_shots"].tolist() == [9, 12, 9]
    assert told(file) == [[3, "home_shots", "0", "corrected to 12: a typo", "cell"]]


def test_several_cells_of_a_match_are_corrected(table: list[Correction]) -> None:
    table += [entry(), entry("HS", "0")]
    file = parsed(WRONG)
    assert file.rows[["avg_close_away", "home_shots"]].isna().all(axis=None)
    assert len(file.quarantine) == 2


def test_a_cell_the_line_is_too_short_for_is_filled(table: list[Correction]) -> None:
    table.append(entry("HS", "", "12"))
    assert parsed("SC0,18/04/2026,15:00,Ald,Brack,2,1,H").rows["home_shots"].tolist() == [12]


def test_a_date_in_another_form_finds_the_match(table: list[Correction]) -> None:
    table.append(entry())
    assert parsed(WRONG.replace("2026", "26")).rows["avg_close_away"].isna().all()


def test_a_correction_of_another_file_does_nothing(table: list[Correction]) -> None:
    table.append(entry())
    other = FeedFile("mmz4281/2425/SC0.csv", "results", "SC0", 2024)
    assert parsed(WRONG.replace("2026", "2025"), file=other).quarantine.empty


# -- failing loudly


def test_a_source_that_was_put_right_is_an_error_that_names_the_entry(table: list[Correction]) -> None:
    table.append(entry())
    with pytest.raises(
        ParseError, match=r"AvgCA of Ald - Brack on 2026-04-18 expects '35'.*row 3.*'3.5'"
    ) as error:
        parsed(BEFORE, WRONG.replace(",35", ",3.5"), AFTER)
    assert (error.value.row, error.value.column, error.value.value) == (3, "AvgCA", "3.5")


def test_a_match_that_is_gone_from_its_file_is_an_error(table: list[Correction]) -> None:
    table.append(entry())
    with pytest.raises(ParseError, match="AvgCA of Ald - Brack on 2026-04-18 does not find the match"):
        parsed(BEFORE, AFTER)


def test_a_match_that_is_there_twice_is_an_error(table: list[Correction]) -> None:
    table.append(entry())
    with pytest.raises(ParseError, match="finds the match twice"):
        parsed(WRONG, WRONG)


def test_a_column_that_is_gone_is_an_error(table: list[Correction]) -> None:
    table.append(entry("AST", "5"))
    with pytest.raises(ParseError, match="does not find the column"):
        parsed(WRONG)


# -- the cut-off


def test_an_older_file_that_does_not_reach_the_match_is_no_error(table: list[Correction]) -> None:
    table.append(entry())
    file = parsed(BEFORE)
    assert (len(file.rows), len(file.quarantine)) == (1, 0)


@pytest.mark.parametrize(
    ("cut_off_at", "count"),
    [(datetime(2026, 4, 18, 16, 59, tzinfo=UTC), 1), (datetime(2026, 4, 18, 15, 59, tzinfo=UTC), 0)],
)
def test_a_correction_is_told_from_the_instant_on_at_which_the_result_is(
    table: list[Correction], cut_off_at: datetime, count: int
) -> None:
    table.append(entry())
    tables = at(cut_off_at, BEFORE, WRONG, AFTER)
    assert [len(tables.matches), len(tables.quarantine)] == [1 + count, count]


def test_before_the_result_is_known_the_tables_are_the_same_with_and_without_the_correction(
    table: list[Correction],
) -> None:
    before_the_match = datetime(2026, 4, 18, 12, tzinfo=UTC)
    plain = at(before_the_match, BEFORE, WRONG, AFTER)
    table += [entry(), entry("HS", "0"), entry("FTHG", "2", "5")]
    known = at(before_the_match, BEFORE, WRONG, AFTER)
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        assert getattr(known, name).equals(getattr(plain, name)), name
    assert len(plain.fixtures) == 2


def test_a_corrected_early_price_is_told_only_once_it_was_collected(table: list[Correction]) -> None:
    table.append(entry("AvgH", "2"))
    friday = datetime(2026, 4, 17, 14, tzinfo=UTC)
    thursday = datetime(2026, 4, 16, 14, tzinfo=UTC)
    assert [len(at(instant, BEFORE, WRONG, AFTER).quarantine) for instant in (thursday, friday)] == [0, 1]
