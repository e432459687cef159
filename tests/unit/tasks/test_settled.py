"""Seasons long over are done once, and every later night gives what doing them again would, byte for byte."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import luigi
import pytest

from pipeline.archive import tables
from pipeline.archive.atomic import read_json, write_json
from pipeline.archive.fetch import Answer
from pipeline.archive.paths import PROJECT_ROOT
from pipeline.archive.report import Intake, IntakeFile
from pipeline.archive.snapshots import SnapshotStore
from pipeline.archive.tables import read_table
from pipeline.tasks import bundles, settled
from pipeline.tasks.archive import NormaliseArchive, ValidateArchive
from pipeline.tasks.intake import source_of
from pipeline.tasks.parsing import parser_version
from pipeline.tasks.run import Run, digest_of
from pipeline.tasks.settings import load_settings
from pipeline.validation import settled as findings

NOW = datetime(2026, 10, 8, 12, tzinfo=UTC)
HEADER = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HS,AS,HST,AST,AvgH,AvgD,AvgA,B365H,B365D,B365A"
CLUBS = {
    "E0": ("Arsenal", "Chelsea", "Everton", "Fulham"),
    "SC0": ("Aberdeen", "Celtic", "Hearts", "Hibernian"),
}
TABLES = ("matches", "fixtures", "quotes", "quarantine")
OLD, CURRENT = "mmz4281/2223/E0.csv", "mmz4281/2627/E0.csv"


def season_of(code: str, start: int, exchange: str = "") -> bytes:
    """Write a season of four clubs; in each something is wrong with a result, a price and a repeated day."""
    draws = random.Random(f"{code}{start}")
    lines = [HEADER + exchange]
    pairs = [(home, away) for home in CLUBS[code] for away in CLUBS[code] if home != away]
    for number, (home, away) in enumerate(pairs):
        day = date(start, 8, 8) + timedelta(days=5 * number)
        goals = draws.randrange(4), draws.randrange(4)
        result = "HDA"[(goals[0] <= goals[1]) + (goals[0] < goals[1])]
        shots = [draws.randrange(5, 20), draws.randrange(5, 20), 3, 25 if number == 4 else 3]
        prices = [round(draws.uniform(2.4, 3.2), 2) for _ in range(6)]
        prices = [1.05] * 3 + prices[3:] if number == 2 else prices
        prices = prices[:3] + [1.02] * 3 if number == 3 else prices
        own = [
            *shots,
            *prices,
            *([9.0, 9.5, 9.5] if exchange and number == 5 else [3.0] * 3 * bool(exchange)),
        ]
        score = [*goals, "H" if number == 6 else result]
        lines.append(",".join(map(str, [code, f"{day:%d/%m/%Y}", "15:00", home, away, *score, *own])))
    lines.append(lines[1])  # once more, which is told and left out
    return "\r\n".join([*lines, ""]).encode()


def feed() -> dict[str, bytes]:
    files = {
        f"mmz4281/{start % 100:02}{start % 100 + 1:02}/{code}.csv": season_of(code, start)
        for code in CLUBS
        for start in range(2022, 2027)
    }
    files["mmz4281/2425/E0.csv"] = season_of("E0", 2024, ",BFEH,BFED,BFEA")
    listed = (
        "Div,Date,Time,HomeTeam,AwayTeam,AvgH,AvgD,AvgA\r\nE0,10/10/2026,15:00,Fulham,Chelsea,2.5,3.1,2.9\r\n"
    )
    return files | {"fixtures.csv": listed.encode()}


def run_on(bodies: Mapping[str, bytes], label: str, at: datetime = NOW) -> dict[str, bytes]:
    """Take the two stages over these files; return what they wrote, by name."""
    settings = load_settings()
    source, store = source_of(settings), SnapshotStore(settings.data(is_replay=False))
    entries = []
    for file in source.files(list(bodies)):
        kept = store.add(Answer(file.path, file.path, 200, bodies[file.path]), at)
        told = (
            file.path,
            file.kind,
            file.division,
            file.season,
            "fetched",
            "",
            kept.sha256,
            kept.size,
            at,
            "",
        )
        entries.append(IntakeFile(*told))
    run = Run(at, "publish", is_replay=False, revision=label * 8)
    paths = run.paths(settings)
    write_json(paths.intake, Intake(source.name, at, at, tuple(entries), "0" * 64).to_document())
    NormaliseArchive(run.run_id).work()
    ValidateArchive(run.run_id).work()
    written = [paths.verdict, paths.clubs, paths.coverage, *(getattr(paths, name) for name in TABLES)]
    found = {path.name: path.read_bytes() for path in written}
    return found | {
        f"normalised {name}": (paths.normalised / f"{name}.parquet").read_bytes() for name in TABLES
    }


@contextmanager
def settings_for(folder: Path) -> Iterator[None]:
    """Let the settings name a data root below a folder."""
    config = luigi.configuration.get_config()
    chosen = {"source": "football_data", "seasons_from": "1993", "divisions": '["E0", "SC0"]'}
    chosen["data_root"] = str(folder / "kept")
    before = {name: config.get("pipeline", name, None) for name in chosen}
    for name, value in chosen.items():
        config.set("pipeline", name, value)
    yield
    for name, value in before.items():
        config.remove_option("pipeline", name) if value is None else config.set("pipeline", name, value)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """Return a data root after its first night, and what that night wrote."""
    folder = tmp_path_factory.mktemp("first")
    with settings_for(folder):
        return folder, run_on(feed(), "a")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what a first night writes that keeps nothing apart."""
    with settings_for(tmp_path_factory.mktemp("whole")), pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundles, "bundles_of", lambda *_: [])
        return run_on(feed(), "f")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    with settings_for(tmp_path):
        yield tmp_path


@pytest.fixture
def next_night(root: Path, first_night: tuple[Path, dict[str, bytes]]) -> Path:
    """Return a data root that has a first night behind it."""
    shutil.copytree(first_night[0], root, dirs_exist_ok=True)
    return root


def all_at_once(root: Path, bodies: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Return what a run writes that keeps nothing apart, in a data root of its own."""
    config = luigi.configuration.get_config()
    kept = config.get("pipeline", "data_root")
    config.set("pipeline", "data_root", str(root / "whole"))
    with monkeypatch.context() as patch:
        patch.setattr(bundles, "bundles_of", lambda *_: [])
        found = run_on(bodies, "f")
    config.set("pipeline", "data_root", kept)
    return found


def forbid_doing_old_seasons(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((settled, "_made"), (findings, "judge_settled")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("an old season was done again"))


def later(bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the feed of a later night: the running season has gained a line of nothing and lost a match."""
    lines = bodies[CURRENT].split(b"\r\n")
    return {**bodies, CURRENT: b"\r\n".join([*lines[:7], *lines[8:-1], b",,,", b""])}


def test_the_first_night_gives_what_all_at_once_gives(
    first_night: tuple[Path, dict[str, bytes]], whole: dict[str, bytes]
) -> None:
    assert first_night[1] == whole


def test_the_next_night_does_no_old_season_and_gives_what_all_at_once_gives(
    next_night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = all_at_once(next_night, later(feed()), monkeypatch)
    forbid_doing_old_seasons(monkeypatch)
    assert run_on(later(feed()), "b") == whole


def test_old_and_running_seasons_both_have_findings_of_every_kind(next_night: Path) -> None:
    paths = Run(NOW, "publish", is_replay=False, revision="a" * 8).paths(load_settings())
    entries = read_table(paths.quarantine)
    is_old = entries["source_file"].str.contains("2223|2324|2425")
    assert set(entries[is_old]["reason"]) >= set(entries[~is_old]["reason"])
    assert any("stale exchange prices" in reason for reason in entries[is_old]["reason"])


def test_an_edit_of_an_old_file_shows_at_once(
    next_night: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = feed() | {OLD: feed()[OLD].replace(b"Everton", b"Spurs")}
    second = run_on(edited, "b")
    assert second["matches.parquet"] != whole["matches.parquet"]
    assert second == all_at_once(next_night, edited, monkeypatch)


@pytest.mark.parametrize("name", ["parser_version", "digest_of"])
def test_other_code_never_meets_what_was_kept(
    next_night: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    done = []

    def note(module: ModuleType, work: str) -> None:
        original = getattr(module, work)

        def noted(*given: object, **more: object) -> object:
            done.append(work)
            return original(*given, **more)

        monkeypatch.setattr(module, work, noted)

    note(settled, "_made")
    note(findings, "judge_settled")
    monkeypatch.setattr(settled, name, lambda *_: "0a1b2c3d4e5f")
    run_on(feed(), "b")
    assert done == (["_made"] if name == "parser_version" else ["judge_settled"])


@pytest.mark.parametrize("name", ["aliases.csv", "football_data/corrections.csv", "normalise.py"])
def test_the_version_of_what_is_kept_changes_with_an_alias_a_correction_and_a_line_of_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("pipeline.tasks.run.PROJECT_ROOT", tmp_path)
    for room in ("sources", "domain"):
        shutil.copytree(PROJECT_ROOT / "pipeline" / room, tmp_path / "pipeline" / room)
    monkeypatch.setattr("pipeline.tasks.parsing.digest_of", digest_of.__wrapped__)  # without its memory
    before = parser_version()
    with (tmp_path / "pipeline/sources" / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert parser_version() != before


def test_a_cut_off_before_the_last_old_result_takes_nothing_from_a_later_one(next_night: Path) -> None:
    settings = load_settings()
    data, source = settings.data(is_replay=False), source_of(settings)
    paths = Run(NOW, "publish", is_replay=False, revision="a" * 8).paths(settings)
    intake = Intake.from_document(read_json(paths.intake))
    together = bundles.bundles_of(source, intake.files, NOW.date())
    last = datetime(2024, 10, 2, 16, tzinfo=UTC)  # 15:00 on the UK clock and two hours, of the last match
    assert settled.settled_tables(data, source, together, last) is not None
    assert settled.settled_tables(data, source, together, last - timedelta(seconds=1)) is None


def test_a_writer_killed_half_way_leaves_nothing_that_a_later_night_could_take(
    root: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = tables.write_table

    def killed(path: Path, *given: object) -> None:
        if path.name == "quotes.parquet":
            raise KeyboardInterrupt
        write(path, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(tables, "write_table", killed)
        with pytest.raises(KeyboardInterrupt):
            run_on(feed(), "a")
    parsed = load_settings().data(is_replay=False).folder / "parsed"
    assert not list(parsed.rglob("settled.json"))
    assert run_on(feed(), "a") == whole


def test_a_running_season_that_names_a_day_of_an_old_one_has_all_done_at_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = feed()["mmz4281/2425/E0.csv"].replace(b"02/10/2024", b"08/08/2025")
    bodies = feed() | {"mmz4281/2425/E0.csv": moved}
    assert run_on(bodies, "a") == all_at_once(root, bodies, monkeypatch)
    paths = Run(NOW, "publish", is_replay=False, revision="a" * 8).paths(load_settings())
    assert read_json(paths.normalised / "settled.json") == {}
