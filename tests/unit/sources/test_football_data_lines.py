"""From bytes to lines of cells."""

from __future__ import annotations

import pytest

from pipeline.domain.errors import ParseError
from pipeline.sources.football_data.lines import Sheet, decode, read_sheet


def sheet_of(body: bytes) -> Sheet:
    return read_sheet("football_data", "mmz4281/2526/E1.csv", body)


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert sheet_of(b"\xef\xbb\xbfDiv,Date\r\n").names == ("Div", "Date")


def test_bytes_that_are_no_utf8_are_windows_1252() -> None:
    assert decode(b"King\x92s Lynn\xa0") == "King’s Lynn\xa0"


def test_a_transfer_cut_inside_a_character_is_still_utf8() -> None:
    assert decode("Preußen, Preuß".encode()[:-1]) == "Preußen, Preu"


def test_bytes_undefined_in_windows_1252_do_not_crash() -> None:
    assert decode(b"a\x81\xff") == "a�ÿ"


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_every_line_end_gives_the_same_lines(end: bytes) -> None:
    lines = sheet_of(end.join([b"Div,Date", b"E1,a", b"E1,b", b""])).lines
    assert [(line.number, line.cells, line.is_finished) for line in lines] == [
        (2, ["E1", "a"], True),
        (3, ["E1", "b"], True),
    ]


def test_lines_of_commas_are_counted_and_the_others_keep_their_number() -> None:
    sheet = sheet_of(b"Div,Date\r\n,,,\r\nE1,a\r\n,\r\n")
    assert [line.number for line in sheet.lines] == [3]
    assert sheet.blank_count == 2


def test_a_last_line_without_an_end_is_marked() -> None:
    assert [line.is_finished for line in sheet_of(b"Div,Date\nE1,a\nE1,b").lines] == [True, False]


def test_a_quoted_comma_is_inside_its_cell() -> None:
    assert sheet_of(b'Div,Referee,HS\nE1,"Kick, A",9\n').lines[0].cells == ["E1", "Kick, A", "9"]


def test_a_stray_quote_ends_with_its_line() -> None:
    assert [line.number for line in sheet_of(b'Div,Date\nE1,"a\nE1,b\n').lines] == [2, 3]


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf", b"\r\n,,,\r\n"])
def test_a_file_without_content_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError, match="empty"):
        sheet_of(body)


def test_a_web_page_is_refused() -> None:
    with pytest.raises(ParseError, match="web page"):
        sheet_of(b"\r\n <!DOCTYPE HTML>\n<title>300 Multiple Choices</title>")
