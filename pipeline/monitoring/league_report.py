"""What `make league` prints of one division: its rules, coverage, quarantine, clubs and first forecasts.

Frames in, lines out. Names come from a feed, so what would move the cursor of a terminal is taken out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.domain.division import Division
from pipeline.domain.outcomes import SIDES
from pipeline.domain.rules import tie_break_words
from pipeline.monitoring.wording import plain
from pipeline.sources.club_report import club_report, sightings, unexplained_pairs

MOST_FORECASTS = 20
_MOST_NAMES = 30
_COVERAGE = {
    "season_label": "season",
    "rows_count": "rows",
    "matches_count": "matches",
    "expected_count": "of",
    "to_come_count": "to come",
    "quarantined_count": "set aside",
    "lost_count": "lost",
    "accepted_count": "accepted",
    "clubs_count": "clubs",
    "early_prices_count": "early prices",
    "closing_prices_count": "closing prices",
}


def league_lines(division: Division, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the report up to the forecasts.

    tables: `matches`, `fixtures` and `quarantine` of the division, and `coverage` as published.
    """
    return [
        *_division_lines(division, tables["coverage"]),
        "",
        "coverage",
        *_coverage_lines(tables["coverage"]),
        "",
        "quarantine",
        *_quarantine_lines(tables["quarantine"]),
        "",
        "clubs",
        *_club_lines(division, tables["matches"], tables["fixtures"]),
    ]


def forecast_lines(
    fixtures: pd.DataFrame, forecasts: pd.DataFrame, states: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Return the first forecasts by kick-off as a table, or why there are none.

    fixtures, forecasts: with `match_id`. states: of the verdict, by division.
    """
    reasons = [f"{code}: {entry['reason']}" for code, entry in states.items() if entry.get("reason")]
    lines = [f"data: {plain(reason)}" for reason in reasons]
    if fixtures.empty:
        return [*lines, "first forecasts", "  no fixture is listed"]
    joined = fixtures.merge(forecasts, on="match_id", how="inner").sort_values(
        ["kick_off_at", "match_id"], kind="stable"
    )
    shown = joined.head(MOST_FORECASTS)
    table = pd.DataFrame(
        {
            "kick-off (UTC)": [_kick_off(row) for row in shown.to_dict("records")],
            "home": [plain(name)[:24] for name in shown["home"]],
            "away": [plain(name)[:24] for name in shown["away"]],
            **{f"p {side}": [_percent(share) for share in shown[f"p_{side}"]] for side in SIDES},
            "by": [
                plain(family if isinstance(family, str) else f"withheld: {reason}")
                for family, reason in zip(shown["forecast_family"], shown["withheld_reason"], strict=True)
            ],
        }
    )
    more = len(joined) - len(shown)
    return [*lines, "first forecasts", *_lines_of(table), *([f"  and {more} more"] if more else [])]


def _division_lines(division: Division, coverage: pd.DataFrame) -> list[str]:
    seasons = {int(season) for season in coverage["season"]}
    rules = division.rules_of(max(seasons)) if seasons else division.rules
    ties = ", ".join(tie_break_words()[each] for each in rules.tie_breaks)
    clubs = f"{rules.clubs} clubs, " if rules.clubs else ""
    return [
        f"{division.code}: {plain(division.name)}, {plain(division.country)}, tier {division.tier}, "
        f"{division.calendar} calendar, {division.time_zone}",
        f"  {clubs}{rules.season_format.meaning}; level on points: {ties}",
        *(
            f"  {each.season}: {each.points} points taken from {plain(each.club)} ({plain(each.reason)})"
            for each in division.deductions
            if each.season in seasons
        ),
    ]


def _coverage_lines(coverage: pd.DataFrame) -> list[str]:
    if coverage.empty:
        return ["  no row was read"]
    table = coverage[list(_COVERAGE)].rename(columns=_COVERAGE)
    return _lines_of(table.astype({"of": "object"}).fillna({"of": "-"}))


def _quarantine_lines(quarantine: pd.DataFrame) -> list[str]:
    if quarantine.empty:
        return ["  nothing was set aside"]
    keys = ["scope", "reason"]
    counts = quarantine.groupby(keys, as_index=False).agg(
        entries=("reason", "size"), file=("source_file", "first"), line=("source_row", "first")
    )
    return [
        f"  {row['entries']:>5} {row['scope']}: {plain(row['reason'])} "
        f"(first: {plain(row['file'])}, line {row['line']})"
        for row in counts.sort_values("entries", ascending=False, kind="stable").to_dict("records")
    ]


def _club_lines(division: Division, matches: pd.DataFrame, fixtures: pd.DataFrame) -> list[str]:
    divisions = {division.code: division}
    seen = sightings(matches, fixtures, divisions)
    if seen.empty:
        return ["  no club was seen"]
    new = [entry for country in club_report(matches, fixtures, divisions) for entry in country["new"]]
    played = set(seen.loc[seen["is_played"], "club"])
    unmatched = sorted(set(seen["club"]) - played)
    pairs = [f"{name} / {other}" for name, other in unexplained_pairs(seen, division.country)]
    return [
        f"  {seen['club'].nunique()} names over all seasons",
        _named("provisional, first seen in this division this season", [_told(entry) for entry in new]),
        _named("unmatched, in a list of fixtures but in no result", unmatched),
        _named("alike, perhaps one club (see aliases.csv and distinct_clubs.csv)", pairs),
    ]


def _told(entry: Mapping[str, Any]) -> str:
    alike = f" (looks like {', '.join(entry['looks_like'])})" if entry["looks_like"] else ""
    return f"{entry['name']}{alike}"


def _named(label: str, names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"  {label}: {', '.join(map(plain, names[:_MOST_NAMES])) or 'none'}{more}"


def _kick_off(row: Mapping[Any, Any]) -> str:
    is_day = row["kick_off_precision"] == "day"
    return str(row["kick_off_at"].strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M"))


def _percent(share: float) -> str:
    return "-" if share != share else f"{share:.1%}"


def _lines_of(table: pd.DataFrame) -> list[str]:
    return [f"  {line}" for line in table.to_string(index=False).splitlines()]
