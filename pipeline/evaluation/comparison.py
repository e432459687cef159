"""Put the forecasts of every family beside each other on the same played matches.

A comparison is only fair on identical matches: leagues differ more than models do. This joins forecasts to
results and narrows them to what all can be judged on; it computes no score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.domain.errors import ContractError
from pipeline.domain.outcomes import SIDES
from pipeline.domain.scores import BoolArray, FloatArray, IntArray
from pipeline.domain.tables import Column, check_columns, columns_of

MARKET = "market"
"""The family whose forecasts are the market's early prices without their margin: the yardstick."""

PROBABILITY_COLUMNS = [f"p_{side}" for side in SIDES]
_MATCH_COLUMNS = ["match_id", "division", "season", "kick_off_at", "outcome"]
_DTYPES = {
    "text": "str",
    "integer": "int64",
    "number": "float64",
    "flag": "bool",
    "instant": "datetime64[us, UTC]",
}


@dataclass(frozen=True)
class Comparison:
    """Played matches in order of kick-off, with what each family said about each.

    probabilities: (n, families, 3), NaN where a family has no answer.
    """

    families: tuple[str, ...]
    matches: pd.DataFrame
    probabilities: FloatArray

    @property
    def outcomes(self) -> IntArray:
        """The outcomes (n,) as 0, 1, 2."""
        return self.matches["outcome"].to_numpy(dtype=np.int64)

    @property
    def match_days(self) -> IntArray:
        """The UTC day of each kick-off (n,), in days since 1970: the blocks of the bootstrap."""
        instants = self.matches["kick_off_at"].dt.tz_convert(None).to_numpy()
        return np.asarray(instants.astype("datetime64[D]").astype(np.int64))

    def of(self, family: str) -> FloatArray:
        """Return one family's probabilities (n, 3). Raises ValueError for a family that is not compared."""
        return self.probabilities[:, self.families.index(family)]

    def where(self, is_kept: BoolArray) -> Comparison:
        """Return the same families on some of the matches; is_kept is (n,)."""
        return Comparison(self.families, self.matches.loc[is_kept], self.probabilities[is_kept])

    def on_common_matches(self) -> Comparison:
        """Return the matches that every family answered.

        A family without a single answer here (the market in a division nobody prices) leaves the comparison
        instead of emptying it.
        """
        is_answered = is_complete(self.probabilities)
        speaking = np.flatnonzero(is_answered.any(axis=0))
        families = tuple(self.families[place] for place in speaking)
        narrowed = Comparison(families, self.matches, self.probabilities[:, speaking])
        is_common = is_answered[:, speaking].all(axis=1) if families else np.zeros(len(self.matches), bool)
        return narrowed.where(np.asarray(is_common, dtype=np.bool_))


def is_complete(values: FloatArray) -> BoolArray:
    """Tell where the last axis holds no NaN: (n, 3) gives (n,)."""
    return np.asarray(~np.isnan(values).any(axis=-1), dtype=np.bool_)


def compare(forecasts: pd.DataFrame, matches: pd.DataFrame) -> Comparison:
    """Join forecasts (table `forecasts`) to the played matches; forecasts of fixtures wait for their result.

    Raises ContractError where a family answers a match twice or a match is listed twice.
    """
    if forecasts.duplicated(["match_id", "family"]).any():
        raise ContractError("forecasts", "a family forecasts a match twice")
    if matches["match_id"].duplicated().any():
        raise ContractError("matches", "a match is listed twice")
    is_forecast = matches["match_id"].isin(forecasts["match_id"])
    played = matches.loc[is_forecast, _MATCH_COLUMNS].sort_values(["kick_off_at", "match_id"], kind="stable")
    families = tuple(sorted(forecasts["family"].unique()))
    by_family = forecasts.set_index("match_id")
    answers = [
        by_family.loc[by_family["family"] == family, PROBABILITY_COLUMNS]
        .reindex(played["match_id"])
        .to_numpy(float)
        for family in families
    ]
    probabilities = np.stack(answers, axis=1) if answers else np.empty((len(played), 0, len(SIDES)))
    return Comparison(families, played.reset_index(drop=True), probabilities)


def scopes(comparison: Comparison, columns: Sequence[str]) -> Iterator[tuple[str, str, Comparison]]:
    """Yield (scope, key, matches of it): `all`, then each value of each column, such as every division."""
    yield "all", "all", comparison
    for column in columns:
        for value in sorted(comparison.matches[column].unique()):
            yield column, str(value), comparison.where((comparison.matches[column] == value).to_numpy())


def published_table(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as the published table promises: its columns, their order and types, also without any row.

    Raises ContractError where the rows miss a column or hold another.
    """
    columns = columns_of(table, "pipeline.publishing")
    if not rows:
        return pd.DataFrame({column.name: pd.Series(dtype=_DTYPES[column.type]) for column in columns})
    frame = pd.DataFrame(list(rows))
    frame = frame.astype(
        {column.name: _dtype_of(column, frame[column.name]) for column in columns if column.name in frame}
    )
    check_columns(
        table, {str(name): str(dtype) for name, dtype in frame.dtypes.items()}, "pipeline.publishing"
    )
    return frame[[column.name for column in columns]]


def _dtype_of(column: Column, values: pd.Series) -> str:
    has_gaps = column.type == "integer" and column.is_nullable and bool(values.isna().any())
    return "Int64" if has_gaps else _DTYPES[column.type]
