"""From parsed files to our own tables at the cut-off: matches, fixtures, quotes and quarantine.

Nothing that became known after the cut-off shows in any of them: a match played later is a fixture again,
without result, statistics and closing prices, and its defects are not told either. No feed is named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.domain.outcomes import Outcome
from pipeline.domain.tables import columns_of
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.collection import early_collected_at
from pipeline.sources.feed_joining import Archive, FeedReport, Listing, join_listing
from pipeline.sources.fixtures import coming_fixtures
from pipeline.sources.gathering import gathered, having
from pipeline.sources.identity import numbered, with_keys
from pipeline.sources.quotes import price_columns, quotes_of
from pipeline.sources.results import cut_results, told_defects, unusable_results
from pipeline.sources.second_feeds import LISTING
from pipeline.sources.settled import join_matches, join_quotes
from pipeline.sources.tables import Defect, as_table, quarantine_of

__all__ = ["Normalised", "early_collected_at", "normalise"]

_ROW_TYPES = {
    "division": "str",
    "season": "int64",
    "kick_off_at": "datetime64[us, UTC]",
    "kick_off_precision": "str",
    "home": "str",
    "away": "str",
    "full_time_result": "str",
    "source_file": "str",
    "source_row": "int64",
    "fetched_at": "datetime64[us, UTC]",
    "listing": "int64",
}
_COUNTS = [
    column.name for column in columns_of("matches") if column.unit in ("goals", "shots", "corners", "cards")
]
_LISTS = ("fixtures", LISTING)
_TOO_NEW = "the list is newer than the cut-off"
_KEY_TAKEN = "another match of the division has the same key"

Parsed = tuple[FeedFile, ParsedFile, datetime]


@dataclass(frozen=True)
class Normalised:
    """The four tables of `tables.csv`, each in the order of kick-off and key; what became of second feeds."""

    matches: pd.DataFrame
    fixtures: pd.DataFrame
    quotes: pd.DataFrame
    quarantine: pd.DataFrame
    feeds: tuple[FeedReport, ...] = ()


def normalise(
    parsed: Sequence[Parsed],
    divisions: Mapping[str, Division],
    *,
    cut_off_at: datetime,
    horizon_days: int = 14,
    settled: Normalised | None = None,
) -> Normalised:
    """Return the tables as they looked at the cut-off.

    parsed: each file with its rows and when it stood at the feed. A fixtures file newer than the cut-off is
    set aside whole: its lines and prices were not known yet. divisions: the wanted ones; rows of others are
    passed over. cut_off_at: an aware instant; a result counts as known two hours after kick-off, or at
    the end of the UTC day where the time is unknown. horizon_days: how far ahead rows of results files become
    fixtures; listed fixtures are not bound by it. settled: what further files became, all of other seasons
    and known by this cut-off, see `sources.settled`. Raises ValueError where the cut-off has no time zone.
    """
    if cut_off_at.tzinfo is None:
        raise ValueError(f"the cut-off {cut_off_at} has no time zone")
    cut = pd.Timestamp(cut_off_at).tz_convert("UTC")
    horizon = pd.Timedelta(days=horizon_days)
    parsed, too_new = _without_later_listings(parsed, cut_off_at)
    main, quarantine = _main_tables(parsed, divisions, cut, horizon)
    quarantine.append(quarantine_of(too_new))
    if settled is not None:
        main = _with_settled(main, settled)
        quarantine.append(settled.quarantine)
    joined, feeds = _with_second_feeds(main, parsed, divisions, cut, horizon)
    return Normalised(
        matches=joined.matches,
        fixtures=as_table("fixtures", _in_order(joined.fixtures)),
        quotes=as_table("quotes", joined.quotes),
        quarantine=_sorted_quarantine(*quarantine),
        feeds=feeds,
    )


def _main_tables(
    parsed: Sequence[Parsed], divisions: Mapping[str, Division], cut: pd.Timestamp, horizon: pd.Timedelta
) -> tuple[Archive, list[pd.DataFrame]]:
    """Return what the main feed's files become, and their entries in quarantine: the readers', then ours."""
    results, quoted = _gathered(parsed, "results", divisions)
    listings, listed = _gathered(parsed, "fixtures", divisions)
    prices = price_columns([*quoted.columns, *listed.columns])
    quoted = having(quoted, prices["early"] + prices["close"])
    everything = cut_results(results, cut, horizon)
    is_unusable, result_defects = unusable_results(everything)
    archive = numbered(everything[~is_unusable])
    listings = pd.concat([listings, having(listed, prices["early"])], axis="columns")
    coming = coming_fixtures(archive, quoted, listings, prices["early"], cut)
    matches, fixtures, key_defects = _one_row_each_key(
        with_keys(archive[archive["is_played"]], divisions), with_keys(coming.fixtures, divisions)
    )
    told = told_defects(_gathered_defects(parsed), everything, cut)
    ours = quarantine_of([*result_defects, *coming.defects, *key_defects])
    tables = Archive(
        archive,
        as_table("matches", _in_order(_with_outcome(matches))),
        as_table("fixtures", _in_order(fixtures)),
        as_table("quotes", quotes_of(matches, quoted, fixtures, prices)),
    )
    return tables, [told, ours]


def _with_settled(archive: Archive, settled: Normalised) -> Archive:
    listed = (archive.matches, archive.fixtures)
    return replace(
        archive,
        matches=join_matches(settled.matches, archive.matches),
        quotes=as_table("quotes", join_quotes(settled.quotes, settled.matches, archive.quotes, *listed)),
    )


def _with_second_feeds(
    archive: Archive,
    parsed: Sequence[Parsed],
    divisions: Mapping[str, Division],
    cut: pd.Timestamp,
    horizon: pd.Timedelta,
) -> tuple[Archive, tuple[FeedReport, ...]]:
    """Join the second feeds one after the other: what one adds, the next finds listed."""
    reports = []
    for file, each, stood_at in parsed:
        if file.kind == LISTING and not each.rows.empty:
            listing = Listing(file.path.partition("/")[0], each.rows, stood_at)
            archive, report = join_listing(listing, archive, divisions, cut_off_at=cut, horizon=horizon)
            reports.append(report)
    return archive, tuple(reports)


def _without_later_listings(
    parsed: Sequence[Parsed], cut_off_at: datetime
) -> tuple[list[Parsed], list[Defect]]:
    """Split off the lists that stood at the feed only after the cut-off, a whole second."""
    is_late = [
        file.kind in _LISTS and stood_at.replace(microsecond=0) > cut_off_at for file, _, stood_at in parsed
    ]
    known = [each for each, late in zip(parsed, is_late, strict=True) if not late]
    too_new = [
        Defect(file.path, 0, "", stood_at.isoformat(), _TOO_NEW, "file", "")
        for (file, _, stood_at), late in zip(parsed, is_late, strict=True)
        if late
    ]
    return known, too_new


def _gathered(
    parsed: Sequence[Parsed], kind: str, divisions: Mapping[str, Division]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of one kind of file, with `fetched_at` and `listing`, its number; and their prices."""
    frames = [
        file.rows.assign(fetched_at=pd.Timestamp(fetched_at).tz_convert("UTC").as_unit("us"), listing=number)
        for number, (feed_file, file, fetched_at) in enumerate(parsed)
        if feed_file.kind == kind and not file.rows.empty
    ]
    rows, quoted = gathered(frames)
    rows = rows.reindex(columns=list(dict.fromkeys([*rows.columns, *_ROW_TYPES, *_COUNTS])))
    rows["full_time_result"] = rows["full_time_result"].fillna("")
    rows, is_wanted = rows.astype(_ROW_TYPES), rows["division"].isin(list(divisions)).to_numpy()
    if is_wanted.all():
        return rows, quoted
    return rows[is_wanted].reset_index(drop=True), quoted[is_wanted].reset_index(drop=True)


def _gathered_defects(parsed: Sequence[Parsed]) -> pd.DataFrame:
    frames = [file.quarantine for _, file, _ in parsed if not file.quarantine.empty]
    return pd.concat(frames, ignore_index=True) if frames else quarantine_of([])


def _with_outcome(matches: pd.DataFrame) -> pd.DataFrame:
    ahead = (matches["home_goals"] - matches["away_goals"]).to_numpy()
    outcome = np.select([ahead > 0, ahead == 0], [Outcome.HOME, Outcome.DRAW], Outcome.AWAY)
    return matches.assign(outcome=outcome.astype("int64"))


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["kick_off_at", "match_id"], kind="stable")


def _one_row_each_key(
    matches: pd.DataFrame, fixtures: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, list[Defect]]:
    """Set aside rows whose key another row has: names of clubs can be cut so that two pairings read alike."""
    keys = pd.concat([matches["match_id"], fixtures["match_id"]], ignore_index=True)
    is_taken = keys.duplicated().to_numpy()
    taken = pd.concat([matches[is_taken[: len(matches)]], fixtures[is_taken[len(matches) :]]])
    fields = zip(taken["source_file"], taken["source_row"], taken["match_id"], taken["division"], strict=True)
    defects = [Defect(file, int(line), "", key, _KEY_TAKEN, "row", code) for file, line, key, code in fields]
    return matches[~is_taken[: len(matches)]], fixtures[~is_taken[len(matches) :]], defects


def _sorted_quarantine(*parts: pd.DataFrame) -> pd.DataFrame:
    entries = pd.concat([part for part in parts if not part.empty] or parts[:1], ignore_index=True)
    in_order = entries.sort_values(["source_file", "source_row", "column"], kind="stable")
    return as_table("quarantine", in_order)
