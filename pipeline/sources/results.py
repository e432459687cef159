"""Which rows of results files are matches at the cut-off, and which are still to come or can not be used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.sources.collection import early_collected_at, result_known_at
from pipeline.sources.identity import PAIRING
from pipeline.sources.tables import Defect

Flags = npt.NDArray[np.bool_]

_NO_SCORE = "the match has no score"
_OTHER_RESULT = "the result does not agree with the goals"
_TWICE = "the match is there twice, the first line is used"


def cut_results(archive: pd.DataFrame, cut_off_at: pd.Timestamp, horizon: pd.Timedelta) -> pd.DataFrame:
    """Add `is_played` (its result was known), `is_near` (within the horizon) and `early_at` (estimated)."""
    known_at = result_known_at(archive["kick_off_at"], archive["kick_off_precision"])
    is_played = (known_at <= cut_off_at).to_numpy(dtype=bool)
    is_near = (archive["kick_off_at"] <= cut_off_at + horizon).to_numpy(dtype=bool) & ~is_played
    return archive.assign(
        is_played=is_played, is_near=is_near, early_at=early_collected_at(archive["kick_off_at"])
    )


def unusable_results(archive: pd.DataFrame) -> tuple[Flags, list[Defect]]:
    """Return which rows can not be used, with the defects of those that are played or near.

    archive: rows of `cut_results`. Only a played match needs a score; of rows to come nothing is looked at
    but the pairing and the date, so that nothing after the cut-off can show here.
    """
    played = archive["is_played"].to_numpy()
    has_score = (archive["home_goals"].notna() & archive["away_goals"].notna()).to_numpy()
    reasons = np.where(played & ~has_score, _NO_SCORE, "").astype(object)
    reasons[played & has_score & _disagrees(archive)] = _OTHER_RESULT
    usable = archive[reasons == ""]
    keys = usable[[*PAIRING, "is_played"]].assign(on=usable["kick_off_at"].dt.floor("D"))
    reasons[np.flatnonzero(reasons == "")[keys.duplicated().to_numpy()]] = _TWICE
    rows = archive.assign(reason=reasons)[reasons != ""]
    told = rows[rows["is_played"] | rows["is_near"]]
    return np.asarray(reasons != "", dtype=bool), [_defect(row) for _, row in told.iterrows()]


def told_defects(defects: pd.DataFrame, archive: pd.DataFrame, cut_off_at: pd.Timestamp) -> pd.DataFrame:
    """Return the entries of table `quarantine` that the cut-off allows to tell.

    Of a row to come those of its kick-off and of prices already collected; of a row out of sight none.
    """
    place = ["source_file", "source_row"]
    states = archive[[*place, "is_played", "is_near", "early_at"]].drop_duplicates(place)
    known = defects[place].merge(states, on=place, how="left").set_index(defects.index)
    is_other = known["early_at"].isna() | (defects["scope"] != "cell")
    is_early = defects["column"].str.contains("_early_", regex=False) & (known["early_at"] <= cut_off_at)
    is_seen = known["is_near"].eq(True) & (is_early | (defects["column"] == "kick_off_at"))
    return defects[is_other | known["is_played"].eq(True) | is_seen]


def _disagrees(archive: pd.DataFrame) -> Flags:
    goals = np.sign(archive["home_goals"] - archive["away_goals"])
    told = archive["full_time_result"].map({"H": 1.0, "D": 0.0, "A": -1.0})
    return ((archive["full_time_result"] != "") & (told != goals)).to_numpy(dtype=bool)


def _defect(row: pd.Series) -> Defect:
    column, value = "", f"{row['home']} - {row['away']}"
    if row["reason"] == _OTHER_RESULT:
        column = "full_time_result"
        value = f"{row['full_time_result']} {row['home_goals']:.0f}-{row['away_goals']:.0f}"
    return Defect(
        row["source_file"], int(row["source_row"]), column, value, row["reason"], "row", row["division"]
    )
