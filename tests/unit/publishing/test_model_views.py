"""The Models page: who speaks, what was tried, and a first night that has decided nothing yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.publishing.render import render_pages
from pipeline.publishing.view_models import model_decisions, models
from pipeline.publishing.views import PublishedTables, RunFacts, load_run, load_tables
from tests.samples.decisions.nights import FIRST_NIGHT
from tests.samples.published.published_samples import HOSTILE, write_published


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published(tmp_path_factory.mktemp("models") / "tables")


@pytest.fixture(scope="module")
def loaded(folder: Path) -> tuple[PublishedTables, RunFacts]:
    return load_tables(folder), load_run(folder)


def test_each_role_names_who_speaks_since_when(loaded: tuple[PublishedTables, RunFacts]) -> None:
    anchored, memory, independent = models.speakers(*loaded)
    assert (anchored.name, anchored.title) == ("Anchored", "anchored_blend")
    assert anchored.since_iso == f"{FIRST_NIGHT + timedelta(days=28):%Y-%m-%dT%H:%M}Z"
    assert memory.title == ""
    assert independent.since_iso == f"{FIRST_NIGHT:%Y-%m-%dT%H:%M}Z"
    assert independent.card is not None
    assert dict(independent.lines)["Parameters"] == "leaves 15"


def test_a_change_of_champion_is_a_mark_for_time_axes(loaded: tuple[PublishedTables, RunFacts]) -> None:
    (change,) = models.champion_changes(*loaded)
    assert (change.at, change.title) == (FIRST_NIGHT + timedelta(days=28), "anchored_blend")
    assert change.day == "Tuesday 17 November 2026"
    assert models.champion_changes(*loaded, role="independent") == ()


def test_every_challenger_is_listed_and_counted(loaded: tuple[PublishedTables, RunFacts]) -> None:
    rows = model_decisions.challengers(*loaded)
    assert [(row.title, row.verdict) for row in rows[:2]] == [
        ("anchored_blend", "promoted"),
        ("hasty", "blocked"),
    ]
    assert rows[0].mark is not None
    assert rows[1].guards == "profile"
    assert rows[-1].mark is None
    assert model_decisions.tried_words(loaded[0]) == (
        "5 challengers have been tried. Became champion: 3; blocked by a guard: 1; not better, or another "
        "preferred: 1."
    )


def test_promotions_stand_with_their_reasons_the_newest_first(
    loaded: tuple[PublishedTables, RunFacts],
) -> None:
    rows = model_decisions.promotions(*loaded)
    assert [(row.role, row.verdict) for row in rows] == [
        ("Anchored", "promoted"),
        ("Anchored", "first champion"),
        ("Independent", "first champion"),
    ]
    assert rows[0].reasons[0] == "anchored_blend is the new champion of the anchored role"
    assert rows[0].tried == "4"


def test_a_night_shows_its_numbers_beside_their_limits(loaded: tuple[PublishedTables, RunFacts]) -> None:
    newest, quiet, first = model_decisions.training_nights(loaded[0])
    assert (quiet.verdict, quiet.age, quiet.unseen, quiet.since_search) == (
        "no training",
        "1.0 of 7",
        "20 of 500",
        "1.0 of 28",
    )
    assert newest.verdict == first.verdict == "fitted anew and searched"
    assert first.unseen == "–"


def test_the_policy_on_the_page_is_the_file(loaded: tuple[PublishedTables, RunFacts]) -> None:
    parts = dict(models.policy_parts(loaded[0]))
    assert [rule["rule"] for rule in parts["When a night fits anew"]] == [
        "oldest_champion_days",
        "new_matches_count",
    ]
    heads, rows = models.power_table(loaded[0])
    assert heads[0] == "15,000 matches, 1 challenger"
    assert {len(differences) for _, _, differences in rows} == {len(heads)}


def test_the_page_shows_all_of_it(folder: Path, tmp_path: Path) -> None:
    render_pages(folder, tmp_path / "pages")
    page = (tmp_path / "pages/fragments/models.html").read_text(encoding="utf-8")
    for text in ("Anchored: anchored_blend", "Memory: nobody yet", "blocked", "least_matches_count", "15000"):
        assert text in page


def test_the_first_night_says_so_and_shows_policy_and_power(tmp_path: Path) -> None:
    render_pages(write_published(tmp_path / "tables", has_nights=False), tmp_path / "pages")
    page = (tmp_path / "pages/fragments/models.html").read_text(encoding="utf-8")
    for text in (
        "No night has decided about models yet",
        "No recipe has met the gate yet",
        "No challenger has been tried yet",
        "No night has decided about training yet",
        "days_between",
        "Sibling families",
    ):
        assert text in page
    assert 'id="champions"' not in page


def test_a_hostile_name_stays_text(
    folder: Path, tmp_path: Path, loaded: tuple[PublishedTables, RunFacts]
) -> None:
    from pipeline.archive.tables import write_table

    tables = write_published(tmp_path / "tables")
    hostile = loaded[0].challengers.assign(family=HOSTILE[0], guards_failed=HOSTILE[0])
    write_table(tables / "challengers.parquet", hostile)
    render_pages(tables, tmp_path / "pages")
    page = (tmp_path / "pages/fragments/models.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_one_challenger_is_told_in_the_singular(loaded: tuple[PublishedTables, RunFacts]) -> None:
    one = replace(loaded[0], challengers=loaded[0].challengers.iloc[:1])
    assert model_decisions.tried_words(one).startswith("1 challenger has been tried")
