"""`python -m pipeline.tasks.league NAME`: one division from the feed to first forecasts, told as plain text.

For whoever adds a league: the stages of a night up to the features run on that division alone, in a data root
of its own below the configured one, so that no live run, registry or site is touched. What is forecast is
the goal model's answer, or base rates where it has too little to learn from; nothing is kept as a champion.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import luigi

from pipeline.archive.atomic import read_json
from pipeline.archive.run_paths import RunPaths
from pipeline.domain.errors import ModelError, PipelineError, SettingError
from pipeline.tasks.archive import divisions_in
from pipeline.tasks.features import BuildFeatures, played
from pipeline.tasks.forecasting import LAST_RESORT_FAMILY, withheld_divisions
from pipeline.tasks.intake import source_of
from pipeline.tasks.run import Run, decide_run
from pipeline.tasks.settings import Settings, add_setting_options, apply_setting_options, load_settings
from pipeline.tasks.summary import read_journal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pipeline.domain.division import Division
    from pipeline.models.base import Forecaster

_SCRATCH = "league"
_QUICK_FAMILY = "poisson"


def main(arguments: list[str] | None = None) -> int:
    """Print the report; return 1 where it has no forecasts for want of data, 2 for a wrong setting."""
    asked = _parser().parse_args(arguments)
    try:
        apply_setting_options(asked)
        division = known_division(load_settings(), asked.name)
        apply_setting_options(_scratch_of(load_settings(), division))
        lines, code = examine(load_settings(), division, asked.as_of)
    except PipelineError as error:
        lines, code = [f"error: {error}"], 2
    sys.stdout.write("\n".join(lines) + "\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="league",
        description="Run one division from the feed to first forecasts, apart from every live run, and print "
        "what became of its rows: coverage, quarantine, clubs, forecasts. From make: NAME=, SOURCE=, "
        "BASE_URL=, AS_OF=, DATA_ROOT=, FOLDER=.",
    )
    parser.add_argument("name", metavar="NAME", help="code of the division, as in the division table")
    parser.add_argument("--as-of", default="", metavar="MINUTE", help="a UTC minute, as 2026-04-24T19:04")
    add_setting_options(parser)
    return parser


def known_division(settings: Settings, name: str) -> Division:
    """Return a division of the source by its code. Raises SettingError listing the codes for another one."""
    divisions = source_of(replace(settings, divisions=())).divisions
    if name not in divisions:
        known = ", ".join(f"{code} ({each.country}, {each.name})" for code, each in divisions.items())
        raise SettingError("NAME", name, f"{settings.source} has {known}")
    return divisions[name]


def _scratch_of(settings: Settings, division: Division) -> argparse.Namespace:
    """Return the settings that keep this run apart: its own roots, and no other division."""
    root = settings.data_root / _SCRATCH / division.code
    return argparse.Namespace(
        data_root=str(root), site_root=str(root / "site"), divisions=json.dumps([division.code])
    )


def examine(settings: Settings, division: Division, as_of: str) -> tuple[list[str], int]:
    """Run the stages and return the report as lines, and 0 where they came to the end.

    settings: those of the scratch root. What an earlier call left there goes, its snapshots stay.
    """
    from pipeline.monitoring.league_report import league_lines

    run = decide_run("publish", as_of)
    _forget_other_runs(settings, run)
    is_done = luigi.build([BuildFeatures(run.run_id)], local_scheduler=True, workers=1)
    paths = run.paths(settings)
    if not paths.coverage.is_file():
        return [f"error: {_failure(paths)}"], 1
    lines = league_lines(division, _tables(paths, divisions_in(settings)))
    if not is_done:
        return [*lines, "", f"no forecasts: {_failure(paths)}"], 1
    return [*lines, "", *_forecast_lines(paths)], 0


def _forget_other_runs(settings: Settings, run: Run) -> None:
    runs = run.data(settings).runs
    for folder in runs.iterdir() if runs.is_dir() else ():
        if folder.name != run.run_id:
            shutil.rmtree(folder)


def _failure(paths: RunPaths) -> str:
    told = [str(entry["error"]) for entry in read_journal(paths.journal) if "error" in entry]
    return told[-1] if told else "a stage failed; its log stands above"


def _tables(paths: RunPaths, divisions: Mapping[str, Division]) -> dict[str, pd.DataFrame]:
    """Return the tables of the report: accepted where validation came to an end, else as normalised."""
    from pipeline.archive.tables import read_table
    from pipeline.publishing.coverage import coverage_table

    folder = paths.folder if paths.verdict.is_file() else paths.normalised
    names = ("matches", "fixtures", "quotes", "quarantine")
    tables = {name: read_table(folder / f"{name}.parquet") for name in names}
    counts = read_table(paths.coverage)
    tables["coverage"] = coverage_table(counts, tables["matches"], tables["quotes"], divisions)
    return tables


def _forecast_lines(paths: RunPaths) -> list[str]:
    from pipeline.archive.tables import read_table
    from pipeline.forecasts.score import score_fixtures
    from pipeline.monitoring.league_report import forecast_lines

    features = read_table(paths.features)
    models, champion = _fitted(played(features))
    forecasts = score_fixtures(features, models, champion, withheld=withheld_divisions(paths))
    return forecast_lines(read_table(paths.fixtures), forecasts, read_json(paths.verdict)["divisions"])


def _fitted(matches: pd.DataFrame) -> tuple[dict[str, Forecaster], str]:
    """Return the fitted models by family and the name of the one that leads."""
    from pipeline.models.catalogue import FAMILIES

    models: dict[str, Forecaster] = {LAST_RESORT_FAMILY: FAMILIES[LAST_RESORT_FAMILY].build({}).fit(matches)}
    try:
        models[_QUICK_FAMILY] = FAMILIES[_QUICK_FAMILY].build({}).fit(matches)
    except ModelError:
        return models, LAST_RESORT_FAMILY
    return models, _QUICK_FAMILY


if __name__ == "__main__":
    sys.exit(main())
