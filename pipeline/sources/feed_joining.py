"""What the rows of second feeds become: prices beside a match of the main feed, a new fixture, or a count.

A row is the match of the same division and clubs whose kick-off lies at most three days away. A row that the
main feed does not list yet becomes a fixture where both clubs are known in the division's country. Every row
ends as exactly one of: joined, added, or excluded for a named reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.markets import is_line, is_price
from pipeline.sources.clubs import match_clubs
from pipeline.sources.identity import archived_as, numbered_after, with_keys

NO_CLUB = "a club's name means none of the main feed's"
OWN_OPPONENT = "both names mean one club"
KICKED_OFF = "the match has kicked off"
LISTED_TWICE = "the feed lists the match twice, the first is used"
OTHER_DAY = "the main feed has these clubs on another day"
FAR_AHEAD = "beyond the days that are listed"
PLAYED = "the match is played already"
KEY_TAKEN = "another match of the division has the same key"

_SAME_MATCH = pd.Timedelta(days=3)
_DAY = pd.Timedelta(days=1)
_MOST_UNMATCHED = 200
_CLUBS = ["division", "home", "away"]


@dataclass(frozen=True)
class Listing:
    """The rows of one second feed's file. stood_at: when they stood at the feed, the time of their prices."""

    feed: str
    rows: pd.DataFrame
    stood_at: datetime


@dataclass(frozen=True)
class UnmatchedName:
    """A club's name that was refused, where it stood, and known clubs it looks like."""

    name: str
    country: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True)
class FeedReport:
    """What became of a second feed's rows: listed_count is the sum of the other counts."""

    feed: str
    stood_at: datetime
    listed_count: int
    joined_count: int
    added_count: int
    excluded: Mapping[str, int]
    unmatched: tuple[UnmatchedName, ...]


@dataclass(frozen=True)
class Archive:
    """The main feed at the cut-off: rows with `meeting`, and the tables that were made of them."""

    rows: pd.DataFrame
    matches: pd.DataFrame
    fixtures: pd.DataFrame
    quotes: pd.DataFrame


def join_listing(
    listing: Listing,
    archive: Archive,
    divisions: Mapping[str, Division],
    *,
    cut_off_at: pd.Timestamp,
    horizon: pd.Timedelta,
) -> tuple[Archive, FeedReport]:
    """Return the archive with the prices and fixtures of one second feed, and what became of its rows.

    The main feed wins: nothing it says is changed. A row beyond the horizon adds no fixture.
    """
    rows, unmatched = _with_known_clubs(listing.rows, archive, divisions)
    rows = _excluded(rows, rows["home"] == rows["away"], OWN_OPPONENT)
    rows = _excluded(rows, _has_kicked_off(rows, cut_off_at), KICKED_OFF)
    in_order = rows[rows["exclusion"] == ""].sort_values("kick_off_at", kind="stable")
    rows = _excluded(rows, in_order.duplicated(_CLUBS).reindex(rows.index, fill_value=False), LISTED_TWICE)
    rows = _matched(rows, archive.fixtures)
    is_far = rows["match_id"].eq("") & (rows["kick_off_at"] > cut_off_at + horizon)
    rows, fresh = _with_new_fixtures(_excluded(rows, is_far, FAR_AHEAD), archive, divisions)
    used = rows[rows["exclusion"] == ""]
    fixtures = pd.concat([archive.fixtures, fresh], ignore_index=True) if len(fresh) else archive.fixtures
    stood_at = min(pd.Timestamp(listing.stood_at).tz_convert("UTC").as_unit("us"), cut_off_at.as_unit("us"))
    joined = replace(archive, fixtures=fixtures)
    excluded = rows.loc[rows["exclusion"] != "", "exclusion"].value_counts()
    report = FeedReport(
        feed=listing.feed,
        stood_at=stood_at.to_pydatetime(),
        listed_count=len(rows),
        joined_count=len(used) - len(fresh),
        added_count=len(fresh),
        excluded={str(reason): int(count) for reason, count in excluded.items()},
        unmatched=unmatched,
    )
    return replace(joined, quotes=_with_prices(joined, used, listing.feed, stood_at)), report


def _with_known_clubs(
    rows: pd.DataFrame, archive: Archive, divisions: Mapping[str, Division]
) -> tuple[pd.DataFrame, tuple[UnmatchedName, ...]]:
    """Exclude the rows of which a club is not known in the division's country; return the refused names."""
    countries = {code: division.country for code, division in divisions.items()}
    known: dict[str, set[str]] = {}
    for table in (archive.matches, archive.fixtures):
        for code, part in table.groupby("division")[["home", "away"]]:
            known.setdefault(countries[str(code)], set()).update(part["home"], part["away"])
    usable = rows[rows["exclusion"] == ""]
    is_refused = pd.Series(False, index=rows.index)
    refused: list[UnmatchedName] = []
    for country, part in usable.groupby(usable["division"].map(countries), sort=True):
        written = {**dict(zip(part["home"], part["home_name"], strict=True))}
        written |= dict(zip(part["away"], part["away_name"], strict=True))
        found = match_clubs(sorted(written), known.get(str(country), set()))
        names = {each.name for each in found.unmatched}
        refused += [
            UnmatchedName(written[each.name], str(country), each.suggestions) for each in found.unmatched
        ]
        is_refused[part.index] = part["home"].isin(names) | part["away"].isin(names)
    return _excluded(rows, is_refused, NO_CLUB), tuple(refused[:_MOST_UNMATCHED])


def _has_kicked_off(rows: pd.DataFrame, at: pd.Timestamp) -> pd.Series:
    """Tell which kick-offs lie at or before an instant; a day without a time has when it is over."""
    has_time = rows["kick_off_precision"] == "minute"
    return rows["kick_off_at"].where(has_time, rows["kick_off_at"] + _DAY) <= at


def _excluded(rows: pd.DataFrame, is_out: pd.Series, reason: str) -> pd.DataFrame:
    """Give a reason to the rows marked that have none yet."""
    return rows.assign(exclusion=rows["exclusion"].mask(rows["exclusion"].eq("") & is_out, reason))


def _matched(rows: pd.DataFrame, fixtures: pd.DataFrame) -> pd.DataFrame:
    """Add `match_id`: of the main feed's fixture nearest in time, empty where it lists none."""
    listed = fixtures[[*_CLUBS, "kick_off_at", "match_id"]]
    usable = rows.loc[rows["exclusion"] == "", [*_CLUBS, "kick_off_at"]].assign(row=lambda part: part.index)
    pairs = usable.merge(listed, on=_CLUBS, suffixes=("", "_listed"))
    pairs["apart"] = (pairs["kick_off_at"] - pairs["kick_off_at_listed"]).abs()
    nearest = pairs.sort_values(["apart", "match_id"], kind="stable").drop_duplicates("row").set_index("row")
    is_other = nearest["apart"] > _SAME_MATCH
    rows = _excluded(rows, is_other.reindex(rows.index, fill_value=False), OTHER_DAY)
    match_id = nearest.loc[~is_other, "match_id"].reindex(rows.index)
    return rows.assign(match_id=match_id.fillna("").astype("str"))


def _with_new_fixtures(
    rows: pd.DataFrame, archive: Archive, divisions: Mapping[str, Division]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows, those that became a fixture with its `match_id`, and the fixtures."""
    new = rows[rows["exclusion"].eq("") & rows["match_id"].eq("")].drop(columns="match_id")
    days = zip(new["division"], new["kick_off_at"], strict=True)
    new = new.assign(season=[divisions[code].season_at(at.date()).start_year for code, at in days])
    new = new.astype({"season": "int64"})
    held = archived_as(new, archive.rows)
    is_played = held.isin(archive.rows.index[archive.rows["is_played"]])
    meeting = archive.rows["meeting"].reindex(held).set_axis(new.index)
    fresh = new.assign(meeting=meeting.fillna(numbered_after(new, archive.rows)).astype("int64"))
    fresh = with_keys(fresh, divisions).assign(status="upcoming")
    is_taken = fresh["match_id"].isin([*archive.matches["match_id"], *archive.fixtures["match_id"]])
    is_taken |= fresh["match_id"].duplicated()
    rows = _excluded(rows, is_played.reindex(rows.index, fill_value=False), PLAYED)
    rows = _excluded(rows, is_taken.reindex(rows.index, fill_value=False), KEY_TAKEN)
    fresh = fresh[~is_played & ~is_taken]
    match_id = fresh["match_id"].reindex(rows.index).fillna(rows["match_id"]).astype("str")
    return rows.assign(match_id=match_id), fresh[list(archive.fixtures.columns)]


def _with_prices(archive: Archive, rows: pd.DataFrame, feed: str, stood_at: pd.Timestamp) -> pd.DataFrame:
    """Return the quotes with the feed's prices and the time they stood, in the order of kick-off and key."""
    columns = [name for name in rows.columns if is_price(str(name)) or is_line(str(name))]
    is_priced = rows[[name for name in columns if is_price(name)]].notna().any(axis="columns")
    prices = rows.loc[is_priced, ["match_id", *columns]].assign(**{f"{feed}_early_at": stood_at})
    if prices.empty:
        return archive.quotes
    quotes = archive.quotes.merge(prices, on="match_id", how="outer", validate="1:1")
    quotes["early_at"] = quotes["early_at"].fillna(stood_at)
    kick_offs = pd.concat([archive.matches, archive.fixtures]).set_index("match_id")["kick_off_at"]
    ordered = quotes.assign(kick_off_at=kick_offs.reindex(quotes["match_id"]).to_numpy())
    in_order = ordered.sort_values(["kick_off_at", "match_id"], kind="stable", ignore_index=True)
    return in_order.drop(columns="kick_off_at")
