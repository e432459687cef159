"""The report of new clubs: what counts as new, what it looks like, what is told."""

from __future__ import annotations

import json

import pandas as pd

from pipeline.domain.divisions import divisions_of
from pipeline.sources.club_report import club_report, sightings, told, unexplained_pairs

DIVISIONS = divisions_of("football_data")


def played(division: str, season: int, *pairs: str, times: int = 3) -> pd.DataFrame:
    """Return `times` matches of each pair such as `Ald-Brack`, a day apart."""
    days = pd.date_range(f"{season}-08-01", periods=times * len(pairs), tz="UTC").as_unit("us")
    sides = [pair.split("-") for pair in pairs for _ in range(times)]
    return pd.DataFrame(
        {
            "division": division,
            "season": season,
            "kick_off_at": days,
            "home": [home for home, _ in sides],
            "away": [away for _, away in sides],
        }
    )


NOTHING = played("E1", 2025)


def report(matches: pd.DataFrame, fixtures: pd.DataFrame = NOTHING) -> list[dict[str, object]]:
    return club_report(matches, fixtures, DIVISIONS)


def both(*frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


def test_a_name_first_seen_in_the_running_season_is_new_with_its_divisions_and_its_first_day() -> None:
    matches = both(played("E3", 2024, "Ald-Brack"), played("E3", 2025, "Ald-Corby", "Brack-Corby"))
    assert report(matches) == [
        {
            "country": "England",
            "season": 2025,
            "new": [
                {"name": "Corby", "divisions": ["E3"], "first_on": "2025-08-01", "looks_like": []},
            ],
        }
    ]


def test_a_promoted_club_is_not_new_in_its_country() -> None:
    matches = both(played("E3", 2024, "Ald-Brack"), played("E2", 2025, "Ald-Brack"))
    assert report(matches)[0]["new"] == []


def test_the_same_name_in_another_country_is_new_there() -> None:
    matches = both(
        played("E3", 2024, "Ald-Brack"), played("SC0", 2024, "Dun-Eck"), played("SC0", 2025, "Ald-Dun")
    )
    england, scotland = report(matches)
    assert (england["country"], england["season"], england["new"]) == ("England", 2024, [])
    assert [entry["name"] for entry in scotland["new"]] == ["Ald"]  # type: ignore[attr-defined]


def test_in_the_first_season_of_an_archive_nobody_is_new() -> None:
    assert report(played("E3", 2025, "Ald-Brack"))[0]["new"] == []


def test_a_name_known_from_a_list_of_fixtures_alone_is_new_and_looks_like_a_club_that_plays() -> None:
    matches = both(played("E1", 2024, "Ald-Sheffield Weds"), played("E1", 2025, "Ald-Sheffield Weds"))
    listed = played("E1", 2025, "Ald-Sheffield Wed", times=1)
    (entry,) = report(matches, listed)[0]["new"]  # type: ignore[misc]
    assert (entry["name"], entry["looks_like"]) == ("Sheffield Wed", ["Sheffield Weds"])


def test_a_new_name_does_not_look_like_a_club_that_plays_on_the_same_day() -> None:
    matches = both(
        played("E1", 2024, "Man City-Ald"),
        played("E1", 2025, "Man City-Ald"),
        played("E1", 2025, "Man Citi-Corby"),
    )
    _, entry = report(matches)[0]["new"]  # type: ignore[misc]
    assert (entry["name"], entry["looks_like"]) == ("Man Citi", [])


def test_names_that_are_declared_two_clubs_are_not_suggested() -> None:
    matches = both(played("E1", 2024, "Wimbledon-Ald"), played("E1", 2025, "AFC Wimbledon-Ald"))
    (entry,) = report(matches)[0]["new"]  # type: ignore[misc]
    assert (entry["name"], entry["looks_like"]) == ("AFC Wimbledon", [])


def test_a_club_that_changes_its_name_in_mid_season_is_still_unexplained() -> None:
    matches = played("D2", 2008, "Sankt Pauli-Ahlen", "Sankt Paul-Aachen")
    seen = sightings(matches, NOTHING, DIVISIONS)
    assert unexplained_pairs(seen, "Germany") == [("Sankt Paul", "Sankt Pauli")]


def test_the_report_is_told_a_line_a_country_and_silent_where_nobody_is_new() -> None:
    matches = both(
        played("SC0", 2024, "Dun-Eck"),
        played("SC0", 2025, "Dun-Eck"),
        played("E1", 2024, "Corby Town-Ald"),
        played("E1", 2025, "Corby Towns-Ald"),
    )
    lines = told(report(matches))
    assert lines == ["new clubs of England this season: Corby Towns (looks like Corby Town)"]


def test_the_report_is_json_and_an_empty_archive_has_none() -> None:
    matches = both(played("E3", 2024, "Ald-Brack"), played("E3", 2025, "<script>-=cmd()"))
    assert json.loads(json.dumps(report(matches), allow_nan=False)) == report(matches)
    assert report(NOTHING) == []
