"""Why a forecast says what it says, and the cards of the forecasters, as text and on their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.features.catalogue import features_listed
from pipeline.models.explain import BASE, WHOLE
from pipeline.models.linear import DIVISION
from pipeline.publishing.render import render_pages
from pipeline.publishing.view_models.cards import model_cards_of
from pipeline.publishing.view_models.reasons import GROUP_WORDS, PARTS_SHOWN, Reason, reasons_of
from pipeline.publishing.views import PublishedTables, RunFacts, load_run, load_tables, records_of
from tests.samples.published.published_samples import HOSTILE, frame_of, write_published


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def loaded(folder: Path) -> tuple[PublishedTables, RunFacts]:
    return load_tables(folder), load_run(folder)


@pytest.fixture(scope="module")
def pages(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages") / "pages"
    render_pages(folder, out)
    return out / "fragments"


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def reason_of(loaded: tuple[PublishedTables, RunFacts], **parts: tuple[float, float]) -> Reason:
    """One fixture whose groups have these (log_home, log_away)."""
    tables, run = loaded
    first = records_of(tables.contributions)[0] | {"division": "E0", "home": "Ayr", "away": "Bex"}
    rows = [
        first | {"group": group, "log_home": home, "log_away": away} for group, (home, away) in parts.items()
    ]
    kept = {name: getattr(tables, name) for name in PublishedTables.__dataclass_fields__}
    told = PublishedTables(**kept | {"contributions": frame_of("contributions", rows)})
    return reasons_of(told, run, "E0")[0]


def test_every_forecast_fixture_is_split_and_the_parts_shown_add_up(
    loaded: tuple[PublishedTables, RunFacts],
) -> None:
    tables, run = loaded
    forecast = tables.upcoming[(tables.upcoming["division"] == "E0") & tables.upcoming["p_home"].notna()]
    reasons = reasons_of(tables, run, "E0")
    assert len(reasons) == len(forecast) > 0
    for reason in reasons:
        assert len(reason.parts) == PARTS_SHOWN + 2
        assert sum(number(part.lean) for part in reason.parts) == pytest.approx(
            number(reason.total.lean), abs=0.03
        )


def test_the_start_stands_first_then_the_largest_parts_then_the_rest(
    loaded: tuple[PublishedTables, RunFacts],
) -> None:
    groups = {"rest": 0.01, "form": -0.2, "base": 0.1, "strength": 0.9, "stakes": 0.02, "division": 0.3}
    reason = reason_of(loaded, **{group: (size, 0.0) for group, size in groups.items()})
    assert [(part.label, part.lean) for part in (*reason.parts, reason.total)] == [
        ("Start, the same for every match", "+0.10"),
        ("Strength of the clubs", "+0.90"),
        ("The division's own habit", "+0.30"),
        ("Form and table", "−0.20"),
        ("All else", "+0.03"),
        ("Together", "+1.13"),
    ]


def test_every_group_has_words() -> None:
    assert set(GROUP_WORDS) == {each.group for each in features_listed()} | {BASE, DIVISION, WHOLE}


@pytest.mark.parametrize(
    ("logs", "words"),
    [
        ((0.4, -0.4), "strongly towards Ayr"),
        ((-0.1, 0.1), "clearly towards Bex"),
        ((0.03, -0.03), "a little towards Ayr"),
        ((0.0, 0.02), "hardly either way"),
        ((-0.3, -0.3), "hardly either way, draw more likely"),
        ((0.5, 0.1), "clearly towards Ayr, draw less likely"),
    ],
)
def test_a_part_is_told_in_words(
    loaded: tuple[PublishedTables, RunFacts], logs: tuple[float, float], words: str
) -> None:
    assert reason_of(loaded, strength=logs).parts[0].words == words


def test_what_is_towards_the_home_club_is_drawn_to_the_right(
    loaded: tuple[PublishedTables, RunFacts],
) -> None:
    reason = reason_of(loaded, strength=(1.0, 0.0), form=(-0.5, 0.0))
    strength, form = (part.mark for part in reason.parts)
    assert strength is not None
    assert form is not None
    assert [strength.low, strength.high, form.low, form.high] == [50.0, 100.0, 25.0, 50.0]


def test_a_division_page_tells_why_and_escapes_the_clubs(pages: Path) -> None:
    page = (pages / "divisions--e1.html").read_text(encoding="utf-8")
    assert page.count('class="tl-details tl-details--row tl-why"') > 0
    assert HOSTILE[0] not in page


def test_the_front_page_has_no_parts(pages: Path) -> None:
    assert "tl-why" not in (pages / "index.html").read_text(encoding="utf-8")


def test_every_forecaster_has_a_card_that_says_what_it_was_trained_on(
    loaded: tuple[PublishedTables, RunFacts],
) -> None:
    cards = {card.name: card for card in model_cards_of(*loaded)}
    assert set(cards) == {"base_rates", "market", "poisson", "lightgbm"}
    assert cards["lightgbm"].is_champion
    assert cards["market"].setting == "only compared with"
    trained = dict(cards["poisson"].lines)["Trained"]
    assert trained == "On 78,214 matches until Mon 23 Nov 2026, 14:00 UTC."
    assert dict(cards["market"].lines)["Trained"].startswith("No model is kept")


def test_the_page_about_skill_has_the_cards_escaped(pages: Path) -> None:
    page = (pages / "skill.html").read_text(encoding="utf-8")
    assert page.count('id="card-') == 4
    assert "Counts &lt;b&gt;goals&lt;/b&gt;." in page


def test_the_cards_stand_there_before_any_skill_was_measured(tmp_path: Path) -> None:
    render_pages(write_published(tmp_path / "tables", skill=None), tmp_path / "pages")
    page = (tmp_path / "pages/fragments/skill.html").read_text(encoding="utf-8")
    assert "Not measured yet" in page
    assert page.count('id="card-') == 4
