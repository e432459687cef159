"""A promotion as the whole run sees it: nothing of the champion before is left in the release."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.archive.tables import read_table
from tests.graph.checkout import ROOT, Checkout, environment

AN_HOUR_LATER, A_DAY_LATER = "2026-04-24T20:04", "2026-04-25T20:04"
OVERFITTED = {"rounds": 400, "num_leaves": 31, "learning_rate": 0.3, "min_data_in_leaf": 5}
_DATA_ADDRESS = re.compile(r'(?:href|src)="([^"]*(?:/data/|assets/)[^"]*)"')


def copy_of(published: Checkout, folder: Path) -> Checkout:
    shutil.copytree(published.folder, folder / "checkout", symlinks=True)
    return Checkout(folder / "checkout")


def decisions_of(checkout: Checkout) -> list[dict[str, Any]]:
    paths = sorted((checkout.data / "decisions").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def champions(checkout: Checkout, *words: str) -> str:
    command = [sys.executable, "-m", "pipeline.tasks.champions", *words, "--replay", *checkout.settings()]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def overtaken(published: Checkout, tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, str]:
    """A checkout whose anchored champion was a hopeless recipe until a forced search; and its page of before.

    The hopeless recipe is a real one, fitted by the product, that nobody would have let through.
    """
    checkout = copy_of(published, tmp_path_factory.mktemp("overtaken"))
    make_champion(checkout, "lightgbm", OVERFITTED)
    done = checkout.run("Publish", as_of=AN_HOUR_LATER)
    assert done.returncode == 0, done.stderr[-4000:]
    before = checkout.release().name
    done = checkout.run("Retrain", as_of=A_DAY_LATER)
    assert done.returncode == 0, done.stderr[-4000:]
    checkout.log.write_text(done.stderr, encoding="utf-8")
    return checkout, before


def make_champion(checkout: Checkout, family: str, params: dict[str, Any]) -> None:
    """Make a recipe champion behind the gate's back, with a decision that says it stands."""
    from pipeline.models.catalogue import FAMILIES
    from pipeline.selection.registry import Registry
    from pipeline.tasks.recipes import recipe_of, settled_params

    registry = Registry(checkout.data / "registry.db", checkout.data / "registry")
    before = registry.champion("anchored")
    assert before is not None
    run = next((checkout.data / "runs").glob("*-publish-*"))
    features = read_table(run / "features.parquet")
    model = FAMILIES[family].build(params).fit(features[features["is_played"]])
    tags = before.tags | {
        "family": family,
        "recipe": recipe_of(family, params).recipe_id,
        "training_key": f"by-hand.{family}",
    }
    version = registry.log("anchored", family, model.state(), metrics={}, tags=tags, params=params)
    registry.promote("anchored", version)
    path = next((checkout.data / "decisions").glob("*.json"))
    document = json.loads(path.read_text(encoding="utf-8"))
    document["standing"][family]["params"] = settled_params(family, params)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_night_without_a_reason_to_train_fits_nothing(overtaken: tuple[Checkout, str]) -> None:
    checkout, _ = overtaken
    first, quiet, forced = decisions_of(checkout)
    assert first["retraining"]["is_search_due"]
    assert not quiet["retraining"]["is_due"]
    assert forced["retraining"]["is_search_due"]
    assert quiet["roles"]["anchored"]["champion"]["family"] == "lightgbm"


def test_a_surely_better_recipe_is_promoted_with_reasons(overtaken: tuple[Checkout, str]) -> None:
    checkout, _ = overtaken
    decision = decisions_of(checkout)[-1]["roles"]["anchored"]["decision"]
    assert decision["verdict"] == "promoted"
    winner = next(each for each in decision["contenders"] if each["name"] == decision["promoted"])
    assert winner["difference_high"] < 0
    assert decision["tried_count"] > len(decision["contenders"])


def test_everything_of_the_release_is_of_the_new_champion(overtaken: tuple[Checkout, str]) -> None:
    checkout, _ = overtaken
    champion = decisions_of(checkout)[-1]["roles"]["anchored"]["champion"]
    data = checkout.release() / "data"
    run = json.loads((data / "run.json").read_text(encoding="utf-8"))
    assert run["champion_family"] == champion["family"]
    upcoming = pd.read_parquet(data / "upcoming.parquet")
    spoken = upcoming["forecast_family"].dropna()
    assert len(spoken)
    if champion["family"] != "lightgbm":
        assert "lightgbm" not in set(spoken)
    contributions = pd.read_parquet(data / "contributions.parquet")
    assert set(contributions["family"]) == set(spoken)


def test_the_backtest_shown_is_of_the_recipes_that_stand(overtaken: tuple[Checkout, str]) -> None:
    checkout, before = overtaken
    tables = [
        pd.read_parquet(checkout.site / "releases" / name / "data" / "scores.parquet")
        for name in (before, checkout.release().name)
    ]
    hopeless, standing = (
        table[table["scope"].eq("all") & table["family"].eq("lightgbm")]["log_loss"].iloc[0]
        for table in tables
    )
    assert standing < hopeless - 0.02


def test_no_address_of_data_is_shared_with_the_release_before(overtaken: tuple[Checkout, str]) -> None:
    """A cache may keep any address for ever: what changed has another one, what has the same is the same."""
    checkout, before = overtaken
    old, new = checkout.site / "releases" / before, checkout.release()
    names = {
        path.relative_to(folder)
        for folder in (old, new)
        for path in folder.rglob("*.html")
        if "decisions" not in path.parts
    }
    for name in names:
        addresses = [
            {
                address
                for address in _DATA_ADDRESS.findall((folder / name).read_text(encoding="utf-8"))
                if "/data/" in address
            }
            for folder in (old, new)
            if (folder / name).is_file()
        ]
        if len(addresses) == 2:
            assert not addresses[0] & addresses[1], name


def test_an_earlier_champion_is_brought_back_and_speaks_from_the_next_run_on(
    overtaken: tuple[Checkout, str], tmp_path: Path
) -> None:
    checkout = copy_of(overtaken[0], tmp_path)
    listed = [line.split() for line in champions(checkout, "list").splitlines() if "anchored" in line]
    assert listed[1][1] == "lightgbm"
    assert "lightgbm" in champions(checkout, "bring-back", "--role", "anchored")
    done = checkout.run("Refresh", as_of="2026-04-25T22:04")
    assert done.returncode == 0, done.stderr[-4000:]
    run = json.loads((checkout.release() / "data" / "run.json").read_text(encoding="utf-8"))
    assert run["champion_family"] == "lightgbm"
