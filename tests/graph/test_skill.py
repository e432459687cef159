"""`make skill` on the tiny world: what it leaves, that it resumes, and that it repeats its bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.archive.atomic import read_json
from tests.graph.checkout import EVENING, ROOT, Checkout, environment

COMMAND = [sys.executable, "-m", "pipeline.tasks.skill", "--as-of", EVENING, "--first-season", "2025"]


def measure(checkout: Checkout, *extra: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "--families", "poisson", *checkout.settings(), *extra]
    return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    measured = Checkout(tmp_path_factory.mktemp("skill"))
    done = measure(measured)
    assert done.returncode == 0, done.stderr[-4000:]
    measured.log.write_text(done.stderr + done.stdout, encoding="utf-8")
    return measured


@pytest.fixture(scope="module")
def table(checkout: Checkout) -> pd.DataFrame:
    return pd.read_csv(checkout.data / "skill/last/skill.csv")


def test_the_tables_are_left_in_three_forms(checkout: Checkout) -> None:
    names = {path.name for path in (checkout.data / "skill/last").iterdir()}
    forms = {f"{table}.{form}" for table in ("skill", "skill_costs") for form in ("csv", "json", "parquet")}
    assert names == {*forms, "run.json"}


def test_the_perfect_forecast_and_both_markets_stand_beside_the_family(table: pd.DataFrame) -> None:
    everyone = table[table["scope"] == "all"]
    assert set(everyone["family"]) == {"base_rates", "market", "market_close", "poisson", "truth"}
    assert everyone["n"].nunique() == 1
    best = everyone.set_index("family")["log_loss"]
    assert best["truth"] < best["poisson"] < best["base_rates"]


def test_progress_is_told_block_by_block(checkout: Checkout) -> None:
    said = checkout.log.read_text(encoding="utf-8")
    assert "poisson on 2025 autumn" in said
    assert " MiB" in said


def test_what_is_done_is_not_done_again_and_gives_the_same_bytes(checkout: Checkout) -> None:
    before = (checkout.data / "skill/last/skill.parquet").read_bytes()
    for folder in (checkout.data / "runs").glob("*-skill-*/skill-*"):
        shutil.rmtree(folder)
    lost = sorted((checkout.data / "skill/blocks").glob("*/*"))[0]
    shutil.rmtree(lost)
    done = measure(checkout)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "3 of 4 blocks were forecast before and stand" in done.stderr
    assert "ValidateArchive" not in done.stderr
    assert (checkout.data / "skill/last/skill.parquet").read_bytes() == before
    assert lost.is_dir()


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (("--last-season", "2026"), "confirmation"),
        (("--families", "oracle"), "oracle"),
        (("--score-divisions", "ZZ9"), "ZZ9"),
        (("--pipeline-source", "csv_folder"), "folder"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(
    tmp_path: Path, option: tuple[str, ...], named: str
) -> None:
    done = measure(Checkout(tmp_path), *option)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_the_plan_is_kept_beside_the_tables(checkout: Checkout) -> None:
    facts = read_json(checkout.data / "skill/last/run.json")
    assert (facts["first_season"], facts["last_season"], facts["families"]) == (2025, 2025, ["poisson"])
    assert facts["source"] == "tiny"
    assert not checkout.site.exists()
