"""The page about skill: setting by setting, both markets, a state of its own before anything was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.archive.atomic import write_json
from pipeline.publishing.render import render_pages
from pipeline.publishing.view_models import skill
from pipeline.publishing.views import PublishedTables, RunFacts, load_run, load_tables
from tests.samples.published.published_samples import run_document, write_published


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published(tmp_path_factory.mktemp("skill"))


@pytest.fixture(scope="module")
def tables(folder: Path) -> PublishedTables:
    return load_tables(folder)


@pytest.fixture(scope="module")
def run(folder: Path) -> RunFacts:
    return load_run(folder)


def page(folder: Path, out: Path, **changes: object) -> str:
    write_json(folder / "run.json", run_document(**changes))
    render_pages(folder, out)
    return (out / "fragments/skill.html").read_text(encoding="utf-8")


def test_settings_come_from_the_least_that_may_be_seen_to_the_most(
    tables: PublishedTables, run: RunFacts
) -> None:
    found = skill.setting_tables(tables, run)
    assert [each.name for each in found] == ["independent", "anchored"]
    assert [each.variants for each in found] == ["0", "35"]


def test_yardsticks_stand_in_every_setting_and_the_best_log_loss_first(
    tables: PublishedTables, run: RunFacts
) -> None:
    for setting in skill.setting_tables(tables, run):
        assert [row.label for row in setting.rows if row.is_yardstick] == [
            "Closing market",
            "Market",
            "Base rates",
        ]
    assert [row.label for row in found_rows(tables, run, "anchored")] == [
        "Closing market",
        "Anchored trees",
        "Market",
        "Base rates",
    ]


def found_rows(tables: PublishedTables, run: RunFacts, name: str) -> tuple[skill.SkillRow, ...]:
    return next(each.rows for each in skill.setting_tables(tables, run) if each.name == name)


def test_a_market_has_no_gap_to_itself(tables: PublishedTables, run: RunFacts) -> None:
    rows = {row.label: row for row in found_rows(tables, run, "anchored")}
    assert (rows["Market"].early, rows["Market"].early_word) == ("–", "")
    assert (rows["Closing market"].close, rows["Closing market"].close_interval) == ("–", "")


def test_each_division_stands_beside_the_best_of_every_setting(
    tables: PublishedTables, run: RunFacts
) -> None:
    rows = skill.part_rows(tables, "division")
    assert rows[0].label == "England, Championship"
    assert skill.part_heads(tables, run) == (("Independent", "Goal model"), ("Anchored", "Anchored trees"))
    assert [gap.gap for gap in rows[0].gaps] == ["+0.0087", "−0.0004"]


def test_seasons_are_printed_by_their_name(tables: PublishedTables) -> None:
    labels = [row.label for row in skill.part_rows(tables, "season")]
    assert labels == ["2022/23", "2023/24", "2024/25", "2025/26"]


def test_costs_are_summed_by_family_the_dearest_first(tables: PublishedTables, run: RunFacts) -> None:
    rows = skill.cost_rows(tables, run)
    assert [(row.label, row.seconds) for row in rows] == [
        ("Anchored trees", "56.8"),
        ("Goal model", "34.8"),
        ("Base rates", "1.6"),
    ]


def test_a_family_that_was_not_compared_is_said_and_never_the_best(
    tables: PublishedTables, run: RunFacts
) -> None:
    quiet = tables.skill.copy()
    is_own = quiet["family"].eq("poisson") & quiet["scope"].eq("all")
    numbers = [name for name in quiet.columns if quiet[name].dtype == "float64"]
    quiet.loc[is_own, "n"] = 0
    quiet.loc[is_own, numbers] = float("nan")
    changed = replace(tables, skill=quiet)
    row = next(row for row in found_rows(changed, run, "independent") if row.label == "Goal model")
    assert (row.is_compared, row.unanswered) == (False, "12")
    assert [title for title, _ in skill.part_heads(changed, run)] == ["Anchored"]


def test_the_page_shows_the_measurement(folder: Path, tmp_path: Path) -> None:
    text = page(folder, tmp_path / "pages")
    assert "2022 to 2025" in text
    assert "Measured with another version" not in text
    assert "35 variants of this setting" in text


def test_a_measurement_of_another_version_says_so(folder: Path, tmp_path: Path) -> None:
    facts = run_document()["skill"] | {"is_current": False}
    assert "Measured with another version" in page(folder, tmp_path / "pages", skill=facts)


def test_before_any_measurement_the_page_says_what_to_run(folder: Path, tmp_path: Path) -> None:
    text = page(folder, tmp_path / "pages", skill=None)
    assert "Not measured yet" in text
    assert "make skill" in text
