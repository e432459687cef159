"""Render the published tables to HTML fragments, one a page, and an index of the pages.

Our own environment escapes everything and refuses undefined names: scraped text stays text. The shell around
the fragments (navigation, search, theme) is MkDocs' business, see `build` and `mkdocs_hook`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import atomic_folder, write_json, write_text
from pipeline.publishing import formats
from pipeline.publishing.view_models import (
    cards,
    coverage,
    divisions,
    downloads,
    live_monitor,
    markets,
    matches,
    models,
    quality,
    reasons,
    reliability,
    returns,
    scores,
    skill,
    status,
    terms,
    track_record,
    value,
)
from pipeline.publishing.views import DISCLAIMER, PublishedTables, RunFacts, load_run, load_tables

if TYPE_CHECKING:
    import jinja2

PAGES_FILE = "pages.json"
TEMPLATES = Path(__file__).resolve().parents[2] / "site_templates"


@dataclass(frozen=True)
class PageView:
    """One page to render: its address (relative to the site, "" for the first), its words, its data."""

    path: str
    title: str
    description: str
    template: str
    in_nav: bool
    data: dict[str, Any]

    @property
    def fragment(self) -> str:
        """Return the file name of the rendered fragment."""
        return f"fragments/{self.path.strip('/').replace('/', '--') or 'index'}.html"


def render_pages(tables: Path, out: Path, *, templates: Path = TEMPLATES) -> None:
    """Render the published tables of a folder to fragments and `pages.json`, one folder that appears whole.

    Raises ContractError where a table is absent or breaks its columns, and jinja2.UndefinedError where a
    template asks for what its view model does not give.
    """
    run, published = load_run(tables), load_tables(tables)
    environment = environment_of(templates)
    pages = list(page_views(published, run))
    with atomic_folder(out) as aside:
        for page in pages:
            write_text(aside / page.fragment, _fragment(environment, page, run))
        write_text(aside / "shell/feed.atom", _feed(environment, published, run))
        for part in ("banner", "footer"):
            write_text(aside / f"shell/{part}.html", _shell(environment, part, run))
        write_json(
            aside / PAGES_FILE, {"pages": [_entry(page) for page in pages], "release_id": run.release_id}
        )


def environment_of(templates: Path) -> jinja2.Environment:
    """Return the template environment: everything escaped, undefined names refused."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        instant=formats.instant_text, iso=formats.iso, count=formats.count, points=formats.points
    )
    return environment


def page_views(tables: PublishedTables, run: RunFacts) -> Iterator[PageView]:
    """Yield every data page in the order of the navigation, then one page a division."""
    known = divisions.all_divisions(tables, run)
    yield _matches_page(tables, run)
    yield _divisions_page(known)
    yield _metrics_page(tables, run, known)
    yield _skill_page(tables, run)
    yield _track_record_page(tables, run)
    yield _status_page(tables, run, known)
    yield _downloads_page(tables, run)
    yield _coverage_page(tables, known)
    yield _quality_page(tables)
    yield _terms_page(tables)
    yield _models_page(tables, run)
    for division in known:
        yield _division_page(tables, run, division)


def _matches_page(tables: PublishedTables, run: RunFacts) -> PageView:
    data = {
        "coming": matches.coming_days(tables, run),
        "recent": matches.recent_days(tables),
        "headline": scores.headline(tables, run),
        "value_record": value.threshold_record(tables, run),
        "values_count": int(tables.upcoming["value_side"].notna().sum()),
    }
    words = "Coming football matches with the probability of each outcome, beside the market's prices."
    return PageView("", "Matches", words, "matches", True, data)


def _divisions_page(known: tuple[divisions.DivisionFacts, ...]) -> PageView:
    words = "The divisions covered, by country, with the state and freshness of their data."
    data = {"countries": divisions.by_country(known), "count": len(known)}
    return PageView("divisions/", "Divisions", words, "divisions", True, data)


def _metrics_page(
    tables: PublishedTables, run: RunFacts, known: tuple[divisions.DivisionFacts, ...]
) -> PageView:
    champion = run.champion_family
    data = {
        "closing_only": [f"{each.country}, {each.name}" for each in known if each.has_closing_only],
        "headline": scores.headline(tables, run),
        "families": scores.family_rows(tables, run, "all", "all"),
        "panels": reliability.panels_of(tables, champion),
        "market_panels": reliability.panels_of(tables, scores.MARKET),
        "bins": reliability.bins_of(tables, champion),
        "returns": returns.return_rows(tables, run, "all", "all"),
        "buckets": value.bucket_rows(tables, run),
        "by_division": scores.champion_rows(tables, run, "division"),
        "by_season": scores.champion_rows(tables, run, "season"),
        "goal_rows": scores.goal_rows(tables, run),
        "few_bets": returns.FEW_BETS,
    }
    words = (
        "How good the backtested forecasts are: scores, calibration and betting returns beside the market's."
    )
    return PageView("metrics/", "Metrics", words, "metrics", True, data)


def _track_record_page(tables: PublishedTables, run: RunFacts) -> PageView:
    data = {
        "since": track_record.since(tables),
        "kind": track_record.kind_of(run),
        "states": track_record.states(tables),
        "measures": track_record.measures(tables),
        "leads": track_record.lead_numbers(tables),
        "matches": track_record.sealed_matches(tables),
        "corrections": track_record.corrections(tables),
        "runs": track_record.sealed_runs(tables),
        "monitor": live_monitor.monitor(tables, run),
        "few": track_record.FEW_MATCHES,
    }
    words = "Every forecast sealed before kick-off, scored beside the market, and how to check the ledger."
    return PageView("track-record/", "Track record", words, "track_record", True, data)


def _skill_page(tables: PublishedTables, run: RunFacts) -> PageView:
    data = {
        "settings": skill.setting_tables(tables, run),
        "heads": skill.part_heads(tables, run),
        "by_division": skill.part_rows(tables, "division"),
        "by_season": skill.part_rows(tables, "season"),
        "costs": skill.cost_rows(tables, run),
        "seasons": skill.seasons_measured(run),
        "cards": cards.model_cards_of(tables, run),
    }
    words = "What each forecaster knows, measured over past seasons beside the early and the closing market."
    return PageView("skill/", "Skill", words, "skill", True, data)


def _status_page(
    tables: PublishedTables, run: RunFacts, known: tuple[divisions.DivisionFacts, ...]
) -> PageView:
    data = {
        "summary": status.summary(tables, run, known),
        "notices": status.notices(tables),
        "corrections": status.corrections(tables),
        "divisions": known,
    }
    words = "How old the data are, which divisions are withheld, and what went wrong in the last run."
    return PageView("status/", "Status", words, "status", True, data)


def _coverage_page(tables: PublishedTables, known: tuple[divisions.DivisionFacts, ...]) -> PageView:
    data = {"totals": coverage.totals(tables), "rows": coverage.division_rows(tables, known)}
    words = "What became of every row of the feed's results files, by division and season."
    return PageView("coverage/", "Coverage", words, "coverage", False, data)


def _downloads_page(tables: PublishedTables, run: RunFacts) -> PageView:
    words = "Every published table as CSV, Parquet and JSON, with its columns explained."
    return PageView(
        "downloads/", "Downloads", words, "downloads", True, {"downloads": downloads.downloads(tables, run)}
    )


def _quality_page(tables: PublishedTables) -> PageView:
    suites = quality.suites_of(tables)
    data = {
        "totals": quality.totals_of(tables),
        "withheld": status.withheld(tables),
        "suites": suites,
        "troubled": tuple(suite for suite in suites if suite.failed),
        "reasons": quality.reasons_of(tables),
        "by_division": quality.quarantine_by_division(tables),
        "corrections": status.corrections(tables),
        "clubs": quality.new_clubs_of(tables),
    }
    words = "Every check of this run's data: what failed, what was set aside, withheld or corrected."
    return PageView("quality/", "Data quality", words, "quality", False, data)


def _terms_page(tables: PublishedTables) -> PageView:
    words = "Where the data come from, on which terms, and how politely their sources are asked."
    return PageView("terms/", "Sources and terms", words, "terms", False, {"feeds": terms.feeds_of(tables)})


def _models_page(tables: PublishedTables, run: RunFacts) -> PageView:
    words = "Which models speak on this site, how they were chosen, and every one that was tried."
    return PageView("models/", "Models", words, "models", False, models.page_of(tables, run))


def _division_page(tables: PublishedTables, run: RunFacts, division: divisions.DivisionFacts) -> PageView:
    data = {
        "division": division,
        "coming": matches.coming_days(tables, run, division.code),
        "prices_from": matches.prices_of(tables, division.code),
        "recent": matches.recent_days(tables, division.code),
        "standings": divisions.standings_of(tables, division.code),
        "footnotes": divisions.footnotes_of(tables, division.code),
        "seasons": coverage.season_rows(tables, division.code),
        "markets": markets.market_rows(tables, division.code),
        "reasons": reasons.reasons_of(tables, run, division.code),
        "families": scores.family_rows(tables, run, "division", division.code),
        "returns": returns.return_rows(tables, run, "division", division.code),
        "few_bets": returns.FEW_BETS,
    }
    title = f"{division.name}, {division.country}"
    words = f"Fixtures, results, standings and scores of the {division.name} of {division.country}."
    return PageView(division.path, title, words, "division", False, data)


def _fragment(environment: jinja2.Environment, page: PageView, run: RunFacts) -> str:
    template = environment.get_template(f"pages/{page.template}.html")
    up = "../" * page.path.count("/")
    return template.render(page=page, run=run, up=up, disclaimer=DISCLAIMER, **page.data)


def _feed(environment: jinja2.Environment, tables: PublishedTables, run: RunFacts) -> str:
    template = environment.get_template("parts/feed.atom")
    runs = track_record.sealed_runs(tables)
    updated = f"{run.as_of:%Y-%m-%dT%H:%M:%SZ}"
    return template.render(run=run, runs=runs, updated=updated, disclaimer=DISCLAIMER)


def _shell(environment: jinja2.Environment, part: str, run: RunFacts) -> str:
    return environment.get_template(f"parts/{part}.html").render(run=run, disclaimer=DISCLAIMER)


def _entry(page: PageView) -> dict[str, Any]:
    return {
        "path": page.path,
        "title": page.title,
        "description": page.description,
        "template": "data.html",
        "in_nav": page.in_nav,
        "fragment": page.fragment,
    }
