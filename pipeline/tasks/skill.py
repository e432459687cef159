"""`python -m pipeline.tasks.skill`: how good every family is beside the early and the closing market.

Takes any source through the pipeline's own stages up to the features, walks forward over past seasons and
keeps the published tables `skill` and `skill_costs` in the data root, where the next `Publish` shows them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import luigi

from pipeline.archive.atomic import read_json
from pipeline.domain.errors import PipelineError, SettingError
from pipeline.tasks.features import BuildFeatures
from pipeline.tasks.run import decide_run
from pipeline.tasks.settings import add_setting_options, apply_setting_options, load_settings
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.tasks.skill_jobs import Job

_SEED = 20260801
_FIRST_SEASON, _LAST_SEASON, _HISTORY_FROM = 2022, 2025, 1993


@dataclass(frozen=True)
class Plan:
    """What is measured: families and divisions (all where empty), first and last test season."""

    families: tuple[str, ...]
    divisions: tuple[str, ...]
    first_season: int
    last_season: int
    is_confirmation: bool

    def to_text(self) -> str:
        """Return the plan as JSON, equal plans as equal text."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Plan:
        """Read a plan back."""
        values = json.loads(text)
        return cls(**values | {name: tuple(values[name]) for name in ("families", "divisions")})


class MeasureSkill(Stage):
    """Walk forward over the test seasons with every family and score what comes: `evaluation.skill`."""

    plan = luigi.Parameter(description="a Plan as JSON")

    def requires(self) -> luigi.Task:
        return BuildFeatures(self.run_id)

    def target(self) -> Path:
        return self.paths.skill(hashlib.sha256(self.plan.encode()).hexdigest())

    def work(self) -> None:
        from pipeline.archive.tables import read_table
        from pipeline.evaluation.skill import scored_rows
        from pipeline.evaluation.skill_blocks import blocks_of, families_to_measure
        from pipeline.tasks.skill_jobs import jobs_of, work_off

        plan, features = Plan.from_text(self.plan), read_table(self.paths.features)
        quotes = read_table(self.paths.quotes)
        tested = scored_rows(features, quotes, plan.first_season, plan.last_season, plan.divisions)
        if tested.empty:
            reason = f"no match up to {plan.last_season} has early and closing prices"
            raise SettingError("first_season", plan.first_season, reason)
        blocks, families = list(blocks_of(tested)), families_to_measure(plan.families)
        say(f"{len(tested)} matches to score in {len(blocks)} blocks, {len(families)} families to fit")
        jobs = jobs_of(self.data, self.paths.features, features, blocks, families)
        work_off(jobs, say)
        self._write(plan, jobs, tested["match_id"], quotes)

    def _write(self, plan: Plan, jobs: list[Job], match_ids: pd.Series, quotes: pd.DataFrame) -> None:
        import pandas as pd

        from pipeline.archive.tables import read_table
        from pipeline.evaluation.comparison import published_table
        from pipeline.evaluation.skill import skill_table, yardsticks
        from pipeline.evaluation.skill_blocks import setting_of
        from pipeline.evaluation.variants import variants_by_setting
        from pipeline.publishing.exports import write_tables
        from pipeline.publishing.tables import conform
        from pipeline.tasks.fits import code_version

        matches = read_table(self.paths.matches)
        parts = [job.forecasts for job in jobs] + [yardsticks(quotes, match_ids)]
        if self.settings.is_simulated:
            parts.append(self._truth(matches, match_ids))
        families = {job.family for job in jobs}
        facts = {"first_season": plan.first_season, "last_season": plan.last_season, "code": code_version()}
        table = skill_table(
            pd.concat(parts, ignore_index=True),
            matches,
            {name: setting_of(name) for name in families},
            facts,
            variants_by_setting(),
            seed=_SEED,
        )
        costs = published_table("skill_costs", [job.costs for job in jobs])
        about = (
            facts | asdict(plan) | {"cut_off_at": self.cut_off_at.isoformat(), "source": self.settings.source}
        )
        tables = {"skill": conform("skill", table), "skill_costs": conform("skill_costs", costs)}
        write_tables(tables, about | {"history_from": self.settings.seasons_from}, self.target())

    def _truth(self, matches: pd.DataFrame, match_ids: pd.Series) -> pd.DataFrame:
        """Return the true probabilities of a simulated world as forecasts."""
        from pipeline.evaluation.comparison import PROBABILITY_COLUMNS
        from pipeline.evaluation.skill import TRUTH, forecasts_of
        from pipeline.sources.embedded.site import EmbeddedSite

        truth = EmbeddedSite(self.current_run.as_of, size=self.settings.source).truth()
        keys = ["division", "season", "home", "away", "kick_off_at"]
        known = matches[["match_id", *keys]].merge(truth, on=keys, how="left", validate="1:1")
        shares = known.set_index("match_id").loc[match_ids, PROBABILITY_COLUMNS].to_numpy(dtype="float64")
        return forecasts_of(match_ids, TRUTH, shares)


class KeepSkill(Stage):
    """Put a measurement where the next `Publish` looks for the last one."""

    plan = luigi.Parameter(description="a Plan as JSON")
    has_run = False

    def requires(self) -> luigi.Task:
        return MeasureSkill(self.run_id, plan=self.plan)

    def target(self) -> Path:
        return self.data.skill

    def complete(self) -> bool:
        """Tell whether it was done in this process: another plan may stand there."""
        return self.has_run

    def work(self) -> None:
        import shutil

        from pipeline.archive.atomic import atomic_folder

        with atomic_folder(self.data.skill) as aside:
            shutil.copytree(self.requires().target(), aside, dirs_exist_ok=True)
        self.has_run = True


def main(arguments: list[str] | None = None) -> int:
    """Measure and say what came; return 2 for a setting that cannot be used, 1 for a failure."""
    asked = _parser().parse_args(arguments)
    asked.seasons_from = asked.history_from
    try:
        apply_setting_options(asked)
        plan = _plan(asked)
        task = KeepSkill(decide_run("skill", asked.as_of).run_id, plan=plan.to_text())
    except PipelineError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    if not luigi.build([task], local_scheduler=True):
        return 1
    sys.stdout.write("\n".join(_summary(task)) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="skill", description=__doc__.split("\n\n")[1])
    parser.add_argument("--as-of", default="", help="measure as of this UTC minute; now where left out")
    parser.add_argument("--families", default="", help="families by name, with commas; all where left out")
    parser.add_argument("--score-divisions", default="", help="codes to score, with commas; all have a part")
    parser.add_argument("--first-season", type=int, default=_FIRST_SEASON, help="first test season")
    parser.add_argument("--last-season", type=int, default=_LAST_SEASON, help="last test season")
    parser.add_argument("--history-from", default=str(_HISTORY_FROM), help="first season to learn from")
    parser.add_argument("--confirm", action="store_true", help="allow the season kept for confirmation")
    add_setting_options(parser)
    return parser


def _plan(asked: argparse.Namespace) -> Plan:
    from pipeline.evaluation.skill import check_seasons
    from pipeline.models.catalogue import FAMILIES
    from pipeline.tasks.archive import divisions_in

    check_seasons(asked.first_season, asked.last_season, is_confirmation=asked.confirm)
    families, divisions = _names(asked.families), _names(asked.score_divisions)
    for setting, names, known in (
        ("families", families, FAMILIES),
        ("score_divisions", divisions, divisions_in(load_settings())),
    ):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise SettingError(setting, ", ".join(unknown), f"among {', '.join(known)}")
    return Plan(families, divisions, asked.first_season, asked.last_season, asked.confirm)


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in text.split(",")} - {""}))


def _summary(task: KeepSkill) -> list[str]:
    from pipeline.archive.tables import read_table

    table = read_table(task.target() / "skill.parquet")
    rows = table[table["scope"] == "all"].sort_values(["setting", "log_loss"], kind="stable")
    lines = [f"{'setting':12} {'family':20} {'n':>7} {'log loss':>9}  to the early market (95 %)"]
    lines += [
        f"{row.setting:12} {row.family:20} {row.n:7,} {row.log_loss:9.5f}  "
        f"{row.gap_early:+.5f} ({row.gap_early_low:+.5f}, {row.gap_early_high:+.5f})"
        for row in rows.itertuples()
    ]
    seasons = read_json(task.target() / "run.json")
    return [*lines, f"test seasons {seasons['first_season']} to {seasons['last_season']}: {task.target()}"]


if __name__ == "__main__":
    sys.exit(main())
