"""Why the fixtures' forecasts are what they are: the split of whichever family speaks for each of them.

Nothing is fitted or chosen here: the forecasts of `score` say who speaks, `models.explain` splits.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.models.base import Forecaster
from pipeline.models.explain import contributions_of

COLUMNS = ("match_id", "family", "group", "log_home", "log_away")


def fixture_contributions(
    features: pd.DataFrame, models: Mapping[str, Forecaster], forecasts: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a forecast fixture and feature group, the base first, in the order of the forecasts.

    features: rows of `build_features`; models: fitted ones by family, all that speak among them;
    forecasts: of `score_fixtures`. The columns are COLUMNS; the rows of a fixture add up to
    log(p_home / p_draw) and log(p_away / p_draw) of its forecast. A fixture without a forecast has none.
    """
    spoken = forecasts[forecasts["forecast_family"].notna()]
    blocks = [
        contributions_of(models[str(family)], features[features["match_id"].isin(own["match_id"])]).assign(
            family=str(family)
        )
        for family, own in spoken.groupby("forecast_family", sort=True)
    ]
    empty = pd.DataFrame({name: pd.Series(dtype="float64") for name in COLUMNS})
    table = pd.concat(blocks, ignore_index=True) if blocks else empty
    places = pd.Series(range(len(forecasts)), index=forecasts["match_id"])
    order = table["match_id"].map(places).sort_values(kind="stable").index
    texts = dict.fromkeys(("match_id", "family", "group"), "str")
    return table.loc[order, list(COLUMNS)].astype(texts).reset_index(drop=True)
