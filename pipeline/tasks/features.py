"""BuildFeatures: what was known before each kick-off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import luigi

from pipeline.archive.atomic import write_json
from pipeline.tasks.archive import ValidateArchive, divisions_in
from pipeline.tasks.stage import Stage

if TYPE_CHECKING:
    import pandas as pd


def played(features: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have an outcome."""
    return features[features["is_played"]].reset_index(drop=True)


class BuildFeatures(Stage):
    """State what was known before each kick-off: `features.build.build_features`."""

    def requires(self) -> luigi.Task:
        return ValidateArchive(self.run_id)

    def target(self) -> Path:
        return self.paths.features

    def work(self) -> None:
        from pipeline.archive.tables import read_table, write_table
        from pipeline.features.build import build_features
        from pipeline.validation.own_tables import check_own, refuse

        matches, fixtures = read_table(self.paths.matches), read_table(self.paths.fixtures)
        features = build_features(
            matches,
            fixtures,
            read_table(self.paths.quotes),
            divisions_in(self.settings),
            cut_off_at=self.cut_off_at,
        )
        found = check_own({"features": features}, {"features": [*matches["match_id"], *fixtures["match_id"]]})
        write_json(self.paths.feature_checks, found)
        refuse(found)
        write_table(self.paths.features, features)
