"""Bundles of old seasons: read back as if each file were parsed alone, redone only where one changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipeline.archive.fetch import Answer
from pipeline.archive.paths import DataRoot
from pipeline.archive.report import IntakeFile
from pipeline.archive.snapshots import SnapshotStore
from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import ParseError
from pipeline.sources.base import FeedFile, Source
from pipeline.sources.catalogue import source_named
from pipeline.sources.normalise import normalise
from pipeline.tasks.bundles import bundles_of, prepare, read

NOW = datetime(2026, 10, 8, 12, tzinfo=UTC)
VERSION = "0a1b2c"
HEADER = b"Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR"
OLD = {
    "mmz4281/0304/G1.csv": b"Div,Date,HT,AT,FTHG,FTAG,FTR,VCH,VCD,VCA\r\n"
    b"G1,23/08/03,Nauplia,Argos,2,0,H,1.9,#,4\r\n",
    "mmz4281/0405/G1.csv": HEADER + b",LBH,LBD,LBA\r\nG1,40/08/04,Argos,Nauplia,1,1,D,2,3,4\r\n",
    "mmz4281/0506/G1.csv": HEADER + b",VCH\r\nG1,28/08/05,Argos,Nauplia,1,1,D,\r\n",
    "mmz4281/0506/N1.csv": HEADER + b"\r\nN1,28/08/05,Vloed,Eb,1,1,D\r\n",
}
NEW = {
    "mmz4281/2526/G1.csv": HEADER + b"\r\nG1,30/08/25,Argos,Nauplia,1,1,D\r\n",
    "new/JPN.csv": b"Country,League,Season,Date,Time,Home,Away,HG,AG,Res\r\n"
    b"Japan,J1 League,2012,10/03/2012,05:00,Aoba,Sora,1,0,H\r\n",
    "fixtures.csv": b"Div,Date,Time,HomeTeam,AwayTeam\r\n",
}


class Kept:
    """A data root with the bytes of some files."""

    def __init__(self, root: Path) -> None:
        self.data, self.source = (
            DataRoot(root, "football_data"),
            source_named("football_data", seasons_from=1993),
        )
        self.store = SnapshotStore(self.data)

    def entries(self, bodies: dict[str, bytes]) -> list[IntakeFile]:
        return [self._entry(file, bodies[file.path]) for file in self.source.files(list(bodies))]

    def _entry(self, file: FeedFile, body: bytes) -> IntakeFile:
        kept = self.store.add(Answer(file.path, file.path, 200, body), NOW)
        return IntakeFile(
            file.path, file.kind, file.division, file.season, "fetched", "", kept.sha256, kept.size, NOW, ""
        )


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def parsed_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every file that is parsed from now on."""
    seen: list[str] = []
    parse = type(source_named("football_data")).parse

    def noted(self: Source, file: FeedFile, body: bytes) -> object:
        seen.append(file.path)
        return parse(self, file, body)

    monkeypatch.setattr(type(source_named("football_data")), "parse", noted)
    return seen


def test_the_last_two_seasons_lists_and_files_of_all_seasons_are_in_no_bundle(kept: Kept) -> None:
    bundles = bundles_of(kept.source, kept.entries(OLD | NEW), NOW.date())
    assert [[entry.path for entry in bundle] for bundle in bundles] == [
        ["mmz4281/0304/G1.csv", "mmz4281/0405/G1.csv", "mmz4281/0506/G1.csv"],
        ["mmz4281/0506/N1.csv"],
    ]


def test_a_season_joins_its_bundle_when_the_one_after_the_next_begins(kept: Kept) -> None:
    entries = kept.entries({"mmz4281/2526/G1.csv": NEW["mmz4281/2526/G1.csv"]})
    days = (date(2027, 6, 30), date(2027, 7, 1))
    assert [len(bundles_of(kept.source, entries, day)) for day in days] == [0, 1]


def test_a_bundle_holds_what_each_file_parsed_alone_holds(kept: Kept) -> None:
    bundles = bundles_of(kept.source, kept.entries(OLD), NOW.date())
    prepare(kept.data, kept.source, VERSION, bundles)
    found = [each for bundle in bundles for each in read(kept.data, kept.source, VERSION, bundle)]
    assert len(found) == len(OLD)
    for entry, held in found:
        alone = kept.source.parse(entry.file, OLD[entry.path])
        pd.testing.assert_frame_equal(held.rows, alone.rows)
        pd.testing.assert_frame_equal(held.quarantine, alone.quarantine)


def test_the_tables_from_bundles_are_those_from_files_parsed_alone(kept: Kept) -> None:
    bundles = bundles_of(kept.source, kept.entries(OLD), NOW.date())
    prepare(kept.data, kept.source, VERSION, bundles)
    bundled = [
        (entry.file, held, NOW)
        for each in bundles
        for entry, held in read(kept.data, kept.source, VERSION, each)
    ]
    alone = [(file, kept.source.parse(file, OLD[file.path]), NOW) for file, _, _ in bundled]
    tables = [normalise(parsed, divisions_of("football_data"), cut_off_at=NOW) for parsed in (bundled, alone)]
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        pd.testing.assert_frame_equal(getattr(tables[0], name), getattr(tables[1], name))


def test_an_edit_of_one_old_file_redoes_its_division_alone(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(kept.data, kept.source, VERSION, bundles_of(kept.source, kept.entries(OLD), NOW.date()))
    seen = parsed_by(monkeypatch)
    prepare(kept.data, kept.source, VERSION, bundles_of(kept.source, kept.entries(OLD), NOW.date()))
    assert seen == []
    path = "mmz4281/0506/N1.csv"
    edited = OLD | {path: OLD[path].replace(b"1,1,D", b"2,1,H")}
    prepare(kept.data, kept.source, VERSION, bundles_of(kept.source, kept.entries(edited), NOW.date()))
    assert seen == [path]


def test_another_version_of_the_parser_redoes_all(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    bundles = bundles_of(kept.source, kept.entries(OLD), NOW.date())
    prepare(kept.data, kept.source, VERSION, bundles)
    seen = parsed_by(monkeypatch)
    prepare(kept.data, kept.source, "ffffff", bundles)
    assert sorted(seen) == sorted(OLD)


def test_many_bundles_are_parsed_in_processes_and_what_fails_there_is_raised_here(kept: Kept) -> None:
    codes = ("E0", "E1", "E2", "E3", "D1", "D2", "I1", "SP1")
    bodies = {
        f"mmz4281/0506/{code}.csv": HEADER + f"\r\n{code},28/08/05,Vloed,Eb,1,1,D\r\n".encode()
        for code in codes
    }
    bundles = bundles_of(kept.source, kept.entries(bodies), NOW.date())
    prepare(kept.data, kept.source, VERSION, bundles)
    assert sum(1 for each in bundles for _ in read(kept.data, kept.source, VERSION, each)) == len(codes)
    broken = bodies | {"mmz4281/0506/D2.csv": b"<html>"}
    with pytest.raises(ParseError, match="web page"):
        prepare(kept.data, kept.source, "ffffff", bundles_of(kept.source, kept.entries(broken), NOW.date()))
