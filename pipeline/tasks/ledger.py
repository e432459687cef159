"""RecordPredictions and SettleLedger: tonight's forecasts sealed, and what became of those sealed before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import luigi

from pipeline.archive import clock
from pipeline.archive.atomic import read_json, write_json
from pipeline.archive.ledger_files import LedgerFiles
from pipeline.domain.errors import LedgerError
from pipeline.tasks.archive import divisions_in, intake_of
from pipeline.tasks.forecasting import ScoreFixtures, speakers_of
from pipeline.tasks.quality import anchored_families
from pipeline.tasks.run import finished_runs
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    from pipeline.forecasts.ledger import Seal
    from pipeline.forecasts.verify_ledger import Entry

QUOTED_SOURCES = ("avg", "max", "fonbet")
LEDGER_TABLES = (
    "settled",
    "ledger_results",
    "track_record",
    "lead_times",
    "live_monitor",
    "live_monitor_power",
    "ledger_runs",
    "ledger_corrections",
)
RECONSTRUCTION = "a reconstruction never writes a ledger"
OUT_OF_ORDER = "the ledger holds entries of a later instant"


def release_id_of(stage: Stage) -> str:
    """Return the release's name: run, intake, settings and code, so that equal input has an equal name."""
    run = stage.current_run
    return f"{stage.settings.source}-{run.run_id}-{intake_of(stage).digest[:8]}".replace("_", "-").lower()


def entries_in(ledger: LedgerFiles) -> list[Entry]:
    """Return all entries in the order of sealing. Raises Broken where the chain does not hold."""
    from pipeline.forecasts.verify_ledger import check_chain, entries_of

    entries = [entry for path in ledger.files() for entry in entries_of(path.read_bytes(), path.name)]
    check_chain(entries)
    return entries


class RecordPredictions(Stage):
    """Seal the forecasts of the fixtures within the horizon: `forecasts.ledger.seal_entries`.

    A run seals once: a retry finds its file and only checks that it would have said the same.
    """

    def requires(self) -> luigi.Task:
        return ScoreFixtures(self.run_id)

    def target(self) -> Path:
        return self.paths.sealed

    def work(self) -> None:
        from pipeline.forecasts.ledger import refuse_changed, seal_entries
        from pipeline.forecasts.verify_ledger import canonical

        ledger = LedgerFiles(self.data.ledger)
        entries, refusal = entries_in(ledger), self._refusal()
        if refusal:
            self._close(entries, {}, refusal)
            return
        candidates = self._candidates()
        refuse_changed(entries, candidates)
        if ledger.run_file(self.run_id):
            self._close(entries, {}, "")
            return
        last, now = entries[-1] if entries else None, self._now()
        if last and self.current_run.is_replay and now < datetime.fromisoformat(last["issued_at"]):
            self._close(entries, {}, OUT_OF_ORDER)
            return
        sealed = seal_entries(candidates, last, now=now)
        if sealed.entries:
            ledger.add(self.run_id, b"".join(canonical(entry) + b"\n" for entry in sealed.entries))
        self._close([*entries, *sealed.entries], sealed.left_out, "")

    def _refusal(self) -> str:
        from pipeline.archive.report import FetchReport

        report = FetchReport.from_document(read_json(self.paths.fetch))
        return RECONSTRUCTION if report.is_reconstruction else ""

    def _now(self) -> datetime:
        """Return the instant of sealing: the clock's, or in a replay the run's own."""
        run = self.current_run
        return run.as_of if run.is_replay else clock.now().replace(microsecond=0)

    def _candidates(self) -> list[Entry]:
        from pipeline.archive.tables import read_table
        from pipeline.forecasts.ledger import CHAMPION, INDEPENDENT, candidates_of
        from pipeline.forecasts.verify_ledger import AVERAGE

        tables = {
            CHAMPION: read_table(self.paths.forecasts),
            INDEPENDENT: read_table(self.paths.independent_forecasts),
        }
        shown = [name for name in QUOTED_SOURCES if self.settings.publishes_prices_of(self._feed_of(name))]
        if AVERAGE not in shown:  # a forecast that starts from the price would give it away
            champion = tables[CHAMPION]
            tables[CHAMPION] = champion[~champion["forecast_family"].isin(anchored_families())]
        quotes = quotes_on_offer(read_table(self.paths.quotes), shown)
        fixtures = read_table(self.paths.fixtures)
        return candidates_of(fixtures, tables, quotes, divisions_in(self.settings), self._seal())

    def _feed_of(self, source: str) -> str:
        return source if source == "fonbet" else self.settings.source

    def _seal(self) -> Seal:
        from pipeline.forecasts.ledger import CHAMPION, INDEPENDENT, Seal

        settings, run, cards = self.settings, self.current_run, speakers_of(self)
        spoken = {CHAMPION: next(iter(cards.values()))}
        if "independent" in cards:
            spoken[INDEPENDENT] = cards["independent"]
        return Seal(
            run_id=self.run_id,
            release_id=release_id_of(self),
            kind="replay" if run.is_replay else "simulated" if settings.is_simulated else "live",
            source=settings.source,
            intake=intake_of(self).digest,
            value_threshold=settings.value_threshold,
            model_ids={card.family: card.tags["state_sha256"][:16] for card in cards.values()},
            recipes={role: card.tags["recipe"] for role, card in spoken.items()},
        )

    def _close(self, entries: Sequence[Entry], left_out: Mapping[str, int], refusal: str) -> None:
        own = sum(entry["run_id"] == self.run_id for entry in entries)
        say(refusal or f"{own} entries sealed, left out {dict(left_out) or 'none'}; {len(entries)} in all")
        self._stamp(entries)
        write_json(
            self.paths.sealed,
            {
                "entries": own,
                "left_out": dict(left_out),
                "refusal": refusal,
                "length": len(entries),
                "head": entries[-1]["hash"] if entries else "0" * 64,
            },
        )

    def _stamp(self, entries: Sequence[Entry]) -> None:
        """Have the head attested where the settings name an authority; a fault is told and stops nothing."""
        from pipeline.archive.timestamps import stamp

        address = self.settings.timestamp_url
        if not (address and entries):
            return
        try:
            path = stamp(self.data.ledger, entries[-1]["hash"], len(entries), address)
            say(f"the head is attested by {path.name}")
        except (LedgerError, OSError, ValueError) as fault:
            say(f"the head is not attested, the next run asks again: {fault}")


def quotes_on_offer(quotes: Any, sources: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return by match what was on offer: the early prices of each source.

    A source whose prices may not be published is not asked for: what is sealed is public.
    """
    from pipeline.domain.outcomes import SIDES

    found: dict[str, list[dict[str, Any]]] = {}
    for source in sources:
        names = [f"{source}_early_{side}" for side in SIDES]
        if not set(names) <= set(quotes.columns):
            continue
        full = quotes[(quotes[names] > 1).all(axis=1) & quotes["early_at"].notna()]
        for match_id, at, *prices in full[["match_id", "early_at", *names]].itertuples(
            index=False, name=None
        ):
            quote = {"source": source, "at": at.isoformat(), "prices": [round(price, 4) for price in prices]}
            found.setdefault(match_id, []).append(quote)
    return found


class SettleLedger(Stage):
    """Say what became of every sealed match: `forecasts.settlement`."""

    def requires(self) -> luigi.Task:
        return RecordPredictions(self.run_id)

    def target(self) -> Path:
        return self.paths.settlement

    def work(self) -> None:
        from pipeline.archive.tables import write_table
        from pipeline.evaluation.comparison import published_table
        from pipeline.forecasts import settlement
        from pipeline.forecasts.ledger import published_policy
        from pipeline.monitoring.live_power import power_rows

        entries = entries_in(LedgerFiles(self.data.ledger))[: read_json(self.paths.sealed)["length"]]
        threshold = self.settings.value_threshold
        rules = published_policy(threshold)
        results = settlement.results_of(entries, self._feed())
        rows = {
            "settled": settlement.settle(entries, results, value_threshold=threshold),
            "ledger_results": results,
            "track_record": settlement.track_record(entries, results, rules),
            "lead_times": settlement.lead_times(entries, results, rules),
            "live_monitor": settlement.live_monitor(entries, results, rules),
            "live_monitor_power": power_rows(),
            "ledger_runs": settlement.runs_of(
                entries, LedgerFiles(self.data.ledger).published(), self.run_id
            ),
            "ledger_corrections": self._corrections(results),
        }
        for name in LEDGER_TABLES:
            write_table(self.paths.ledger_table(name), published_table(name, rows[name]))
        settled = sum(row["state"] == settlement.SETTLED for row in results)
        say(f"{settled} of {len(results)} sealed matches are settled")
        write_json(self.paths.settlement, {"matches": len(results), "settled": settled, "policy": rules})

    def _feed(self) -> Any:
        from pipeline.archive.tables import read_table
        from pipeline.forecasts.settlement import Feed

        paths = self.paths
        return Feed(
            matches=read_table(paths.matches),
            fixtures=read_table(paths.fixtures),
            quotes=read_table(paths.quotes),
            quarantine=read_table(paths.quarantine),
            divisions=divisions_in(self.settings),
            cut_off_at=self.cut_off_at,
        )

    def _corrections(self, results: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the corrections told before and those that this run sees against the run before."""
        from pipeline.archive.tables import read_table
        from pipeline.forecasts.settlement import corrections_of

        before = [run for run in finished_runs(self.data) if run.as_of <= self.current_run.as_of]
        paths = [self.data.run(run.run_id) for run in before if run.run_id != self.run_id]
        known = [each for each in paths if each.settlement.is_file()]
        if not known:
            return []
        told, old = (
            cast("list[dict[str, Any]]", read_table(known[-1].ledger_table(name)).to_dict("records"))
            for name in ("ledger_corrections", "ledger_results")
        )
        return [*told, *corrections_of(old, results, seen_at=self.cut_off_at)]
