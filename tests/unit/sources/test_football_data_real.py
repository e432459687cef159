"""The parser and the cut on the real feed's mirror, where one is configured."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import ParseError
from pipeline.domain.markets import line_of_stem, stem_of
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.football_data.columns import Header, price_fields, read_header
from pipeline.sources.football_data.lines import read_sheet
from pipeline.sources.normalise import normalise

pytestmark = pytest.mark.real

EVENING = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
FIXTURES = FeedFile("fixtures.csv", "fixtures", "", None)
NAMES_OF_EXTRA_LEAGUES = ("Country", "League", "Season", "Home", "Away", "HG", "AG", "Res")


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


def header_of(path: Path) -> Header:
    with path.open("rb") as body:
        return read_header(read_sheet("football_data", path.name, body.readline()).names)


@pytest.fixture(scope="module")
def headers(mirror: Path) -> dict[str, Header]:
    """Read the header of every file of the whole mirror, all seasons and the extra leagues among them."""
    paths = [path for path in sorted(mirror.rglob("*.csv")) if "quirks" not in path.parts]
    return {path.relative_to(mirror).as_posix(): header_of(path) for path in paths}


def test_no_price_like_column_of_any_file_is_unknown(headers: dict[str, Header]) -> None:
    found = {name: path for path, header in headers.items() for name in header.unknown}
    unknown = {name: path for name, path in found.items() if name not in NAMES_OF_EXTRA_LEAGUES}
    assert len(headers) > 700
    assert unknown == {}


def test_every_market_of_every_file_is_complete(headers: dict[str, Header]) -> None:
    for path, header in headers.items():
        assert set(header.prices) <= set(header.positions), path


def test_every_handicap_pair_of_every_file_has_its_line(headers: dict[str, Header]) -> None:
    pairs = {(path, stem_of(name)) for path, header in headers.items() for name in header.prices}
    handicaps = {(path, stem) for path, stem in pairs if stem.endswith("_handicap")}
    assert len(handicaps) > 1000
    missing = [
        (path, stem)
        for path, stem in sorted(handicaps)
        if line_of_stem(stem, headers[path].lines) not in headers[path].positions
    ]
    assert missing == []


def names_of_the_notes(mirror: Path) -> dict[str, str]:
    """Return each column the feed's own key explains, with what it says."""
    text = (mirror / "notes.txt").read_bytes().decode("cp1252")
    keys = [line.partition(" = ") for line in text.splitlines() if " = " in line[:20]]
    return {name.strip(): meaning for names, _, meaning in keys for name in names.split(" and ")}


def test_every_column_of_the_feed_s_own_key_is_known(mirror: Path) -> None:
    notes = names_of_the_notes(mirror)
    assert len(notes) > 120
    assert [name for name in read_header(list(notes)).unknown if name not in NAMES_OF_EXTRA_LEAGUES] == []


def test_every_price_of_the_feed_s_own_key_means_what_it_says(mirror: Path) -> None:
    explained = {name: meaning.lower() for name, meaning in names_of_the_notes(mirror).items()}
    told = {name: meaning for name, meaning in explained.items() if name in price_fields()}
    not_told = [name for name in explained if name not in told]
    assert not [name for name in not_told if "odds" in explained[name] and "number of" not in explained[name]]
    words = {
        "home": "home",
        "draw": "draw",
        "away": "away",
        "over25": "over 2.5 goals",
        "under25": "under 2.5 goals",
        "handicap_home": "asian handicap home team odds",
        "handicap_away": "asian handicap away team odds",
    }
    assert len(told) > 100
    for name, meaning in told.items():
        _, moment, side = price_fields()[name].split("_", 2)
        assert moment == "early"
        assert words[side] in meaning, name


def test_every_closing_price_follows_the_rule_of_the_feed_s_own_key(mirror: Path) -> None:
    early = [name for name in names_of_the_notes(mirror) if name in price_fields()]
    for name in early:
        ending = next(each for each in ("AHH", "AHA", ">2.5", "<2.5", name[-1]) if name.endswith(each))
        closing = f"{name.removesuffix(ending)}C{ending}"
        assert price_fields()[closing] == price_fields()[name].replace("_early_", "_close_")


def test_lines_of_the_feed_are_quarter_goals_and_the_absurd_ones_are_named(
    mirror: Path, parsed: dict[str, ParsedFile]
) -> None:
    absurd = {
        (path, row["column"], row["value"])
        for path, file in parsed.items()
        for row in file.quarantine.to_dict("records")
        if str(row["column"]).endswith("_handicap_line")
    }
    assert absurd == {
        ("mmz4281/1819/EC.csv", "avg_early_handicap_line", "-0.175"),
        ("mmz4281/2526/SP2.csv", "avg_close_handicap_line", "-0.390625"),
    }


def test_old_files_hold_lines_of_bookmakers_and_pairs_of_halves(mirror: Path) -> None:
    source = source_named("football_data")
    old = FeedFile("mmz4281/0910/SP2.csv", "results", "SP2", 2009)
    file = source.parse(old, (mirror / old.path).read_bytes())
    assert "avg_early_handicap_line" not in set(file.quarantine["column"])
    early = FeedFile("mmz4281/0405/D2.csv", "results", "D2", 2004)
    first = source.parse(early, (mirror / early.path).read_bytes()).rows.iloc[0]
    names = ["lb_early_home", "lb_early_draw", "lb_early_away", "gb_early_handicap_line", "gb_early_over25"]
    assert first[names].tolist() == [2.25, 3.2, 2.75, -0.5, 1.75]


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
