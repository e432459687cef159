"""The matches to come at the cut-off: what the feed lists, and rows of results files it turns back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.outcomes import SIDES
from pipeline.sources.identity import archived_as, is_listed_again, numbered_after
from pipeline.sources.tables import Defect

_LISTED_BEFORE = pd.Timedelta(days=10)
_LISTED_AFTER = pd.Timedelta(days=60)
_AWAITS_RESULT = pd.Timedelta(days=3)

_WRONG_DATE = "the date lies more than 10 days before or 60 days after the cut-off"
_LISTED_AGAIN = "the fixture is listed again, the newer line is used"


@dataclass(frozen=True)
class Coming:
    """Fixtures with their early prices and `early_at`, and the listings that were not used."""

    fixtures: pd.DataFrame
    defects: list[Defect]


def coming_fixtures(
    archive: pd.DataFrame,
    quoted: pd.DataFrame,
    listings: pd.DataFrame,
    prices: list[str],
    cut_off_at: pd.Timestamp,
) -> Coming:
    """Return the fixtures known at the cut-off.

    archive: usable rows of `cut_results` with `meeting`. quoted: prices by the archive's index. listings:
    rows of fixtures files with `fetched_at`, `listing` and prices. prices: the early price columns. A match
    played wins over its listing; a listing wins over a row to come, whose prices serve where it has none.
    """
    listings, defects = _current(listings, cut_off_at)
    listings = listings.assign(archived=archived_as(listings, archive))
    listings = listings[~listings["archived"].isin(archive.index[archive["is_played"]])]
    listings, doubled = _one_listing_each(listings)
    to_come = archive[~archive["is_played"]]
    to_come = pd.concat([to_come, quoted.loc[to_come.index, prices]], axis="columns")
    listed = _with_prices(_with_meeting(listings, archive), to_come, prices, cut_off_at)
    is_alone = to_come["is_near"] & ~to_come.index.isin(listings["archived"])
    turned_back = _own_prices(to_come[is_alone], prices, cut_off_at)
    fixtures = pd.concat([listed, turned_back], ignore_index=True).copy()  # consolidated
    return Coming(fixtures.assign(status=_status(fixtures["kick_off_at"], cut_off_at)), [*defects, *doubled])


def _current(listings: pd.DataFrame, cut_off_at: pd.Timestamp) -> tuple[pd.DataFrame, list[Defect]]:
    ahead = listings["kick_off_at"] - cut_off_at
    is_plausible = ((ahead >= -_LISTED_BEFORE) & (ahead <= _LISTED_AFTER)).to_numpy(dtype=bool)
    wrong, plausible = listings[~is_plausible], listings[is_plausible]
    again = is_listed_again(plausible)
    defects = [*_defects(wrong, _WRONG_DATE, "kick_off_at"), *_defects(plausible[again], _LISTED_AGAIN)]
    return plausible[~again], defects


def _one_listing_each(listings: pd.DataFrame) -> tuple[pd.DataFrame, list[Defect]]:
    """Keep the latest of several listings that the archive holds as one match."""
    in_order = listings.sort_values("kick_off_at", kind="stable")
    doubled = in_order["archived"].duplicated(keep="last") & (in_order["archived"] >= 0)
    return in_order[~doubled], _defects(in_order[doubled], _LISTED_AGAIN)


def _defects(rows: pd.DataFrame, reason: str, column: str = "") -> list[Defect]:
    days = rows["kick_off_at"].dt.strftime("%Y-%m-%d")
    fields = zip(rows["source_file"], rows["source_row"], days, rows["division"], strict=True)
    return [Defect(file, int(line), column, day, reason, "row", code) for file, line, day, code in fields]


def _with_meeting(listings: pd.DataFrame, archive: pd.DataFrame) -> pd.DataFrame:
    counted_on = numbered_after(listings[listings["archived"] < 0], archive)
    held = archive["meeting"].reindex(listings["archived"]).set_axis(listings.index)
    return listings.assign(meeting=held.fillna(counted_on).astype("int64"))


def _with_prices(
    listings: pd.DataFrame, to_come: pd.DataFrame, prices: list[str], cut_off_at: pd.Timestamp
) -> pd.DataFrame:
    """Take the listing's prices, as old as its fetching, or else those the archive had by the cut-off.

    All prices of a match share one `early_at`, so they are never mixed; those of home, draw and away decide.
    """
    archived = _own_prices(to_come, prices, cut_off_at).reindex(listings["archived"]).set_axis(listings.index)
    has_own = _has_match_odds(listings, prices) | (
        listings[prices].notna().any(axis="columns") & ~_has_match_odds(archived, prices)
    )
    fetched_at = listings["fetched_at"].where(listings["fetched_at"] < cut_off_at, cut_off_at)
    is_over = (listings["kick_off_precision"] == "minute") & (listings["kick_off_at"] < fetched_at)
    collected_at = fetched_at.where(~is_over, listings["kick_off_at"])
    quoted = listings.assign(
        early_at=collected_at.where(has_own | archived["early_at"].isna(), archived["early_at"])
    )
    quoted[prices] = listings[prices].where(has_own, archived[prices])
    return quoted


def _has_match_odds(rows: pd.DataFrame, prices: list[str]) -> pd.Series:
    match_odds = [name for name in prices if name.endswith(tuple(f"_early_{side}" for side in SIDES))]
    return rows[match_odds].notna().any(axis="columns")


def _own_prices(to_come: pd.DataFrame, prices: list[str], cut_off_at: pd.Timestamp) -> pd.DataFrame:
    quoted = to_come.copy()
    quoted[prices] = to_come[prices].where(to_come["early_at"] <= cut_off_at)
    return quoted


def _status(kick_off_at: pd.Series, cut_off_at: pd.Timestamp) -> npt.NDArray[np.object_]:
    over_for = cut_off_at - kick_off_at
    late = np.where(over_for > _AWAITS_RESULT, "postponed", "awaiting_result")
    return np.where(over_for < pd.Timedelta(0), "upcoming", late).astype(object)
