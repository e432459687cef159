"""Read the published tables and the facts of their run: all that a page may know.

Every table is checked against `tables.csv`, so a template never meets a missing column. This module shapes
nothing: the view models beside it do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import read_json
from pipeline.archive.tables import read_table
from pipeline.domain.errors import ContractError
from pipeline.domain.tables import check_columns

if TYPE_CHECKING:
    import pandas as pd

RUN_FILE = "run.json"
DISCLAIMER = "Demo only, not betting advice"


@dataclass(frozen=True)
class FeedFacts:
    """A second feed of the run: its words, what became of its rows, and the names it has that we do not know.

    caution: what a reader must know before trusting it. excluded: rows not used, by reason. Without an answer
    all counts are 0 and `stood_at` is None.
    """

    title: str
    caution: str
    reasons: tuple[str, ...]
    stood_at: datetime | None
    listed_count: int
    joined_count: int
    added_count: int
    excluded: Mapping[str, int]
    unmatched: tuple[str, ...]


@dataclass(frozen=True)
class FamilyFacts:
    """A model family in public words. A yardstick is compared with, never published as our forecast."""

    name: str
    title: str
    is_yardstick: bool
    is_anchored: bool


@dataclass(frozen=True)
class LedgerFacts:
    """The ledger as it stood at the run: `sealed` counts the run's own entries, `refusal` says why none.

    recipe: of the published chances now; the live monitor counts evidence for each recipe on its own.
    """

    folder: str
    length: int
    head: str
    sealed: int
    refusal: str
    policy: Mapping[str, Any]
    recipe: str = ""


@dataclass(frozen=True)
class SkillFacts:
    """What the last measurement of skill was of. `is_current`: by the code that makes today's forecasts."""

    first_season: int
    last_season: int
    history_from: int
    cut_off_at: datetime
    is_confirmation: bool
    is_current: bool
    code: str


@dataclass(frozen=True)
class RunFacts:
    """The facts of one run, from `run.json`. `beats_market` is None where it cannot be said."""

    release_id: str
    as_of: datetime
    cut_off_at: datetime
    source: str
    source_title: str
    is_simulated: bool
    is_replay: bool
    is_reconstruction: bool
    champion_family: str
    champion_title: str
    champion_trained_until: datetime | None
    families: Mapping[str, FamilyFacts]
    beats_market: bool | None
    publishes_prices: bool
    value_threshold: float
    value_price_source: str
    skill: SkillFacts | None
    code_revision: str
    intake_digest: str
    matches_count: int
    fixtures_count: int
    horizon_days: int
    disclaimer: str
    ledger: LedgerFacts
    feeds: tuple[FeedFacts, ...] = ()

    @property
    def yardsticks(self) -> tuple[str, ...]:
        """Return the families that are only compared with."""
        return tuple(name for name, facts in self.families.items() if facts.is_yardstick)

    def family_title(self, name: Any) -> str:
        """Return the public title of a family, or its name where the run lists no title."""
        facts = self.families.get(str(name))
        return facts.title if facts else str(name)


@dataclass(frozen=True)
class PublishedTables:
    """The published tables that pages show, and how many rows those have that are only offered whole."""

    upcoming: pd.DataFrame
    recent: pd.DataFrame
    divisions: pd.DataFrame
    standings: pd.DataFrame
    scores: pd.DataFrame
    calibration: pd.DataFrame
    returns: pd.DataFrame
    markets: pd.DataFrame
    likely_scores: pd.DataFrame
    goal_scores: pd.DataFrame
    contributions: pd.DataFrame
    model_cards: pd.DataFrame
    value_buckets: pd.DataFrame
    skill: pd.DataFrame
    skill_costs: pd.DataFrame
    notices: pd.DataFrame
    settled: pd.DataFrame
    track_record: pd.DataFrame
    lead_times: pd.DataFrame
    live_monitor: pd.DataFrame
    live_monitor_power: pd.DataFrame
    ledger_runs: pd.DataFrame
    ledger_corrections: pd.DataFrame
    coverage: pd.DataFrame
    quality_checks: pd.DataFrame
    quality_divisions: pd.DataFrame
    quality_examples: pd.DataFrame
    quality_quarantine: pd.DataFrame
    new_clubs: pd.DataFrame
    feeds: pd.DataFrame
    other_prices: pd.DataFrame
    decisions: pd.DataFrame
    challengers: pd.DataFrame
    retraining_nights: pd.DataFrame
    gate_policy: pd.DataFrame
    gate_power: pd.DataFrame
    counts: Mapping[str, int]

    def rows_count(self, table: str) -> int:
        """Return the number of rows of a published table by name."""
        return self.counts[table] if table in self.counts else len(getattr(self, table))


_OFFERED_WHOLE = ("backtest", "ledger_results")
_SHOWN = tuple(name for name in PublishedTables.__dataclass_fields__ if name != "counts")


def load_tables(folder: Path) -> PublishedTables:
    """Read and check the published tables of a folder.

    Raises ContractError naming the first table that is absent or breaks its columns.
    """
    return PublishedTables(
        **{name: _read(folder, name) for name in _SHOWN},
        counts={name: _rows_count(folder, name) for name in _OFFERED_WHOLE},
    )


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each as a value by column."""
    names = [str(name) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def load_run(folder: Path) -> RunFacts:
    """Read `run.json` of a folder; raises ContractError where it is absent or a fact is missing."""
    try:
        return run_facts(read_json(folder / RUN_FILE))
    except (FileNotFoundError, KeyError, ValueError, TypeError) as error:
        raise ContractError(RUN_FILE, f"cannot be read: {error!r}") from error


def run_facts(document: Mapping[str, Any]) -> RunFacts:
    """Return the facts in a `run.json` document; raises KeyError where one is missing."""
    families = {
        name: FamilyFacts(name, each["title"], each["is_yardstick"], each["is_anchored"])
        for name, each in document["families"].items()
    }
    trained = document["champion_trained_until"]
    own: dict[str, Any] = {
        "as_of": _instant(document["as_of"]),
        "cut_off_at": _instant(document["cut_off_at"]),
        "champion_trained_until": _instant(trained) if trained else None,
        "families": families,
        "ledger": LedgerFacts(**document["ledger"]),
        "feeds": tuple(map(_feed_facts, document.get("feeds", ()))),
        "skill": _skill_facts(document["skill"]),
    }
    plain = {name: document[name] for name in RunFacts.__dataclass_fields__ if name not in own}
    return RunFacts(**plain, **own)


def _feed_facts(document: Mapping[str, Any]) -> FeedFacts:
    report = document["report"] or {}
    return FeedFacts(
        title=document["title"],
        caution=document["caution"],
        reasons=tuple(document["reasons"]),
        stood_at=_instant(report["stood_at"]) if report else None,
        listed_count=report.get("listed_count", 0),
        joined_count=report.get("joined_count", 0),
        added_count=report.get("added_count", 0),
        excluded=report.get("excluded", {}),
        unmatched=tuple(each["name"] for each in report.get("unmatched", ())),
    )


def _skill_facts(document: Mapping[str, Any] | None) -> SkillFacts | None:
    if document is None:
        return None
    facts = {name: document[name] for name in SkillFacts.__dataclass_fields__}
    return SkillFacts(**facts | {"cut_off_at": _instant(facts["cut_off_at"])})


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return instant


def _read(folder: Path, name: str) -> pd.DataFrame:
    try:
        frame = read_table(folder / f"{name}.parquet")
    except FileNotFoundError as error:
        raise ContractError(name, "is absent from the published tables") from error
    check_columns(name, {str(column): str(dtype) for column, dtype in frame.dtypes.items()}, __package__)
    return frame


def _rows_count(folder: Path, name: str) -> int:
    import pyarrow.parquet as pq

    path = folder / f"{name}.parquet"
    if not path.is_file():
        raise ContractError(name, "is absent from the published tables")
    return int(pq.ParquetFile(path).metadata.num_rows)
