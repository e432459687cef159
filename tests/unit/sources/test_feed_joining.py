"""What the rows of second feeds become: prices beside a fixture, a fixture of their own, or a named count."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.tables import check_columns
from pipeline.sources import feed_joining as why
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.feed_joining import FeedReport
from pipeline.sources.feed_report import feeds_document, feeds_told
from pipeline.sources.fonbet.names import read_names
from pipeline.sources.fonbet.source import Fonbet
from pipeline.sources.normalise import Normalised, normalise
from pipeline.sources.own_fixtures import OwnFixtures

DIVISIONS = {code: divisions_of("football_data")[code] for code in ("SC0", "SC1")}
RESULTS = FeedFile("mmz4281/2526/SC0.csv", "results", "SC0", 2025)
FIXTURES = FeedFile("fixtures.csv", "fixtures", "", None)
CUT = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
FETCHED = datetime(2026, 4, 24, 18, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 4, 25, 14, 0, tzinfo=UTC)
PRICES = (2.15, 3.4, 3.6)
FEED = Fonbet(
    read_names(
        {
            "leagues.csv": b"segment,division\nNorth. First,SC0\nNorth. Second,SC1\n",
            "clubs.csv": "country,name,club\nScotland,Олд,Ald\nScotland,Old Ald,Ald\n".encode(),
        }
    ),
    "https://www.example.com/",
)
Parsed = tuple[FeedFile, ParsedFile, datetime]


def main(*lines: str) -> list[Parsed]:
    """Return three results of April and the fixtures of lines such as `25/04/2026,15:00,Ald,Brack`."""
    football_data = source_named("football_data")
    played = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR\r\n"
    for day, home, away in ((11, "Ald", "Dun"), (18, "Brack", "Ald"), (18, "Dun", "Ester Rovers")):
        played += f"SC0,{day}/04/2026,15:00,{home},{away},2,1,H\r\n"
    listed = "Div,Date,Time,HomeTeam,AwayTeam,AvgH,AvgD,AvgA\r\n"
    listed += "".join(f"SC0,{line},2,3.3,3.6\r\n" for line in lines)
    return [
        (RESULTS, football_data.parse(RESULTS, played.encode()), FETCHED),
        (FIXTURES, football_data.parse(FIXTURES, listed.encode()), FETCHED),
    ]


def line(
    *matches: tuple[str, str, datetime], segment: str = "North. First", at: datetime = FETCHED
) -> Parsed:
    """Return a line with these matches, each with the same prices, a total and a handicap."""
    prices = dict(zip((921, 922, 923), PRICES, strict=True)) | {930: 1.9, 931: 1.95, 927: 1.8, 928: 2.05}
    goals = {930: "2.5", 931: "2.5", 927: "-1", 928: "+1"}
    factors = [{"f": key, "v": price, "pt": goals.get(key, "")} for key, price in prices.items()]
    events = [
        {"id": number, "level": 1, "sportId": 5, "team1": home, "team2": away, "place": "line"}
        | {"startTime": int(kick_off_at.timestamp())}
        for number, (home, away, kick_off_at) in enumerate(matches)
    ]
    document = {
        "sports": [
            {"id": 1, "kind": "sport", "name": "Football"},
            {"id": 5, "kind": "segment", "parentId": 1, "name": segment},
        ],
        "events": events,
        "customFactors": [{"e": number, "factors": factors} for number in range(len(events))],
    }
    file = FEED.files()[1]
    return file, FEED.parse(file, json.dumps(document).encode(), DIVISIONS), at


def own(*lines: str, at: datetime = FETCHED) -> Parsed:
    """Return a user's list with lines such as `2026-04-25,15:00,SC0,Ald,Brack,,,`."""
    feed = OwnFixtures()
    (file,) = feed.files()
    text = "date,time,division,home,away,home_price,draw_price,away_price\n" + "".join(
        f"{each}\n" for each in lines
    )
    return file, feed.parse(file, text.encode(), DIVISIONS), at


def joined(*parsed: Parsed, cut_off_at: datetime = CUT) -> Normalised:
    tables = normalise(parsed, DIVISIONS, cut_off_at=cut_off_at)
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        check_columns(name, {str(c): str(t) for c, t in getattr(tables, name).dtypes.items()})
    for report in tables.feeds:
        assert report.joined_count + report.added_count + sum(report.excluded.values()) == report.listed_count
    return tables


def report_of(tables: Normalised) -> FeedReport:
    (report,) = tables.feeds
    return report


def test_a_price_stands_on_our_fixture_under_its_own_name_and_time_and_the_average_stays() -> None:
    listed = main("25/04/2026,15:00,Ald,Brack")
    tables = joined(*listed, line(("Олд", "Brack", SATURDAY)))
    quote = tables.quotes.set_index("match_id").loc["SC0-2025-ald--brack-1"]
    assert [quote[f"fonbet_early_{side}"] for side in ("home", "draw", "away")] == list(PRICES)
    assert (quote["fonbet_early_over25"], quote["fonbet_early_handicap_line"]) == (1.9, -1.0)
    assert quote["fonbet_early_at"] == pd.Timestamp(FETCHED)
    plain = joined(*listed)
    pd.testing.assert_frame_equal(tables.fixtures, plain.fixtures)
    pd.testing.assert_frame_equal(tables.quotes[plain.quotes.columns], plain.quotes)
    assert (report_of(tables).joined_count, report_of(tables).added_count) == (1, 0)


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(days=3), timedelta(hours=-18)])
def test_a_kick_off_within_three_days_is_the_same_match_and_the_main_feeds_time_stays(
    apart: timedelta,
) -> None:
    tables = joined(*main("25/04/2026,15:00,Ald,Brack"), line(("Ald", "Brack", SATURDAY + apart)))
    assert report_of(tables).joined_count == 1
    assert tables.fixtures["kick_off_at"].to_list() == [pd.Timestamp(SATURDAY)]


def test_clubs_that_the_main_feed_lists_on_another_day_are_no_second_fixture() -> None:
    tables = joined(*main("25/04/2026,15:00,Ald,Brack"), line(("Ald", "Brack", SATURDAY + timedelta(days=4))))
    assert report_of(tables).excluded == {why.OTHER_DAY: 1}
    assert len(tables.fixtures) == 1


def test_a_match_that_the_main_feed_does_not_list_yet_is_a_fixture_with_the_key_it_will_have() -> None:
    tables = joined(*main(), line(("Dun", "Old Ald", SATURDAY)))
    fixture = tables.fixtures.iloc[0]
    later = joined(*main("25/04/2026,15:00,Dun,Ald"))
    same = ["match_id", "division", "season", "kick_off_at", "home", "away", "home_id", "away_id", "status"]
    assert fixture[same].to_list() == later.fixtures.iloc[0][same].to_list()
    assert (fixture["source_file"], fixture["source_row"]) == ("fonbet/line.json", 1)
    quote = tables.quotes.set_index("match_id").loc[fixture["match_id"]]
    assert quote["early_at"] == quote["fonbet_early_at"] == pd.Timestamp(FETCHED)
    assert pd.isna(quote["avg_early_home"])


def test_a_meeting_number_counts_on_after_the_matches_played() -> None:
    tables = joined(*main(), line(("Ald", "Dun", SATURDAY)))
    assert tables.fixtures["match_id"].to_list() == ["SC0-2025-ald--dun-2"]


def test_a_club_of_another_division_of_the_country_is_known() -> None:
    tables = joined(*main(), line(("Dun", "Ald", SATURDAY), segment="North. Second"))
    assert tables.fixtures["division"].to_list() == ["SC1"]


def test_a_name_that_means_no_club_is_refused_and_reported_with_what_it_looks_like() -> None:
    tables = joined(*main(), line(("Ester Rover", "Ald", SATURDAY), ("Dun", "=cmd()", SATURDAY)))
    assert tables.fixtures.empty
    report = report_of(tables)
    assert report.excluded == {why.NO_CLUB: 2}
    assert [(each.name, each.country, each.suggestions) for each in report.unmatched] == [
        ("=cmd()", "Scotland", ()),
        ("Ester Rover", "Scotland", ("Ester Rovers",)),
    ]
    assert "2 names refused: =cmd(), Ester Rover" in feeds_told(tables.feeds)[1]
    json.dumps(feeds_document(tables.feeds), allow_nan=False)


def test_two_names_of_one_club_are_no_match() -> None:
    assert report_of(joined(*main(), line(("Ald", "Олд", SATURDAY)))).excluded == {why.OWN_OPPONENT: 1}


def test_a_match_that_has_kicked_off_by_the_cut_off_is_not_used() -> None:
    at_the_minute, ahead = CUT.replace(second=0), CUT + timedelta(minutes=1)
    tables = joined(*main(), line(("Ald", "Brack", at_the_minute), ("Dun", "Ald", ahead)))
    assert report_of(tables).excluded == {why.KICKED_OFF: 1}
    assert tables.fixtures["home"].to_list() == ["Dun"]


def test_a_match_listed_twice_counts_once() -> None:
    twice = [("Dun", "Ald", SATURDAY + timedelta(hours=2)), ("Dun", "Old Ald", SATURDAY)]
    tables = joined(*main(), line(*twice))
    assert report_of(tables).excluded == {why.LISTED_TWICE: 1}
    assert tables.fixtures["kick_off_at"].to_list() == [pd.Timestamp(SATURDAY)]


def test_a_match_beyond_the_horizon_is_no_fixture_yet() -> None:
    tables = joined(*main(), line(("Dun", "Ald", CUT + timedelta(days=15))))
    assert report_of(tables).excluded == {why.FAR_AHEAD: 1}
    assert tables.fixtures.empty


def test_a_match_that_was_played_the_day_before_is_not_listed_again() -> None:
    after = datetime(2026, 4, 19, 9, 0, tzinfo=UTC)
    old = line(("Brack", "Ald", after + timedelta(hours=5)), at=after - timedelta(hours=1))
    results, fixtures = main()
    earlier = [(*results[:2], old[2]), (*fixtures[:2], old[2])]
    tables = joined(*earlier, old, cut_off_at=after)
    assert report_of(tables).excluded == {why.PLAYED: 1}
    assert tables.fixtures.empty


def test_a_line_newer_than_the_cut_off_is_set_aside_whole() -> None:
    tables = joined(*main(), line(("Dun", "Ald", SATURDAY), at=CUT + timedelta(minutes=1)))
    assert tables.feeds == ()
    assert tables.fixtures.empty
    assert tables.quarantine["source_file"].to_list() == ["fonbet/line.json"]


def test_a_line_fetched_within_the_second_of_the_cut_off_is_used() -> None:
    tables = joined(*main(), line(("Dun", "Ald", SATURDAY), at=CUT + timedelta(milliseconds=700)))
    assert tables.quotes["fonbet_early_at"].max() == pd.Timestamp(CUT)


def test_an_own_list_adds_fixtures_and_prices_and_refuses_names_in_the_same_way() -> None:
    tables = joined(
        *main("25/04/2026,15:00,Ald,Brack"),
        own(
            "2026-04-25,,SC0,Ald,Brack,1.9,3.5,4",
            "2026-04-27,19:45,SC0,Dun,Ald,,,",
            "2026-04-27,,SC0,Dun,Nobody,,,",
        ),
    )
    assert tables.fixtures["kick_off_at"].to_list() == [
        pd.Timestamp(SATURDAY),
        pd.Timestamp("2026-04-27T18:45Z"),
    ]
    assert tables.quotes.loc[tables.quotes["own_early_home"].notna(), "own_early_home"].to_list() == [1.9]
    assert report_of(tables).excluded == {why.NO_CLUB: 1}


def test_a_day_without_a_time_is_listed_until_it_is_over() -> None:
    tables = joined(*main(), own("2026-04-24,,SC0,Dun,Ald,,,", "2026-04-23,,SC0,Ald,Brack,,,"))
    assert tables.fixtures["home"].to_list() == ["Dun"]
    assert report_of(tables).excluded == {why.KICKED_OFF: 1}


def test_what_one_second_feed_adds_the_next_finds_listed() -> None:
    tables = joined(*main(), own("2026-04-25,15:00,SC0,Dun,Ald,2,3,4"), line(("Dun", "Ald", SATURDAY)))
    assert [(each.feed, each.added_count, each.joined_count) for each in tables.feeds] == [
        ("own", 1, 0),
        ("fonbet", 0, 1),
    ]
    quote = tables.quotes.set_index("match_id").loc["SC0-2025-dun--ald-1"]
    assert (quote["own_early_home"], quote["fonbet_early_home"]) == (2.0, PRICES[0])


def test_a_line_without_a_match_of_ours_changes_nothing() -> None:
    listed = main("25/04/2026,15:00,Ald,Brack")
    tables, plain = joined(*listed, line(("Ald", "Brack", SATURDAY), segment="Elsewhere")), joined(*listed)
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        pd.testing.assert_frame_equal(getattr(tables, name), getattr(plain, name))
    assert report_of(tables).listed_count == 1
