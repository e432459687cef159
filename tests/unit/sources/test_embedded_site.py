"""The simulated site: what it serves at an instant, and that time only ever adds to it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from pipeline.domain.errors import SettingError
from pipeline.sources.embedded.site import EmbeddedSite
from pipeline.sources.embedded.world import World

AS_OF = datetime(2026, 2, 14, 9, 30, tzinfo=UTC)
KEY = ["division", "season", "home", "away"]
MOMENTS = [
    datetime(2025, 7, 31, 12, tzinfo=UTC),
    datetime(2025, 10, 4, 15, 1, tzinfo=UTC),
    AS_OF,
    AS_OF + timedelta(days=1),
    datetime(2026, 5, 18, tzinfo=UTC),
    datetime(2027, 3, 2, 6, tzinfo=UTC),
]


def links_of(site: EmbeddedSite) -> list[str]:
    page = site.read("index.php")
    assert page is not None
    return re.findall(r'<A HREF="([^"]+)">', page.decode("ascii"))


def rows_of(body: bytes | None) -> list[dict[str, str]]:
    assert body is not None
    return list(csv.DictReader(io.StringIO(body.decode("ascii"), newline="")))


def kick_off_of(row: dict[str, str]) -> datetime:
    clock = pd.Timestamp(datetime.strptime(f"{row['Date']} {row['Time']}", "%d/%m/%Y %H:%M"))  # noqa: DTZ007
    return clock.tz_localize("Europe/London").to_pydatetime()


@pytest.mark.parametrize("size", ["embedded", "tiny"])
def test_a_results_file_of_today_is_the_beginning_of_the_same_file_later(size: str) -> None:
    for earlier, later in pairwise(EmbeddedSite(at, size=size) for at in MOMENTS):
        for link in links_of(earlier):
            if link != "fixtures.csv":
                before, after = earlier.read(link), later.read(link)
                assert before
                assert after is not None
                assert after.startswith(before)


def test_files_of_finished_seasons_never_change() -> None:
    today, next_year = EmbeddedSite(AS_OF), EmbeddedSite(AS_OF + timedelta(days=400))
    for link in ("mmz4281/2425/AR1.csv", "mmz4281/2526/DO1.csv", "mmz4281/1920/CA2.csv"):
        assert today.read(link) == next_year.read(link)


def test_two_sites_of_the_same_instant_serve_the_same_bytes() -> None:
    site, again = EmbeddedSite(AS_OF, size="tiny"), EmbeddedSite(AS_OF, size="tiny")
    again._world = World("tiny", again._seed)
    assert links_of(site) == links_of(again)
    assert [site.read(link) for link in links_of(site)] == [again.read(link) for link in links_of(again)]


@pytest.mark.parametrize("size", ["embedded", "tiny"])
def test_a_listed_fixture_keeps_its_hour_and_its_prices_until_that_hour(size: str) -> None:
    for start in MOMENTS:
        earlier, later = start, start + timedelta(days=2, hours=5)
        before, after = (
            {
                (row["Div"], row["HomeTeam"], row["AwayTeam"]): row
                for row in rows_of(EmbeddedSite(at, size=size).read("fixtures.csv"))
            }
            for at in (earlier, later)
        )
        kept = [key for key, row in before.items() if kick_off_of(row) > later]
        assert [before[key] for key in kept] == [after[key] for key in kept]


def test_early_prices_of_a_fixture_are_those_of_its_result_row() -> None:
    fixtures = rows_of(EmbeddedSite(AS_OF).read("fixtures.csv"))
    later = EmbeddedSite(AS_OF + timedelta(days=90))
    results = {
        (row["Div"], row["HomeTeam"], row["AwayTeam"]): row
        for code in {row["Div"] for row in fixtures}
        for row in rows_of(later.read(f"mmz4281/2526/{code}.csv"))
    }
    priced = [row for row in fixtures if row["AvgH"]]
    assert len(priced) > 20
    for row in priced:
        played = results[row["Div"], row["HomeTeam"], row["AwayTeam"]]
        assert [played[f"{book}{side}"] for book in ("B365", "Max", "Avg") for side in "HDA"] == [
            row[f"{book}{side}"] for book in ("B365", "Max", "Avg") for side in "HDA"
        ]


def test_a_result_appears_two_hours_after_kick_off() -> None:
    table = EmbeddedSite(AS_OF).truth()
    coming = table[(table["division"] == "AR1") & (table["kick_off_at"] > AS_OF)].iloc[0]
    over_at = coming["kick_off_at"].to_pydatetime() + timedelta(hours=2)
    for moment, is_played in ((over_at - timedelta(minutes=1), False), (over_at, True)):
        site = EmbeddedSite(moment)
        places = [
            any(
                row["HomeTeam"] == coming["home"] and row["AwayTeam"] == coming["away"]
                for row in rows_of(site.read(path))
                if row["Div"] == "AR1"
            )
            for path in ("mmz4281/2526/AR1.csv", "fixtures.csv")
        ]
        assert places == [is_played, not is_played]


def test_fixtures_reach_seven_days_ahead() -> None:
    hours = [kick_off_of(row) for row in rows_of(EmbeddedSite(AS_OF).read("fixtures.csv"))]
    assert max(hours) <= AS_OF + timedelta(days=7)
    assert max(hours) > AS_OF + timedelta(days=5)
    assert len(hours) == EmbeddedSite(AS_OF).fixture_count()


def test_fixtures_hold_no_results_and_no_closing_prices() -> None:
    rows = rows_of(EmbeddedSite(AS_OF).read("fixtures.csv"))
    assert "FTHG" not in rows[0]
    assert {row["AvgCH"] for row in rows} == {""}


@pytest.mark.parametrize("size", ["embedded", "tiny"])
def test_a_postponed_match_stays_listed_vanishes_returns_and_is_played_at_its_new_date(size: str) -> None:
    moments = (AS_OF + timedelta(days=step) for step in range(0, 120, 5))
    table = next(found for at in moments if len(found := EmbeddedSite(at, size=size).postponements()))
    match = table.iloc[0]
    new_at = match["kick_off_at"].to_pydatetime()

    def listed_at(moment: datetime) -> list[datetime]:
        rows = rows_of(EmbeddedSite(moment, size=size).read("fixtures.csv"))
        return [
            kick_off_of(row)
            for row in rows
            if (row["HomeTeam"], row["AwayTeam"]) == (match["home"], match["away"])
        ]

    days = [listed_at(new_at - timedelta(days=back)) for back in range(60, -1, -1)]
    shown = [hours[0] for hours in days if hours]
    planned_at = shown[0]
    assert set(shown) == {planned_at, new_at}
    assert listed_at(planned_at + timedelta(days=2)) == [planned_at]
    assert listed_at(planned_at + timedelta(days=3, hours=1)) == []
    code = f"{int(match['season']) % 100:02d}{int(match['season'] + 1) % 100:02d}"
    path = f"mmz4281/{code}/{match['division']}.csv"
    rows = [
        row
        for row in rows_of(EmbeddedSite(new_at + timedelta(hours=2), size=size).read(path))
        if (row["HomeTeam"], row["AwayTeam"]) == (match["home"], match["away"])
    ]
    assert [kick_off_of(row) for row in rows] == [new_at]


def test_most_days_of_a_running_season_have_a_postponement_outstanding() -> None:
    moments = [datetime(2025, 9, 15, tzinfo=UTC) + timedelta(days=10 * step) for step in range(22)]
    outstanding = [len(EmbeddedSite(at).postponements()) > 0 for at in moments]
    assert sum(outstanding) > 0.8 * len(outstanding)


def test_the_index_links_eight_seasons_of_each_division_and_the_fixtures() -> None:
    links = links_of(EmbeddedSite(AS_OF))
    assert links.count("fixtures.csv") == 1
    assert len(links) == len(set(links)) == 8 * 8 + 1
    assert "mmz4281/2526/AR1.csv" in links
    assert "mmz4281/1819/AR1.csv" in links
    assert "mmz4281/1718/AR1.csv" not in links
    assert "mmz4281/2526/DO1.csv" in links
    assert "mmz4281/2627/DO1.csv" not in links


def test_every_link_of_the_index_can_be_read() -> None:
    for moment in MOMENTS:
        site = EmbeddedSite(moment, size="tiny")
        assert all(rows_of(site.read(link)) for link in links_of(site))


def test_season_headings_follow_the_calendar() -> None:
    page = (EmbeddedSite(AS_OF).read("") or b"").decode("ascii")
    assert "<I>Season 2025/2026</I>" in page
    assert "<I>Season 2025</I>" in page


@pytest.mark.parametrize(
    "path",
    [
        "robots.txt",
        "mmz4281/2526/E0.csv",
        "mmz4281/2527/AR1.csv",
        "mmz4281/2728/AR1.csv",
        "mmz4281/0910/AR1.csv",
        "../fixtures.csv",
        "mmz4281/2627/DO1.csv",
    ],
)
def test_what_the_site_does_not_have_is_none(path: str) -> None:
    assert EmbeddedSite(AS_OF).read(path) is None


def test_a_division_without_odds_has_no_price_columns() -> None:
    row = rows_of(EmbeddedSite(AS_OF).read("mmz4281/2526/CA2.csv"))[0]
    assert {"HS", "AST", "HC", "AR", "HTHG"} <= set(row)
    assert not any(name.endswith(("H", "D", "A")) and name.startswith(("Avg", "Max", "B365")) for name in row)


def test_a_division_with_odds_has_early_and_closing_columns() -> None:
    row = rows_of(EmbeddedSite(AS_OF).read("mmz4281/2526/AR1.csv"))[0]
    wanted = {
        f"{book}{mark}{side}"
        for book in ("B365", "BW", "WH", "Max", "Avg")
        for mark in ("", "C")
        for side in "HDA"
    }
    assert wanted <= set(row)


def test_rows_agree_with_themselves() -> None:
    for row in rows_of(EmbeddedSite(AS_OF).read("mmz4281/2425/AR1.csv")):
        home, away = int(row["FTHG"]), int(row["FTAG"])
        assert row["FTR"] == ("H" if home > away else "D" if home == away else "A")
        assert int(row["HTHG"]) <= home <= int(row["HST"]) <= int(row["HS"])
        assert float(row["MaxH"]) >= float(row["AvgH"]) > 1


def test_times_are_the_uk_clock() -> None:
    site = EmbeddedSite(datetime(2026, 1, 10, tzinfo=UTC))
    rows = rows_of(site.read("mmz4281/2526/DO1.csv"))
    # the last round of Dorvik begins at 15:00 in Oslo, an hour ahead of London
    assert {row["Time"] for row in rows[-8:]} == {"14:00"}


@pytest.mark.parametrize("size", ["embedded", "tiny"])
def test_truth_has_one_row_for_each_listed_match_and_fixture(size: str) -> None:
    for moment in MOMENTS[:3]:
        site = EmbeddedSite(moment, size=size)
        table = site.truth()
        assert not table.duplicated(KEY).any()
        count = sum(len(rows_of(site.read(link))) for link in links_of(site))
        assert len(table) == count
        assert table[["p_home", "p_draw", "p_away"]].sum(axis=1).sub(1).abs().max() < 1e-9


def test_truth_of_a_match_never_changes() -> None:
    table = EmbeddedSite(AS_OF, size="tiny").truth()
    later = EmbeddedSite(AS_OF + timedelta(days=20), size="tiny").truth()
    both = table.merge(later, on=KEY, suffixes=("", "_later"))
    assert len(both) == len(table)
    assert (both["p_home"] == both["p_home_later"]).all()


def test_instants_of_another_zone_are_the_same_site() -> None:
    local = pd.Timestamp(AS_OF).tz_convert("Asia/Tokyo").to_pydatetime()
    assert EmbeddedSite(local, size="tiny").read("fixtures.csv") == EmbeddedSite(AS_OF, size="tiny").read(
        "fixtures.csv"
    )


@pytest.mark.parametrize(
    ("moment", "reason"),
    [(datetime(2026, 1, 1), "aware"), (datetime(1999, 1, 1, tzinfo=UTC), "from 2011 on")],  # noqa: DTZ001
)
def test_an_instant_the_world_does_not_know_is_a_setting_error(moment: datetime, reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        EmbeddedSite(moment)
