"""What a run says of its own quality: the documents of all checks, and the terms of the feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pipeline.publishing.tables import Findings
    from pipeline.tasks.settings import Settings
    from pipeline.tasks.stage import Stage


def checked_suites(stage: Stage, findings: Findings, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Check the published tables, keep the document, and return what every suite of the run found.

    Raises ContractError where a blocking check failed: nothing is published then.
    """
    from pipeline.validation.own_tables import check_own, refuse

    played = findings.matches["match_id"]
    wanted = {
        "upcoming": findings.fixtures["match_id"],
        "recent": played,
        "backtest": played,
        "divisions": findings.verdict["divisions"],
    }
    published = check_own(tables, wanted)
    write_json(stage.paths.published_checks, published)
    refuse(published)
    documents = (
        findings.verdict["suites"],
        read_json(stage.paths.feature_checks),
        read_json(stage.paths.forecast_checks),
        published,
    )
    return {suite: entry for document in documents for suite, entry in document.items()}


def anchored_families() -> list[str]:
    """Return the model families that start from the market's chances."""
    from pipeline.models.catalogue import FAMILIES

    return [family.name for family in FAMILIES.values() if family.is_anchored]


def feeds_of(settings: Settings) -> list[dict[str, Any]]:
    """Return one record a feed for the published table `feeds`: the source, second feeds in use, the rest.

    The smaller simulated world is told only where it is in use.
    """
    from pipeline.sources.terms import all_terms

    used = (settings.source, *settings.feeds.odds_feeds)
    records = [
        {
            **vars(each),
            "is_used": each.feed in used,
            "address": each.address or None,
            "prices": _told_prices(settings, each.feed, each.prices),
        }
        for each in all_terms().values()
        if each.feed != "tiny" or settings.source == "tiny"
    ]
    return sorted(records, key=lambda record: (not record["is_used"], record["feed"] != settings.source))


def _told_prices(settings: Settings, feed: str, prices: str) -> str:
    return prices if settings.publishes_prices_of(feed) else f"{prices}; not published on this site"
