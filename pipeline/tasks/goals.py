"""The goals an operator asks for: `luigi --module pipeline Publish`, `Retrain` and `Refresh`.

`Publish` runs every night and trains when a trigger says so, `Retrain` forces it; `Refresh` runs every hour
on the same graph without the training stages, because the feed lists most matches only the day before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import luigi

from pipeline.archive import clock
from pipeline.archive.atomic import read_json, write_json, write_text
from pipeline.tasks.forecasting import withheld_divisions
from pipeline.tasks.notices import tell_of_run
from pipeline.tasks.run import decide_run
from pipeline.tasks.site import SiteStage, SwitchRelease
from pipeline.tasks.stage import Stage, logger
from pipeline.tasks.summary import run_summary


class ExportMetrics(SiteStage):
    """Write what Prometheus scrapes, after the switch it reports: `monitoring.metrics.render_metrics`."""

    def requires(self) -> luigi.Task:
        return SwitchRelease(self.run_id)

    def target(self) -> Path:
        return self.paths.metrics

    def work(self) -> None:
        from pipeline.monitoring.metrics import render_metrics

        text = render_metrics(run_summary(self) | {"succeeded_at": clock.now().isoformat(timespec="seconds")})
        write_text(self.data.metrics_file, text)
        write_text(self.paths.metrics, text)


class Goal(luigi.Task):
    """A goal: the run it means is decided once, when the process starts."""

    as_of = luigi.Parameter(
        default="",
        description="replay this UTC minute, as in 2026-04-24T19:04; the current hour where it is left out",
    )
    goal_name = ""
    has_run = False

    @property
    def run_id(self) -> str:
        """Return the run this goal means."""
        return decide_run(self.goal_name, self.as_of).run_id

    def requires(self) -> ExportMetrics:
        """Require the last stage; every stage requires the one before."""
        return ExportMetrics(self.run_id)

    def output(self) -> luigi.LocalTarget:
        """Return the record that closes the run."""
        return luigi.LocalTarget(str(self.requires().paths.published))

    def complete(self) -> bool:
        """Tell whether this run published, and its release still stands where the settings put releases."""
        published = self.requires().paths.published
        if not (published.is_file() and (self._release_folder(published) / "release.json").is_file()):
            return False
        if not self.has_run:
            logger.info(
                "nothing to do: %s was published, release %s",
                self.run_id,
                self._release_folder(published).name,
            )
        return True

    def _release_folder(self, published: Path) -> Path:
        return self.requires().settings.site().release(read_json(published)["release_id"])

    def run(self) -> None:
        """Close the run and say what happened."""
        self.has_run = True
        stage = self.requires()
        write_json(stage.paths.published, self._record(stage, run_summary(stage)))
        _log_summary(run_summary(stage))
        tell_of_run(stage, run_summary(stage))

    def _record(self, stage: Stage, summary: dict[str, Any]) -> dict[str, Any]:
        broken = [entry["path"] for entry in summary["files"] if entry["reason"]]
        return {
            "run_id": stage.run_id,
            "release_id": summary["release_id"],
            "published_at": clock.now().isoformat(timespec="seconds"),
            "withheld": withheld_divisions(stage.paths),
            "files_in_trouble": broken,
            "is_worth_retrying": bool(broken or summary["refused_divisions"]),
        }


class Publish(Goal):
    """Take the feed to the published site; trains only when a trigger says so."""

    goal_name = "publish"


class Retrain(Goal):
    """The same as `Publish`, but it looks for new recipes and fits anew whatever the triggers say."""

    goal_name = "retrain"


class Refresh(Goal):
    """The same without training: new fixtures, prices and results, scored by the champion."""

    goal_name = "refresh"


def _log_summary(summary: dict[str, Any]) -> None:
    from pipeline.monitoring.summary import summary_lines

    for line in summary_lines(summary):
        logger.info("%s", line)
