"""One forecast for every fixture: the champion's, or the next family that has an answer, saying why.

After the champion the models speak in the order in which they are given. Divisions that validation withholds
get no probabilities, only the reason. Nothing here decides who is champion, and nothing is sealed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.outcomes import SIDES
from pipeline.models.base import Flags, Forecaster, Numbers, complete, market_of
from pipeline.models.catalogue import FAMILIES

NO_PRICE = "no early price"
NO_ANSWER = "the champion has no answer"
NOBODY = "no model has an answer"

COLUMNS = (
    "match_id",
    "forecast_family",
    "p_home",
    "p_draw",
    "p_away",
    "fallback_reason",
    "withheld_reason",
)


def score_fixtures(
    features: pd.DataFrame,
    models: Mapping[str, Forecaster],
    champion: str,
    *,
    withheld: Mapping[str, str],
) -> pd.DataFrame:
    """Return one forecast for every fixture among the rows of `build_features`, in their order.

    models: fitted forecasters by family, the champion among them and the others in the order in which they
    speak where it has no answer; withheld: reason by code of a division.
    The columns are COLUMNS; probabilities, family and reasons are missing where they do not apply.
    Raises KeyError where the champion is not among the models.
    """
    fixtures = features[~features["is_played"]]
    order = [champion, *(name for name in models if name != champion)]
    shares, families = _first_answers(fixtures, models, order)
    is_open = ~fixtures["division"].isin(list(withheld)).to_numpy()
    shares[~is_open], families[~is_open] = np.nan, None
    has_answer = complete(shares)
    reasons = [withheld.get(code, NOBODY) for code in fixtures["division"]]
    fell_back = has_answer & (families != champion)
    table = pd.DataFrame(
        {
            "match_id": fixtures["match_id"].to_numpy(),
            "forecast_family": _text(families, has_answer),
            **{f"p_{side}": shares[:, column] for column, side in enumerate(SIDES)},
            "fallback_reason": _text(_fallback_reasons(fixtures, champion), fell_back),
            "withheld_reason": _text(reasons, ~has_answer),
        }
    )
    return table.astype({"match_id": "str"})[list(COLUMNS)]


def _first_answers(
    rows: pd.DataFrame, models: Mapping[str, Forecaster], order: list[str]
) -> tuple[Numbers, npt.NDArray[np.object_]]:
    shares: Numbers = np.full((len(rows), 3), np.nan)
    families = np.full(len(rows), None, dtype=object)
    for name in order:
        places = np.flatnonzero(np.isnan(shares).any(axis=1))
        if not len(places):
            break
        answers = models[name].forecast(rows.iloc[places])
        is_answer = complete(answers)
        shares[places[is_answer]] = answers[is_answer]
        families[places[is_answer]] = name
    return shares, families


def _fallback_reasons(rows: pd.DataFrame, champion: str) -> list[str]:
    is_priced = complete(market_of(rows)) | (not FAMILIES[champion].is_anchored)
    return [NO_ANSWER if priced else NO_PRICE for priced in is_priced]


def _text(values: Any, applies: Flags) -> pd.Series:
    chosen = [value if applied else None for value, applied in zip(values, applies, strict=True)]
    return pd.Series(chosen, dtype="str")
