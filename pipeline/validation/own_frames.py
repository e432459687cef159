"""Columns that make every check on our own tables a check of one column: keys, sums, what was promised.

Judges nothing: what is right stands in `own_suites.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np
import pandas as pd

from pipeline.domain.outcomes import SIDES

_PREFIXES = ("p", "implied", "price", "market")


def own_frame(
    table: str, rows: pd.DataFrame, key: Collection[str], wanted: Collection[str] | None, *, is_whole: bool
) -> pd.DataFrame:
    """Return the frame to check: the rows with derived columns.

    key: the columns that make it up. wanted: the values of the first of them that may stand there; None where
    nobody says. is_whole: whether all of them must, so that each one absent becomes a row of its own.
    """
    frame = rows.reset_index(drop=True).copy()
    frame["row_key"] = _joined(frame, list(key))
    for prefix in _PREFIXES:
        names = [f"{prefix}_{side}" for side in SIDES]
        if set(names) <= set(frame.columns):
            frame = _with_triple(frame, prefix, frame[names])
    derive = _DERIVED.get(table)
    frame = derive(frame) if derive else frame
    return frame if wanted is None else _with_promise(frame, next(iter(key)), wanted, is_whole=is_whole)


def _joined(frame: pd.DataFrame, names: list[str]) -> pd.Series:
    text = pd.Series("", index=frame.index, dtype="str")
    for name in names:
        text = text + " " + frame[name].astype("str").fillna("")
    return text.str.strip()


def _with_triple(frame: pd.DataFrame, prefix: str, triple: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        **{
            f"{prefix}_sum": triple.sum(axis=1, min_count=len(SIDES)),
            f"{prefix}_lowest": triple.min(axis=1),
            f"{prefix}_count": triple.notna().sum(axis=1),
        }
    )


def _with_promise(frame: pd.DataFrame, name: str, wanted: Collection[str], *, is_whole: bool) -> pd.DataFrame:
    promised, there = set(wanted), set(frame[name])
    absent = [key for key in sorted(promised) if is_whole and key not in there]
    marked = frame.assign(is_there=True, is_wanted=[key in promised for key in frame[name]])
    if not absent:
        return marked
    whole = marked.astype({"is_there": "object", "is_wanted": "object"}).reindex(
        range(len(frame) + len(absent))
    )
    whole.loc[len(frame) :, [name, "row_key"]] = [[key, key] for key in absent]
    whole["is_there"] = [place < len(frame) for place in range(len(whole))]
    return whole


def _features(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame.select_dtypes("float")
    is_labelled = frame["outcome"].notna() == frame["is_played"].astype("bool")
    return frame.assign(infinite_count=np.isinf(numbers).sum(axis=1), is_labelled=is_labelled)


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(is_told=frame["p_home"].notna() != frame["withheld_reason"].notna())


def _upcoming(frame: pd.DataFrame) -> pd.DataFrame:
    errors = [frame[f"edge_{side}"] - (frame[f"p_{side}"] - frame[f"implied_{side}"]) for side in SIDES]
    return _told(frame).assign(edge_error=pd.concat(errors, axis=1).abs().max(axis=1))


def _recent(frame: pd.DataFrame) -> pd.DataFrame:
    ahead = frame["home_goals"] - frame["away_goals"]
    outcome = ahead.lt(0).astype("int64") + ahead.le(0).astype("int64")
    return frame.assign(is_outcome_right=frame["outcome"].eq(outcome))


def _divisions(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(is_explained=frame["state"].eq("accepted") | frame["reason"].notna())


def _standings(frame: pd.DataFrame) -> pd.DataFrame:
    played = frame[["won", "drawn", "lost"]].sum(axis=1)
    return frame.assign(
        is_sum_right=frame["played"].eq(played),
        points_excess=frame["points"] - 3 * frame["won"] - frame["drawn"],
    )


def _scores(frame: pd.DataFrame) -> pd.DataFrame:
    counts = frame.groupby(["scope", "key"])["n"]
    is_inside = frame["log_loss"].between(frame["log_loss_low"], frame["log_loss_high"])
    is_open = frame["log_loss_low"].isna()
    return frame.assign(
        n_spread=counts.transform("max") - counts.transform("min"), is_in_interval=is_inside | is_open
    )


def _calibration(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(band_width=frame["high"] - frame["low"])


def _returns(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(bets_beyond_matches=frame["n"] - frame["matches_count"])


_DERIVED: Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "features": _features,
    "forecasts": _told,
    "upcoming": _upcoming,
    "recent": _recent,
    "divisions": _divisions,
    "standings": _standings,
    "scores": _scores,
    "calibration": _calibration,
    "returns": _returns,
}
