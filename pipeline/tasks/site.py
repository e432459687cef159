"""PublishTables to SwitchRelease: from findings to the pages that visitors see."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import luigi

from pipeline.archive.atomic import atomic_folder, read_json, write_json
from pipeline.archive.ledger_files import LedgerFiles, publish_ledger
from pipeline.archive.lock import exclusive
from pipeline.archive.paths import PROJECT_ROOT, RunPaths
from pipeline.tasks.archive import divisions_in, intake_of
from pipeline.tasks.decisions import decision_tables_of
from pipeline.tasks.feeds import feed_facts, second_feeds
from pipeline.tasks.forecasting import champion_of, evaluated_paths, withheld_divisions
from pipeline.tasks.intake import source_of
from pipeline.tasks.last_skill import last_skill
from pipeline.tasks.ledger import LEDGER_TABLES, SettleLedger, release_id_of
from pipeline.tasks.live_monitor import alarm_notices
from pipeline.tasks.model_cards import model_cards_of
from pipeline.tasks.quality import anchored_families, checked_suites, feeds_of
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.publishing.tables import Findings

DISCLAIMER = "Demo only, not betting advice"


class PublishTables(Stage):
    """Write every number the pages show as Parquet, CSV and JSON: `publishing.tables.build_tables`."""

    def requires(self) -> luigi.Task:
        return SettleLedger(self.run_id)

    def target(self) -> Path:
        return self.paths.tables

    def work(self) -> None:
        from pipeline.archive.tables import read_table
        from pipeline.publishing.exports import write_tables
        from pipeline.publishing.prices import without_prices, without_prices_of
        from pipeline.publishing.quality_tables import quality_tables
        from pipeline.publishing.tables import build_tables

        findings = findings_of(self)
        tables = build_tables(
            findings,
            divisions_in(self.settings),
            cut_off_at=self.cut_off_at,
            champion=champion_of(self).family,
            threshold=self.settings.value_threshold,
            price_source=self.settings.value_price_source,
        )
        tables |= {name: read_table(self.paths.ledger_table(name)) for name in LEDGER_TABLES}
        tables |= decision_tables_of(self)
        suites = checked_suites(self, findings, tables)
        tables |= quality_tables(
            suites,
            read_table(self.paths.quarantine),
            read_json(self.paths.clubs)["countries"],
            feeds_of(self.settings),
        )
        tables = without_prices_of(tables, findings.unpriced_feeds)
        if not self.settings.publishes_prices_of(self.settings.source):
            tables = without_prices(tables, anchored_families())
        counts = {"matches_count": len(findings.matches), "fixtures_count": len(findings.fixtures)}
        write_tables(tables, run_document(self) | counts, self.paths.tables)


def findings_of(stage: Stage) -> Findings:
    """Gather what the run knows: its own tables and, for a refresh, the last night's evaluation."""
    from pipeline.archive.tables import read_table
    from pipeline.features.ratings import current_elo
    from pipeline.publishing.tables import Findings

    own, evaluated, skill = stage.paths, evaluated_paths(stage), last_skill(stage)
    matches = read_table(own.matches)
    return Findings(
        matches=matches,
        fixtures=read_table(own.fixtures),
        quotes=read_table(own.quotes),
        fixture_forecasts=read_table(own.forecasts),
        recent_forecasts=read_table(own.recent_forecasts),
        walk_forward=read_table(evaluated.walk_forward),
        scores=read_table(evaluated.scores),
        calibration=read_table(evaluated.calibration),
        returns=read_table(evaluated.returns),
        markets=read_table(own.markets),
        likely_scores=read_table(own.likely_scores),
        goal_scores=_goal_scores_of(evaluated),
        contributions=read_table(own.contributions),
        model_cards=model_cards_of(stage),
        value_buckets=read_table(evaluated.value_buckets),
        skill=skill.tables["skill"],
        skill_costs=skill.tables["skill_costs"],
        ratings=current_elo(matches, divisions_in(stage.settings)),
        verdict=read_json(own.verdict),
        notices=notices_of(stage),
        coverage=read_table(own.coverage),
        feed_titles={feed.name: feed.title for feed in second_feeds(stage.settings)},
        unpriced_feeds=frozenset(
            feed.name
            for feed in second_feeds(stage.settings)
            if not stage.settings.publishes_prices_of(feed.name)
        ),
    )


def _goal_scores_of(evaluated: RunPaths) -> pd.DataFrame:
    """Return the scores of goals; none where the last night was run by a version that did not score them."""
    from pipeline.archive.tables import read_table
    from pipeline.evaluation.comparison import published_table

    known = evaluated.goal_scores
    return read_table(known) if known.is_file() else published_table("goal_scores", [])


def notices_of(stage: Stage) -> pd.DataFrame:
    """Return what a reader must know of this run's data.

    Pages and files in trouble, divisions withheld, deductions of unknown clubs, alarms of the live monitor,
    corrections received lately.
    """
    import pandas as pd

    from pipeline.archive.report import FetchReport
    from pipeline.archive.tables import read_table
    from pipeline.publishing.standings import deductions_of_nobody

    pages = FetchReport.from_document(read_json(stage.paths.fetch)).pages
    files = [entry for entry in (*pages, *intake_of(stage).files) if entry.reason]
    rows: list[dict[str, Any]] = [
        {
            "kind": "file",
            "subject": entry.path or "index page",
            "reason": entry.reason,
            "last_good_at": entry.fetched_at if entry.sha256 else None,
        }
        for entry in files
    ]
    quarantine = read_table(stage.paths.quarantine)
    refused = quarantine[quarantine["scope"] == "file"]
    for path, reason in zip(refused["source_file"], refused["reason"], strict=True):
        rows.append({"kind": "file", "subject": path, "reason": reason, "last_good_at": None})
    idle = deductions_of_nobody(read_table(stage.paths.matches), divisions_in(stage.settings))
    for code, reason in idle:
        rows.append({"kind": "division", "subject": code, "reason": reason, "last_good_at": None})
    kept = read_json(stage.paths.verdict)["divisions"]
    for code, reason in withheld_divisions(stage.paths).items():
        kept_from = kept[code].get("kept_from")
        kept_at = datetime.fromisoformat(kept_from) if kept_from else None
        rows.append({"kind": "division", "subject": code, "reason": reason, "last_good_at": kept_at})
    rows += alarm_notices(stage.paths, champion_of(stage).tags["recipe"])
    for each in read_json(stage.paths.corrections):
        received_at = datetime.fromisoformat(each["received_at"])
        rows.append(
            {
                "kind": "correction",
                "subject": each["path"],
                "reason": each["text"],
                "last_good_at": received_at,
            }
        )
    notices = pd.DataFrame(rows, columns=["kind", "subject", "reason", "last_good_at"])
    texts = dict.fromkeys(["kind", "subject", "reason"], "str")
    instants = pd.to_datetime(notices["last_good_at"], utc=True).astype("datetime64[us, UTC]")
    return notices.assign(last_good_at=instants).astype(texts)


def run_document(stage: Stage) -> dict[str, Any]:
    """Return what every page says of the run: no clock, no registry numbers, so that it can be repeated."""
    from pipeline.archive.report import FetchReport
    from pipeline.archive.tables import read_table
    from pipeline.evaluation.scores import beats_market
    from pipeline.models.catalogue import FAMILIES

    run, settings, source = stage.current_run, stage.settings, source_of(stage.settings)
    champion = champion_of(stage)
    families = {
        family.name: {
            "title": family.title,
            "is_yardstick": family.is_yardstick,
            "is_anchored": family.is_anchored,
        }
        for family in FAMILIES.values()
    }
    return {
        "release_id": release_id_of(stage),
        "run_id": stage.run_id,
        "goal": run.goal,
        "as_of": run.as_of.isoformat(),
        "cut_off_at": stage.cut_off_at.isoformat(),
        "source": settings.source,
        "source_title": source.title,
        "is_simulated": source.is_simulated,
        "is_replay": run.is_replay,
        "is_reconstruction": FetchReport.from_document(read_json(stage.paths.fetch)).is_reconstruction,
        "champion_family": champion.family,
        "champion_title": FAMILIES[champion.family].title,
        "champion_trained_until": champion.tags["trained_until"],
        "families": families,
        "beats_market": beats_market(read_table(evaluated_paths(stage).scores), champion.family),
        "publishes_prices": settings.publishes_prices_of(settings.source),
        "value_threshold": settings.value_threshold,
        "value_price_source": settings.value_price_source,
        "skill": last_skill(stage).facts,
        "horizon_days": settings.horizon_days,
        "code_revision": run.revision,
        "intake_digest": intake_of(stage).digest,
        "disclaimer": DISCLAIMER,
        "feeds": feed_facts(settings, read_json(stage.paths.clubs), intake_of(stage).files),
        "ledger": ledger_facts(stage),
    }


def ledger_facts(stage: Stage) -> dict[str, Any]:
    """Return what the pages and the verifier must know of the ledger as it stands at this run."""
    sealed, rules = read_json(stage.paths.sealed), read_json(stage.paths.settlement)["policy"]
    return {
        "folder": f"ledger/{stage.data.source}",
        "length": sealed["length"],
        "head": sealed["head"],
        "sealed": sealed["entries"],
        "refusal": sealed["refusal"],
        "policy": rules,
        "recipe": champion_of(stage).tags["recipe"],
    }


class RenderPages(Stage):
    """Fill the Jinja templates from the published tables: `publishing.render.render_pages`."""

    def requires(self) -> luigi.Task:
        return PublishTables(self.run_id)

    def target(self) -> Path:
        return self.paths.pages

    def work(self) -> None:
        from pipeline.publishing.render import render_pages

        with atomic_folder(self.paths.pages) as folder:
            render_pages(self.paths.tables, folder)


class BuildSite(Stage):
    """Build the site with MkDocs Material, outside `site/`: `publishing.build.build_site`."""

    def requires(self) -> luigi.Task:
        return RenderPages(self.run_id)

    def target(self) -> Path:
        return self.paths.built

    def work(self) -> None:
        from pipeline.publishing.build import build_site

        run = read_json(self.paths.tables / "run.json")
        with atomic_folder(self.paths.built) as folder:
            build_site(
                self.paths.pages,
                PROJECT_ROOT / "content",
                PROJECT_ROOT / "mkdocs.yml",
                folder,
                site_url=self.settings.site_url,
                built_at=datetime.fromisoformat(run["as_of"]),
                release_id=run["release_id"],
            )


class SiteStage(Stage):
    """A stage whose work lies in the site: it is done only where the release stands there.

    The same run may be asked for with another site_root, or after its release was pruned.
    """

    def complete(self) -> bool:
        """Tell whether the target is there and the run's release is where the settings put releases."""
        if not super().complete():
            return False
        return self.settings.site().release(read_json(self.paths.staged)["release_id"]).is_dir()


class StageRelease(SiteStage):
    """Put the release together aside, verified: `publishing.release.stage`."""

    def requires(self) -> luigi.Task:
        return BuildSite(self.run_id)

    def target(self) -> Path:
        return self.paths.staged

    def work(self) -> None:
        from pipeline.publishing.release import stage

        run, site = read_json(self.paths.tables / "run.json"), self.settings.site()
        for record in (self.paths.switched, self.paths.metrics, self.paths.published):
            record.unlink(missing_ok=True)  # of a release that is gone, or stands in another site
        with exclusive(site.lock):  # runs of other sources hold other locks and may share this site
            stage(self.paths.built, self.paths.tables, site, run)
        write_json(self.paths.staged, {"release_id": run["release_id"]})


def _verifier() -> bytes:
    return (PROJECT_ROOT / "pipeline/forecasts/verify_ledger.py").read_bytes()


class SwitchRelease(SiteStage):
    """Point `current` at the verified release by one rename: `publishing.release.switch`."""

    def requires(self) -> luigi.Task:
        return StageRelease(self.run_id)

    def target(self) -> Path:
        return self.paths.switched

    def work(self) -> None:
        from pipeline.publishing.release import prune, switch

        site, release_id = self.settings.site(), read_json(self.paths.staged)["release_id"]
        ledger, published = LedgerFiles(self.data.ledger), site.ledger(self.data.source)
        with exclusive(site.lock):
            publish_ledger(ledger, published, _verifier())  # first: no page may name a head that is not there
            switch(site, release_id)
            say(f"current is {release_id}")
            ledger.note_published(self.run_id, release_id)
            publish_ledger(ledger, published, _verifier())
            for removed in prune(site, keep=self.settings.keep_releases):
                say(f"removed the release {removed}")
        write_json(self.paths.switched, {"release_id": release_id})
