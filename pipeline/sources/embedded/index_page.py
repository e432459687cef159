"""The site's index page, in the manner of the main feed's: headings by season, one relative link a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from pipeline.domain.divisions import Division
from pipeline.domain.season import Season

_TITLE = "Simulated Football Results Betting Odds"


def index_page(listed: Sequence[tuple[str, int]], divisions: Mapping[str, Division]) -> bytes:
    """Return the HTML page. listed: division and starting year of each results file."""
    lines = ["<HTML>", f"<HEAD><TITLE>{_TITLE}</TITLE></HEAD>", '<BODY BGCOLOR="#FFFFFF" TEXT="#000000">']
    lines += ["<P>Every club, result and price on this site is simulated.</P>"]
    lines += ['<P><A HREF="fixtures.csv">Fixtures of the next seven days</A></P>']
    for country in dict.fromkeys(division.country for division in divisions.values()):
        lines.append(f"<P><B>Data Files: {escape(country)}</B></P>")
        lines += _country(country, listed, divisions)
    return "\r\n".join([*lines, "</BODY>", "</HTML>", ""]).encode("ascii")


def _country(country: str, listed: Sequence[tuple[str, int]], divisions: Mapping[str, Division]) -> list[str]:
    ours = [(code, year) for code, year in listed if divisions[code].country == country]
    lines = []
    for year in sorted({year for _, year in ours}, reverse=True):
        codes = [code for code, season in ours if season == year]
        lines.append(f"<I>Season {_heading(year, divisions[codes[0]])}</I><BR>")
        lines += [_link(code, year, divisions[code]) for code in codes]
    return lines


def _heading(year: int, division: Division) -> str:
    return str(year) if division.calendar == "summer" else f"{year}/{year + 1}"


def _link(code: str, year: int, division: Division) -> str:
    address = f"mmz4281/{Season(year).feed_code()}/{code}.csv"
    return f'<IMG SRC="Excel.gif"> <A HREF="{address}">{escape(division.name)}</A><BR>'
