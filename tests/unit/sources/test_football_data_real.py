"""The parser and the cut on the real feed's mirror, where one is configured."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import ParseError
from pipeline.domain.outcomes import SIDES
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.football_data.columns import read_header
from pipeline.sources.football_data.lines import read_sheet
from pipeline.sources.normalise import normalise

pytestmark = pytest.mark.real

EVENING = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
FIXTURES = FeedFile("fixtures.csv", "fixtures", "", None)


@pytest.fixture(scope="module")
def files(mirror: Path) -> tuple[FeedFile, ...]:
    links = [path.relative_to(mirror).as_posix() for path in mirror.glob("mmz4281/*/*.csv")]
    return source_named("football_data").files(links)


@pytest.fixture(scope="module")
def parsed(mirror: Path, files: tuple[FeedFile, ...]) -> dict[str, ParsedFile]:
    source = source_named("football_data")
    return {file.path: source.parse(file, (mirror / file.path).read_bytes()) for file in files}


def test_every_line_of_every_file_is_a_row_or_in_quarantine(
    mirror: Path, parsed: dict[str, ParsedFile]
) -> None:
    assert len(parsed) > 200
    for path, file in parsed.items():
        lines = read_sheet("football_data", path, (mirror / path).read_bytes()).lines
        refused = file.quarantine.loc[file.quarantine["scope"] == "row", "source_row"]
        assert sorted([*file.rows["source_row"], *refused]) == [line.number for line in lines], path


def test_every_column_of_the_feed_is_known(parsed: dict[str, ParsedFile]) -> None:
    assert {name for file in parsed.values() for name in file.unknown_columns} == set()


def test_every_triple_of_the_feed_is_complete(mirror: Path, files: tuple[FeedFile, ...]) -> None:
    for file in files:
        header = read_header(read_sheet("football_data", file.path, (mirror / file.path).read_bytes()).names)
        assert set(header.prices) <= set(header.positions), file.path
        assert len(header.prices) % len(SIDES) == 0


def test_the_three_matches_without_a_score_have_none(parsed: dict[str, ParsedFile]) -> None:
    missing = {path: file.rows[file.rows["home_goals"].isna()] for path, file in parsed.items()}
    found = {(path, home) for path, rows in missing.items() for home in rows["home"]}
    assert found == {("mmz4281/1819/G1.csv", "Panathinaikos"), ("mmz4281/2526/F2.csv", "Bastia")}


def played_before(day: str, file: ParsedFile) -> ParsedFile:
    return ParsedFile(file.rows[file.rows["kick_off_at"] < pd.Timestamp(day)], file.quarantine)


def test_the_evening_of_24_april_2026_has_186_fixtures(mirror: Path, parsed: dict[str, ParsedFile]) -> None:
    body = (mirror.parent / "football-data-snapshots" / "2026-04-24T1904Z" / "fixtures.csv").read_bytes()
    source = source_named("football_data")
    archive = [
        (file, played_before("2026-04-24T00:00Z", parsed[file.path]), EVENING)
        for file in source.files(list(parsed))
    ]
    everything = [(FIXTURES, source.parse(FIXTURES, body), EVENING), *archive]
    tables = normalise(everything, divisions_of("football_data"), cut_off_at=EVENING)
    assert len(tables.fixtures) == 186
    assert tables.fixtures["status"].value_counts().to_dict() == {"upcoming": 167, "awaiting_result": 19}
    assert set(tables.fixtures["match_id"]) <= set(tables.quotes["match_id"])


def test_a_replay_of_that_evening_sees_no_later_result(mirror: Path, parsed: dict[str, ParsedFile]) -> None:
    archive = [
        (file, parsed[file.path], EVENING) for file in source_named("football_data").files(list(parsed))
    ]
    tables = normalise(archive, divisions_of("football_data"), cut_off_at=EVENING)
    assert tables.matches["kick_off_at"].max() + pd.Timedelta(hours=2) <= pd.Timestamp(EVENING)
    assert tables.matches["match_id"].is_unique
    assert tables.fixtures["kick_off_at"].min() + pd.Timedelta(hours=2) > pd.Timestamp(EVENING)


def test_the_five_fixtures_dated_2016_are_quarantined(mirror: Path) -> None:
    body = (mirror.parent / "football-data-snapshots" / "2026-04-24T1356Z" / "fixtures.csv").read_bytes()
    listed = source_named("football_data").parse(FIXTURES, body)
    tables = normalise([(FIXTURES, listed, EVENING)], divisions_of("football_data"), cut_off_at=EVENING)
    assert (len(tables.fixtures), len(tables.quarantine)) == (181, 5)


@pytest.mark.parametrize("folder", ["300-multiple-choices", "wrong-file-served"])
def test_the_wrong_answers_of_the_server_are_refused(mirror: Path, folder: str) -> None:
    answers = sorted((mirror / "quirks" / folder).glob("mmz4281/*/*.csv"))
    assert answers
    for path in answers:
        file = FeedFile(f"mmz4281/2627/{path.name}", "results", path.stem, 2026)
        with pytest.raises(ParseError, match=r"web page|holds division"):
            source_named("football_data").parse(file, path.read_bytes())


@pytest.mark.parametrize(("path", "season"), [("mmz4281/0809/E1.csv", 2008), ("mmz4281/9596/D1.csv", 1995)])
def test_of_a_transfer_that_was_cut_the_last_line_is_quarantined(
    mirror: Path, path: str, season: int
) -> None:
    body = (mirror / "quirks" / "truncated-download" / path).read_bytes()
    file = source_named("football_data").parse(FeedFile(path, "results", Path(path).stem, season), body)
    assert file.quarantine.loc[file.quarantine["scope"] == "row", "reason"].tolist() == [
        "the last line is not finished"
    ]
    assert len(file.rows) > 50
