"""The paths of one run: every task's target has its name here and nowhere else.

A property without suffix in its file name is a folder; the rest are one file each, JSON or Parquet.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunPaths:
    """The folder of one run and the files in it."""

    folder: Path

    @property
    def state(self) -> Path:
        """Return the JSON document that says what this run is and how far it came."""
        return self.folder / "state.json"

    @property
    def fetch(self) -> Path:
        """Return the JSON report of the fetch."""
        return self.folder / "fetch.json"

    @property
    def intake(self) -> Path:
        """Return the JSON list of exactly the bytes that feed this run."""
        return self.folder / "intake.json"

    @property
    def corrections(self) -> Path:
        """Return the JSON list of the corrections to finished seasons that were received lately."""
        return self.folder / "corrections.json"

    @property
    def normalised(self) -> Path:
        """Return the folder for tables as normalised, before validation."""
        return self.folder / "normalised"

    @property
    def coverage(self) -> Path:
        """Return the counts of what became of every row read, beside the tables they were counted in."""
        return self.normalised / "coverage.parquet"

    @property
    def matches(self) -> Path:
        """Return the table `matches`."""
        return self.folder / "matches.parquet"

    @property
    def fixtures(self) -> Path:
        """Return the table `fixtures`."""
        return self.folder / "fixtures.parquet"

    @property
    def quotes(self) -> Path:
        """Return the table `quotes`."""
        return self.folder / "quotes.parquet"

    @property
    def quarantine(self) -> Path:
        """Return the table `quarantine`."""
        return self.folder / "quarantine.parquet"

    @property
    def verdict(self) -> Path:
        """Return the JSON document of the verdict, division by division."""
        return self.folder / "verdict.json"

    @property
    def validation(self) -> Path:
        """Return the JSON document of the validation suites."""
        return self.folder / "validation.json"

    @property
    def feature_checks(self) -> Path:
        """Return the JSON document of the checks on the features."""
        return self.folder / "feature_checks.json"

    @property
    def forecast_checks(self) -> Path:
        """Return the JSON document of the checks on the forecasts of the fixtures."""
        return self.folder / "forecast_checks.json"

    @property
    def published_checks(self) -> Path:
        """Return the JSON document of the checks on the published tables."""
        return self.folder / "published_checks.json"

    @property
    def features(self) -> Path:
        """Return the table of features."""
        return self.folder / "features.parquet"

    @property
    def retraining(self) -> Path:
        """Return the JSON decision whether to train."""
        return self.folder / "retraining.json"

    @property
    def tuning(self) -> Path:
        """Return the JSON result of tuning."""
        return self.folder / "tuning.json"

    @property
    def walk_forward(self) -> Path:
        """Return the walk-forward forecasts, a table `forecasts`."""
        return self.folder / "walk_forward.parquet"

    @property
    def standing_forecasts(self) -> Path:
        """Return the walk-forward of the recipes that stood when the run began."""
        return self.folder / "standing_forecasts.parquet"

    @property
    def trial_forecasts(self) -> Path:
        """Return the walk-forward of the recipes that were found in this run."""
        return self.folder / "trial_forecasts.parquet"

    @property
    def newest_fits(self) -> Path:
        """Return what each family learnt for the newest year of the walk-forward."""
        return self.folder / "newest_fits.json"

    @property
    def scores(self) -> Path:
        """Return the published table `scores`."""
        return self.folder / "scores.parquet"

    @property
    def calibration(self) -> Path:
        """Return the published table `calibration`."""
        return self.folder / "calibration.parquet"

    @property
    def returns(self) -> Path:
        """Return the published table `returns`."""
        return self.folder / "returns.parquet"

    @property
    def evaluation(self) -> Path:
        """Return the JSON document that closes the evaluation."""
        return self.folder / "evaluation.json"

    @property
    def training(self) -> Path:
        """Return the JSON document of the fitted models."""
        return self.folder / "training.json"

    @property
    def decision(self) -> Path:
        """Return the JSON decision of the promotion gate."""
        return self.folder / "decision.json"

    @property
    def promotion(self) -> Path:
        """Return the JSON record of the promotion as applied."""
        return self.folder / "promotion.json"

    @property
    def forecasts(self) -> Path:
        """Return the forecasts of the coming fixtures, a table `forecasts`."""
        return self.folder / "forecasts.parquet"

    @property
    def tables(self) -> Path:
        """Return the folder of the published tables."""
        return self.folder / "tables"

    @property
    def pages(self) -> Path:
        """Return the folder of the rendered pages, before the MkDocs build."""
        return self.folder / "pages"

    @property
    def built(self) -> Path:
        """Return the folder of the built site."""
        return self.folder / "built"

    @property
    def staged(self) -> Path:
        """Return the JSON record of the staged release."""
        return self.folder / "staged.json"

    @property
    def published(self) -> Path:
        """Return the JSON record of the switch: the last thing a run writes."""
        return self.folder / "published.json"

    @property
    def recent_forecasts(self) -> Path:
        """Return the forecasts that stand beside the results of the last days."""
        return self.folder / "recent_forecasts.parquet"

    @property
    def forecast_counts(self) -> Path:
        """Return the JSON count of fixtures and of those with a forecast."""
        return self.folder / "forecast_counts.json"

    @property
    def switched(self) -> Path:
        """Return the JSON record of the switch to this run's release."""
        return self.folder / "switched.json"

    @property
    def given_up(self) -> Path:
        """Return the JSON record of why this run's intake can never be published."""
        return self.folder / "given_up.json"

    @property
    def journal(self) -> Path:
        """Return the JSON lines that stages leave: how long each took, what stopped it."""
        return self.folder / "journal.jsonl"

    @property
    def metrics(self) -> Path:
        """Return the Prometheus text of this run."""
        return self.folder / "metrics.prom"

    @property
    def independent_forecasts(self) -> Path:
        """Return the forecasts of the coming fixtures by our family that reads no price."""
        return self.folder / "independent_forecasts.parquet"

    @property
    def sealed(self) -> Path:
        """Return the JSON record of what this run sealed in the ledger, and the ledger's head after it."""
        return self.folder / "sealed.json"

    @property
    def settlement(self) -> Path:
        """Return the JSON document that closes the settlement."""
        return self.folder / "settlement.json"

    def ledger_table(self, name: str) -> Path:
        """Return one of the published tables that the settlement writes."""
        return self.folder / f"{name}.parquet"

    @property
    def markets(self) -> Path:
        """Return the markets derived from the fixtures' score grids."""
        return self.folder / "markets.parquet"

    @property
    def likely_scores(self) -> Path:
        """Return the likeliest scores of the fixtures."""
        return self.folder / "likely_scores.parquet"

    @property
    def contributions(self) -> Path:
        """Return the signed parts of the fixtures' forecasts, by feature group."""
        return self.folder / "contributions.parquet"

    @property
    def goal_scores(self) -> Path:
        """Return the published table `goal_scores`."""
        return self.folder / "goal_scores.parquet"

    @property
    def clubs(self) -> Path:
        """Return the JSON report of the clubs first seen in the running season, country by country."""
        return self.folder / "clubs.json"

    @property
    def value_buckets(self) -> Path:
        """Return the table `value_buckets`."""
        return self.folder / "value_buckets.parquet"

    def skill(self, plan: str) -> Path:
        """Return the folder of what this run measured of a plan of test seasons, by the plan's hash."""
        return self.folder / f"skill-{plan[:16]}"
