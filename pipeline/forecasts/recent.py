"""The forecasts that stand beside the results of the last days.

All are made from what was known before kick-off by a model that had not seen the match; they are called
`backtest`, because nobody sealed them beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from pipeline.domain.outcomes import SIDES
from pipeline.models.base import Forecaster

BACKTEST = "backtest"


def recent_forecasts(
    features: pd.DataFrame,
    models: Mapping[str, Forecaster],
    champion: str,
    *,
    walk_forward: pd.DataFrame,
    trained_until: datetime,
) -> pd.DataFrame:
    """Return the champion's forecasts of played matches: columns match_id, family, p_*, forecast_kind.

    Walk-forward forecasts (a table `forecasts`) come first; matches kicked off after `trained_until` that it
    does not hold are forecast by the fitted champion, which cannot have learned from them.
    """
    tested = walk_forward[walk_forward["family"] == champion]
    is_new = features["is_played"] & (features["kick_off_at"] > pd.Timestamp(trained_until))
    unseen = features[is_new & ~features["match_id"].isin(tested["match_id"])]
    shares = models[champion].forecast(unseen)
    fresh = pd.DataFrame({"match_id": unseen["match_id"].to_numpy(), "family": champion}).astype("str")
    fresh = fresh.assign(**{f"p_{side}": shares[:, column] for column, side in enumerate(SIDES)})
    table = pd.concat([part for part in (tested, fresh) if len(part)] or [tested], ignore_index=True)
    return table.assign(forecast_kind=pd.Series(BACKTEST, index=table.index, dtype="str"))
