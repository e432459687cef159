"""A user's own list of fixtures beside the main feed: one CSV file, with the columns of `csv_folder`.

Its clubs must be the main feed's, by exact name. Times are on the clock of the division's country, and its
prices stand beside the market average as a list of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.markets import MARKET_AVERAGE
from pipeline.domain.outcomes import SIDES
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.csv_folder.parser import parse
from pipeline.sources.second_feeds import LISTING

NAME = "own"
PATH = f"{NAME}/fixtures.csv"


@dataclass(frozen=True)
class OwnFixtures:
    """The file that the setting `fixtures_csv` names."""

    name: str = NAME
    title: str = "own fixtures file"
    caution: str = ""

    def files(self) -> tuple[FeedFile, ...]:
        """Return the one file."""
        return (FeedFile(PATH, LISTING, "", None),)

    def parse(self, file: FeedFile, body: bytes, divisions: Mapping[str, Division]) -> ParsedFile:
        """Read the file; a line whose match is unclear is set aside with its reason.

        Raises ParseError where the file is empty, a web page or lacks a required column.
        """
        parsed = parse(NAME, FeedFile(file.path, "fixtures", "", None), body, divisions)
        renamed = {f"{MARKET_AVERAGE}_early_{side}": f"{NAME}_early_{side}" for side in SIDES}
        rows = parsed.rows.rename(columns=renamed).assign(
            home_name=parsed.rows["home"],
            away_name=parsed.rows["away"],
            **{name: pd.Series("", index=parsed.rows.index, dtype="str") for name in ("exclusion", "league")},
        )
        return ParsedFile(rows, parsed.quarantine, parsed.unknown_columns)
