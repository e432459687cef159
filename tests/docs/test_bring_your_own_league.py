"""The guide's sample files, with earlier seasons of the same clubs, go through the whole pipeline."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import pytest

from pipeline.sources.csv_folder.columns import columns
from tests.docs.own_league import GUIDE, ROOT, samples, write_bare_league, write_league
from tests.graph.checkout import EVENING, Checkout, environment

README_COMMAND = "make publish SOURCE=csv_folder FOLDER=my-league"


def rows_of(release: Path, table: str) -> list[dict[str, object]]:
    document = json.loads((release / "data" / f"{table}.json").read_text(encoding="utf-8"))
    return [dict(zip(document["columns"], row, strict=True)) for row in document["rows"]]


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which the league of the guide was published as of the evening; not to be changed."""
    folder = tmp_path_factory.mktemp("own")
    write_league(folder / "my-league", first_season=2021, as_of=EVENING)
    checkout = Checkout(folder, "csv_folder", ["--pipeline-folder", str(folder / "my-league")])
    done = checkout.run("Publish")
    assert done.returncode == 0, done.stderr[-4000:]
    return checkout


def test_the_guide_has_all_files_of_a_folder_and_names_every_column() -> None:
    assert list(samples()) == ["divisions.csv", "KAL-2025.csv", "fixtures.csv"]
    for row in columns():
        line = f"| `{row['column']}` | {row['results']} | {row['fixtures']} | {row['meaning']} |"
        assert line in GUIDE.splitlines()
    assert README_COMMAND in GUIDE


def test_the_fixtures_of_the_guide_are_listed_with_forecasts(league: Checkout) -> None:
    listed = {(row["home"], row["away"]): row for row in rows_of(league.release(), "upcoming")}
    wanted = {(row["home"], row["away"]) for row in csv.DictReader(samples()["fixtures.csv"].splitlines())}
    assert set(listed) == wanted
    for row in listed.values():
        shares = [row["p_home"], row["p_draw"], row["p_away"]]
        assert all(isinstance(share, float) and 0 < share < 1 for share in shares)
        assert sum(map(float, shares)) == pytest.approx(1, abs=2e-6)  # type: ignore[arg-type]
    assert listed["Otava Town", "Susi City"]["kick_off_at"] == "2026-04-25T15:30:00Z"


def test_the_results_of_the_guide_are_in_the_table_of_the_division(league: Checkout) -> None:
    page = (league.release() / "divisions" / "kal" / "index.html").read_text(encoding="utf-8")
    taken = "Otava Town: 3 points taken: late accounts."
    for text in ("Kaleva Premier", "Ilves Harbour", "Peura Rovers", taken, "points in the meetings"):
        assert text in page
    manifest = json.loads((league.release() / "release.json").read_text(encoding="utf-8"))
    assert (manifest["source"], manifest["is_simulated"]) == ("csv_folder", False)
    assert "simulated league" not in page


def test_the_table_counts_the_deduction_and_the_season_of_the_guide(league: Checkout) -> None:
    rows = {row["club"]: row for row in rows_of(league.release(), "standings")}
    otava = rows["Otava Town"]
    assert otava["points"] == 3 * int(str(otava["won"])) + int(str(otava["drawn"])) - 3
    assert [row["place"] for row in rows.values()] == ["title", None, None, None, None, "relegated"]
    seasons = {row["season"]: row for row in rows_of(league.release(), "coverage")}
    assert {row["expected_count"] for row in seasons.values()} == {30}
    assert {row["lost_count"] for row in seasons.values()} == {0}
    assert seasons[2024]["accepted_count"] == 30


def test_the_guide_itself_is_a_page_of_the_site(league: Checkout) -> None:
    page = league.release() / "guides" / "bring-your-own-league" / "index.html"
    assert "closing_home_price" in page.read_text(encoding="utf-8")


def test_make_hands_the_folder_on() -> None:
    done = subprocess.run(
        ["make", "--dry-run", *README_COMMAND.split()[1:]],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Publish" in done.stdout
    assert "--pipeline-source csv_folder" in done.stdout
    assert "--pipeline-folder my-league" in done.stdout


def test_a_field_missing_from_the_division_table_stops_the_run_naming_it(tmp_path: Path) -> None:
    write_league(tmp_path / "my-league", first_season=2025, as_of=EVENING)
    table = tmp_path / "my-league" / "divisions.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("Europe/Helsinki", ""), encoding="utf-8")
    options = ["--pipeline-folder", str(table.parent)]
    done = Checkout(tmp_path, "csv_folder", options).run("Publish")
    assert done.returncode != 0
    assert "divisions.csv: a field is missing: row 2 column time_zone" in done.stderr


def test_a_league_without_prices_times_and_a_fixtures_file_is_forecast(tmp_path: Path) -> None:
    hostile = ["<script>alert(1)</script>", "=cmd()", "../../x", "Z" * 300, "Ñandú", "日本"]
    write_bare_league(tmp_path / "bare", hostile)
    (tmp_path / "bare" / "Other.csv").write_text("hello\n")
    done = Checkout(tmp_path, "csv_folder", ["--pipeline-folder", str(tmp_path / "bare")]).run("Publish")
    assert done.returncode == 0, done.stderr[-4000:]
    release = (tmp_path / "site" / "current").resolve()
    listed = rows_of(release, "upcoming")
    assert listed
    assert {row["forecast_family"] for row in listed} == {"poisson"}
    assert {row["home"] for row in listed} <= set(hostile)
    assert "Other.csv" in (release / "status" / "index.html").read_text(encoding="utf-8")
    assert not any("<script>alert" in page.read_text(encoding="utf-8") for page in release.rglob("*.html"))
