"""Who is new: names first seen in the running season, country by country, and older names they look like.

Every new name of the main feed is a new, provisional club. The report says so; it changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.domain.divisions import Division
from pipeline.sources.clubs import alike_pairs, distinct_clubs, similar_names


def club_report(
    matches: pd.DataFrame, fixtures: pd.DataFrame, divisions: Mapping[str, Division]
) -> list[dict[str, Any]]:
    """Return for each country, in the order of the alphabet, the names first seen in its running season.

    matches, fixtures: the tables of that name. The running season is the latest of any division of the
    country. A country with one season only has no new names: there all are. Each new name has its divisions,
    the first day it was seen on and the older names it looks like. JSON-able.
    """
    seen = sightings(matches, fixtures, divisions)
    return [_country_report(str(country), rows) for country, rows in seen.groupby("country", sort=True)]


def sightings(
    matches: pd.DataFrame, fixtures: pd.DataFrame, divisions: Mapping[str, Division]
) -> pd.DataFrame:
    """Return two rows a match or fixture, one a club: country, season, division, club, day and is_played."""
    columns = ["division", "season", "kick_off_at"]
    parts = [
        rows[columns].assign(club=rows[side], is_played=is_played)
        for rows, is_played in ((matches, True), (fixtures, False))
        for side in ("home", "away")
    ]
    seen = pd.concat(parts, ignore_index=True)
    countries = {code: division.country for code, division in divisions.items()}
    return seen.assign(country=seen["division"].map(countries), day=seen["kick_off_at"].dt.floor("D"))


def unexplained_pairs(seen: pd.DataFrame, country: str) -> list[tuple[str, str]]:
    """Return the names of one country that look alike and may be one club: nothing tells that they are two.

    Two names are two clubs where both played on one day, which no club does twice, or where
    `distinct_clubs.csv` says so. seen: rows of `sightings`.
    """
    rows = seen[seen["country"] == country]
    days = _days_of(rows)
    declared = distinct_clubs(country)
    return [
        (name, other)
        for name, other in alike_pairs(set(rows["club"].unique()))
        if frozenset({name, other}) not in declared and not days[name] & days[other]
    ]


def told(report: list[dict[str, Any]]) -> list[str]:
    """Return the report as lines for a log, one a country with new names."""
    return [
        f"new clubs of {entry['country']} this season: {', '.join(map(_told_name, entry['new']))}"
        for entry in report
        if entry["new"]
    ]


def _country_report(country: str, rows: pd.DataFrame) -> dict[str, Any]:
    season = int(rows["season"].max())
    earlier = set(rows.loc[rows["season"] < season, "club"].unique())
    fresh = sorted(set(rows["club"].unique()) - earlier) if earlier else []
    days = _days_of(rows[rows["season"] == season])
    return {
        "country": country,
        "season": season,
        "new": [_entry(name, country, rows, earlier, days) for name in fresh],
    }


def _entry(
    name: str, country: str, rows: pd.DataFrame, earlier: set[str], days: Mapping[str, set[Any]]
) -> dict[str, Any]:
    own, declared = rows[rows["club"] == name], distinct_clubs(country)
    possible = [
        other
        for other in sorted(earlier)
        if frozenset({name, other}) not in declared and not days[name] & days.get(other, set())
    ]
    return {
        "name": name,
        "divisions": sorted(set(own["division"])),
        "first_on": own["day"].min().date().isoformat(),
        "looks_like": list(similar_names(name, possible)),
    }


def _days_of(rows: pd.DataFrame) -> dict[str, set[Any]]:
    """Return for each name the days it played on; a day of a mere fixture is not counted, it may move."""
    days: dict[str, set[Any]] = {name: set() for name in rows["club"].unique()}
    played = rows[rows["is_played"]]
    for club, day in zip(played["club"], played["day"], strict=True):
        days[club].add(day)
    return days


def _told_name(entry: dict[str, Any]) -> str:
    alike = f" (looks like {', '.join(entry['looks_like'])})" if entry["looks_like"] else ""
    return f"{entry['name']}{alike}"
