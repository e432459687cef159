"""From bytes to lines of cells: encoding, line ends, ragged and blank rows. It knows no column by meaning."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass

from pipeline.domain.errors import ParseError

_BLANKS = ' ,"\t\xa0'


@dataclass(frozen=True)
class Line:
    """One line that holds something. number: physical line in the file; the header is 1."""

    number: int
    cells: list[str]
    is_finished: bool


@dataclass(frozen=True)
class Sheet:
    """A file's header and its lines; `blank_count` lines held nothing but commas."""

    names: tuple[str, ...]
    lines: list[Line]
    blank_count: int


def decode(body: bytes) -> str:
    """Return the text of a file: UTF-8 with or without a mark, else Windows-1252.

    A transfer cut inside a character is still UTF-8. Bytes that Windows-1252 leaves undefined become U+FFFD.

    >>> decode("Preußen".encode("utf-8-sig")), decode(b"King\\x92s Lynn")
    ('Preußen', 'King’s Lynn')
    """
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def read_sheet(source: str, path: str, body: bytes) -> Sheet:
    """Split a file into its header and its lines, each line by itself so that a stray quote harms one line.

    Raises ParseError where the file is empty or is a web page.
    """
    text = decode(body).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip(_BLANKS + "\n"):
        raise ParseError(source, path, "the file is empty")
    if text.lstrip().startswith("<"):
        raise ParseError(source, path, "the file is a web page, not CSV", value=text.lstrip()[:40])
    raw = text.split("\n")
    names = tuple(name.strip() for name in _cells(raw[0]))
    numbered = [(number, line) for number, line in enumerate(raw[1:], 2) if line.strip(_BLANKS)]
    lines = [Line(number, _cells(line), number < len(raw)) for number, line in numbered]
    blank_count = sum(bool(line) for line in raw[1:]) - len(numbered)
    return Sheet(names, lines, blank_count)


def _cells(line: str) -> list[str]:
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line]))
    except csv.Error:
        return line.split(",")
