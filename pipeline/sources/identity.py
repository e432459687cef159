"""Which rows are the same match: meeting numbers, listings of one fixture, keys of matches and clubs.

A pairing is a division, a season, the home club and the away club. Most leagues see it once a season, some
twice or more; the dates move, so a match is told from another of its pairing by counting.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.identity import club_id_of, match_id_of

PAIRING = ["division", "season", "home", "away"]
_SAME_FIXTURE = pd.Timedelta(days=3)


def numbered(archive: pd.DataFrame) -> pd.DataFrame:
    """Add `meeting`, from 1, to rows of results files: the order of the dates within a pairing."""
    in_order = archive.sort_values(["kick_off_at", "source_file", "source_row"], kind="stable")
    return archive.assign(meeting=in_order.groupby(PAIRING, sort=False).cumcount() + 1)


def is_listed_again(listings: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mark listings of a fixture that a newer one replaces.

    Two listings of a pairing are one fixture where they come from different files, since a match moves, or
    where their dates are at most three days apart; the newest file and in it the last line wins. listings:
    columns of PAIRING, `kick_off_at`, `fetched_at`, `listing` (one number a file) and `source_row`.
    """
    again = pd.Series(False, index=listings.index)
    repeated = listings[listings.duplicated(PAIRING, keep=False)]
    newest_first = repeated.sort_values(
        ["fetched_at", "listing", "source_row"], ascending=False, kind="stable"
    )
    for _, group in newest_first.groupby(PAIRING, sort=False):
        kept: list[tuple[int, pd.Timestamp]] = []
        for index, file, at in zip(group.index, group["listing"], group["kick_off_at"], strict=True):
            again[index] = any(file != other or abs(at - when) <= _SAME_FIXTURE for other, when in kept)
            if not again[index]:
                kept.append((file, at))
    return again.to_numpy(dtype=bool)


def archived_as(listings: pd.DataFrame, archive: pd.DataFrame) -> pd.Series:
    """Return for each listing the index of the archive's row of the same match, or -1.

    It is the first of the pairing from three days before the listed kick-off on: a listing can be a few days
    late, and a match that was put off is played later. archive: columns of PAIRING and `kick_off_at`.
    """
    left = listings[[*PAIRING, "kick_off_at"]].assign(
        index=listings.index, since=listings["kick_off_at"] - _SAME_FIXTURE
    )
    right = (
        archive[[*PAIRING, "kick_off_at"]].assign(row=archive.index).rename(columns={"kick_off_at": "since"})
    )
    found = pd.merge_asof(
        left.drop(columns="kick_off_at").sort_values("since", kind="stable"),
        right.sort_values("since", kind="stable"),
        on="since",
        by=PAIRING,
        direction="forward",
    )
    return found.set_index("index")["row"].reindex(listings.index).fillna(-1).astype("int64")


def numbered_after(listings: pd.DataFrame, archive: pd.DataFrame) -> pd.Series:
    """Return meeting numbers of listings the archive does not hold: they count on after it."""
    before = archive.groupby(PAIRING, sort=False).size().rename("before")
    held = listings.merge(before, left_on=PAIRING, right_index=True, how="left")["before"].fillna(0)
    in_order = listings.sort_values(["kick_off_at", "source_file", "source_row"], kind="stable")
    return held.astype("int64") + in_order.groupby(PAIRING, sort=False).cumcount() + 1


def with_keys(rows: pd.DataFrame, divisions: Mapping[str, Division]) -> pd.DataFrame:
    """Add `match_id`, `home_id` and `away_id` to rows that have a `meeting`."""
    codes, home, away = (rows[name].tolist() for name in ("division", "home", "away"))
    countries = [divisions[code].country for code in codes]
    pairs = {*zip(countries, home, strict=True), *zip(countries, away, strict=True)}
    ids = {pair: club_id_of(*pair) for pair in pairs}
    seasons, meetings = (rows[name].astype("int64").tolist() for name in ("season", "meeting"))
    keys = {
        "match_id": list(map(match_id_of, codes, seasons, home, away, meetings)),
        "home_id": [ids[pair] for pair in zip(countries, home, strict=True)],
        "away_id": [ids[pair] for pair in zip(countries, away, strict=True)],
    }
    return rows.assign(**{name: pd.array(values, dtype="str") for name, values in keys.items()})
