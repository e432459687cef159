"""The cut: which rows are matches, which are fixtures, what of them is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.tables import check_columns
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.normalise import Normalised, early_collected_at, normalise

RESULTS = FeedFile("mmz4281/2526/SC0.csv", "results", "SC0", 2025)
FIXTURES = FeedFile("fixtures.csv", "fixtures", "", None)
PLAYED = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HS,AvgH,AvgD,AvgA,AvgCH,AvgCD,AvgCA"
LISTED = "Div,Date,Time,HomeTeam,AwayTeam,AvgH,AvgD,AvgA"
CUT = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
FETCHED = datetime(2026, 4, 24, 18, 0, tzinfo=UTC)
PRICES = "2,3.3,3.6"
Parsed = tuple[FeedFile, ParsedFile, datetime]


def results(*lines: str) -> Parsed:
    """Read lines such as `18/04/2026,15:00,Ald,Brack,2,1,H`; a line that ends there gets prices."""
    tail = f",9,{PRICES},2.1,3.2,3.5"
    text = "".join(f"SC0,{line}{tail if line.count(',') == 6 else ''}\r\n" for line in lines)
    return RESULTS, source_named("football_data").parse(RESULTS, f"{PLAYED}\r\n{text}".encode()), FETCHED


def listing(*lines: str, fetched_at: datetime = FETCHED) -> Parsed:
    """Read lines such as `25/04/2026,15:00,Ald,Brack`; a line that ends there gets prices."""
    text = "".join(f"SC0,{line}{f',{PRICES}' if line.count(',') == 3 else ''}\r\n" for line in lines)
    return FIXTURES, source_named("football_data").parse(FIXTURES, f"{LISTED}\r\n{text}".encode()), fetched_at


def at(cut_off_at: datetime, *parsed: Parsed, **options: int) -> Normalised:
    return normalise(parsed, divisions_of("football_data"), cut_off_at=cut_off_at, **options)


def told(tables: Normalised) -> list[tuple[int, str, str]]:
    rows = tables.quarantine
    return list(zip(rows["source_row"], rows["scope"], rows["reason"], strict=True))


def check(tables: Normalised) -> None:
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        check_columns(name, {str(c): str(t) for c, t in getattr(tables, name).dtypes.items()})


# -- tables


def test_no_files_give_empty_tables_of_the_right_columns() -> None:
    tables = at(CUT)
    check(tables)
    assert [len(t) for t in (tables.matches, tables.fixtures, tables.quotes, tables.quarantine)] == [0] * 4


def test_the_tables_have_their_columns_and_stand_in_order_of_kick_off_and_key() -> None:
    tables = at(
        CUT,
        listing("26/04/2026,15:00,Dun,Col", "25/04/2026,15:00,Ald,Col", "25/04/2026,15:00,Ald,Brack"),
        results("18/04/2026,15:00,Col,Ald,0,0,D", "11/04/2026,15:00,Ald,Dun,2,1,H"),
    )
    check(tables)
    assert tables.matches["home"].tolist() == ["Ald", "Col"]
    assert tables.fixtures["match_id"].tolist() == [
        "SC0-2025-ald--brack-1",
        "SC0-2025-ald--col-1",
        "SC0-2025-dun--col-1",
    ]
    ids = [*tables.matches["match_id"], *tables.fixtures["match_id"]]
    assert tables.quotes["match_id"].tolist() == ids


def test_a_match_has_its_outcome_keys_and_statistics() -> None:
    match = at(CUT, results("18/04/2026,15:00,Ald,Brack,0,2,A")).matches.iloc[0]
    assert (match["outcome"], match["home_goals"], match["away_goals"], match["home_shots"]) == (2, 0, 2, 9)
    assert (match["match_id"], match["home_id"]) == ("SC0-2025-ald--brack-1", "scotland.ald")


def test_the_order_of_the_files_does_not_matter() -> None:
    parsed = [results("18/04/2026,15:00,Ald,Brack,0,2,A"), listing("25/04/2026,15:00,Ald,Col")]
    one, other = at(CUT, *parsed), at(CUT, *parsed[::-1])
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_rows_of_other_divisions_are_passed_over() -> None:
    wanted = {code: each for code, each in divisions_of("football_data").items() if code == "E0"}
    tables = normalise([results("18/04/2026,15:00,Ald,Brack,0,2,A")], wanted, cut_off_at=CUT)
    assert len(tables.matches) == 0


def test_a_cut_off_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        at(datetime(2026, 4, 24))  # noqa: DTZ001


# -- the cut


@pytest.mark.parametrize(("minute", "is_match"), [(59, False), (0, True)])
def test_a_result_is_known_two_hours_after_kick_off(minute: int, is_match: bool) -> None:
    hour = 16 if is_match else 15  # 15:00 on the UK clock in April is 14:00 UTC
    tables = at(datetime(2026, 4, 18, hour, minute, tzinfo=UTC), results("18/04/2026,15:00,Ald,Brack,2,1,H"))
    assert (len(tables.matches), len(tables.fixtures)) == ((1, 0) if is_match else (0, 1))


@pytest.mark.parametrize(("day", "is_match"), [(18, False), (19, True)])
def test_without_a_time_a_result_is_known_at_the_end_of_the_utc_day(day: int, is_match: bool) -> None:
    cut = datetime(2026, 4, 19, tzinfo=UTC) if is_match else datetime(2026, 4, day, 23, 59, tzinfo=UTC)
    tables = at(cut, results("18/04/2026,,Ald,Brack,2,1,H"))
    assert len(tables.matches) == int(is_match)


def test_a_match_played_later_is_a_fixture_without_closing_prices() -> None:
    tables = at(datetime(2026, 4, 17, 20, tzinfo=UTC), results("18/04/2026,15:00,Ald,Brack,2,1,H"))
    assert tables.fixtures["status"].tolist() == ["upcoming"]
    assert tables.quotes["avg_early_home"].tolist() == [2.0]
    assert tables.quotes["avg_close_home"].isna().all()


def test_early_prices_are_unknown_before_they_were_collected() -> None:
    tables = at(datetime(2026, 4, 17, 13, tzinfo=UTC), results("18/04/2026,15:00,Ald,Brack,2,1,H"))
    assert (len(tables.fixtures), len(tables.quotes)) == (1, 0)


def test_rows_beyond_the_horizon_are_out_of_sight() -> None:
    line = "18/04/2026,15:00,Ald,Brack,2,1,H"
    early = datetime(2026, 4, 10, tzinfo=UTC)
    assert len(at(early, results(line), horizon_days=7).fixtures) == 0
    assert len(at(early, results(line), horizon_days=9).fixtures) == 1


def test_a_match_without_a_score_is_told_only_once_it_should_have_one() -> None:
    parsed = results("18/04/2026,15:00,Ald,Brack,,,,,2,3,4,,,")
    late, early = at(CUT, parsed), at(datetime(2026, 4, 17, 20, tzinfo=UTC), parsed)
    assert (len(late.matches), told(late)) == (0, [(2, "row", "the match has no score")])
    assert (len(early.fixtures), told(early)) == (1, [])


def test_a_result_that_disagrees_with_the_goals_is_not_used() -> None:
    tables = at(CUT, results("18/04/2026,15:00,Ald,Brack,2,1,A"))
    assert len(tables.matches) == 0
    assert tables.quarantine[["column", "value"]].iloc[0].tolist() == ["full_time_result", "A 2-1"]


def test_a_match_without_a_result_column_is_used_by_its_goals() -> None:
    assert len(at(CUT, results("18/04/2026,15:00,Ald,Brack,2,1,")).matches) == 1


def test_of_a_match_that_is_there_twice_the_first_line_is_used() -> None:
    tables = at(CUT, results("18/04/2026,15:00,Ald,Brack,2,1,H", "18/04/2026,17:00,Ald,Brack,3,1,H"))
    assert tables.matches["home_goals"].tolist() == [2]
    assert told(tables) == [(3, "row", "the match is there twice, the first line is used")]


def test_defects_of_cells_are_told_only_where_the_cut_lets_them_be_seen() -> None:
    parsed = results("18/04/2026,15:00,Ald,Brack,2,1,H,x,2,#,4,2,-,4")
    before, collected, after = (
        at(datetime(2026, 4, *day, tzinfo=UTC), parsed).quarantine["column"].tolist()
        for day in ((17, 10), (17, 20), (19, 0))
    )
    assert before == []
    assert collected == ["avg_early_draw"]
    assert after == ["avg_close_draw", "avg_early_draw", "home_shots"]


# -- listed fixtures


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("25/04/2026,15:00,Ald,Brack", "upcoming"),
        ("24/04/2026,20:00,Ald,Brack", "awaiting_result"),
        ("21/04/2026,20:05,Ald,Brack", "awaiting_result"),
        ("21/04/2026,20:03,Ald,Brack", "postponed"),
    ],
)
def test_the_status_says_how_long_kick_off_is_past(line: str, status: str) -> None:
    assert at(CUT, listing(line)).fixtures["status"].tolist() == [status]


def test_prices_of_a_listing_are_as_old_as_its_fetching() -> None:
    tables = at(CUT, listing("25/04/2026,15:00,Ald,Brack"))
    assert tables.quotes["early_at"].tolist() == [pd.Timestamp(FETCHED)]


def test_prices_are_never_younger_than_kick_off() -> None:
    tables = at(CUT, listing("25/04/2026,15:00,Ald,Brack", "23/04/2026,15:00,Col,Dun"))
    assert tables.quotes["early_at"].tolist() == [pd.Timestamp("2026-04-23T14:00Z"), pd.Timestamp(FETCHED)]


def test_a_list_newer_than_the_cut_off_is_set_aside_whole() -> None:
    later = datetime(2026, 4, 30, tzinfo=UTC)
    tables = at(CUT, listing("25/04/2026,15:00,Ald,Brack", fetched_at=later))
    assert len(tables.fixtures) == len(tables.quotes) == 0
    assert told(tables) == [(0, "file", "the list is newer than the cut-off")]


@pytest.mark.parametrize(
    "line", ["25/04/2016,15:00,Ald,Brack", "13/04/2026,15:00,Ald,Brack", "24/06/2026,15:00,Ald,Brack"]
)
def test_a_listing_far_from_the_cut_off_has_a_wrong_date(line: str) -> None:
    tables = at(CUT, listing(line))
    assert len(tables.fixtures) == 0
    assert "date lies more than" in told(tables)[0][2]


def test_a_match_played_wins_over_its_listing() -> None:
    played = results("22/04/2026,20:00,Ald,Brack,1,1,D")
    for listed in ("22/04/2026,20:00,Ald,Brack", "25/04/2026,15:00,Ald,Brack", "20/04/2026,15:00,Ald,Brack"):
        tables = at(CUT, played, listing(listed))
        assert (len(tables.matches), len(tables.fixtures)) == (1, 0)


def test_a_match_put_off_and_played_since_is_no_fixture_any_more() -> None:
    tables = at(CUT, results("23/04/2026,15:00,Ald,Brack,1,1,D"), listing("15/04/2026,15:00,Ald,Brack"))
    assert (len(tables.matches), len(tables.fixtures)) == (1, 0)


def test_a_listing_long_after_the_last_meeting_is_the_next_one() -> None:
    tables = at(CUT, results("10/01/2026,15:00,Ald,Brack,1,1,D"), listing("25/04/2026,15:00,Ald,Brack"))
    assert tables.fixtures["match_id"].tolist() == ["SC0-2025-ald--brack-2"]


def test_a_fixture_keeps_its_key_once_played() -> None:
    first = "10/01/2026,15:00,Ald,Brack,1,1,D"
    before = at(CUT, results(first), listing("25/04/2026,15:00,Ald,Brack"))
    after = at(datetime(2026, 4, 28, tzinfo=UTC), results(first, "26/04/2026,15:00,Ald,Brack,0,1,A"))
    assert before.fixtures["match_id"].tolist() == after.matches["match_id"].tolist()[1:]


def test_home_and_away_are_different_meetings() -> None:
    tables = at(CUT, results("10/01/2026,15:00,Brack,Ald,1,1,D"), listing("25/04/2026,15:00,Ald,Brack"))
    assert tables.fixtures["match_id"].tolist() == ["SC0-2025-ald--brack-1"]


def test_a_listing_wins_over_a_row_to_come_and_moves_its_kick_off() -> None:
    tables = at(CUT, results("27/04/2026,20:00,Ald,Brack,1,1,D"), listing("25/04/2026,15:00,Ald,Brack"))
    assert tables.fixtures["kick_off_at"].tolist() == [pd.Timestamp("2026-04-25T14:00Z")]
    assert tables.fixtures["source_file"].tolist() == ["fixtures.csv"]


def test_a_listing_without_prices_takes_those_of_the_archive() -> None:
    archive = results("25/04/2026,15:00,Ald,Brack,1,1,D")
    tables = at(CUT, archive, listing("25/04/2026,15:00,Ald,Brack,,,"))
    assert tables.quotes[["avg_early_home", "early_at"]].iloc[0].tolist() == [
        2.0,
        pd.Timestamp("2026-04-24T14:00Z"),
    ]
    early = datetime(2026, 4, 24, 10, tzinfo=UTC)
    assert len(at(early, archive, listing("25/04/2026,15:00,Ald,Brack,,,", fetched_at=early)).quotes) == 0


def test_of_two_listings_of_a_fixture_the_newest_wins() -> None:
    old = listing("25/04/2026,15:00,Ald,Brack", fetched_at=datetime(2026, 4, 20, tzinfo=UTC))
    new = listing("02/05/2026,15:00,Ald,Brack")
    for parsed in ([old, new], [new, old]):
        tables = at(CUT, *parsed)
        assert tables.fixtures["kick_off_at"].tolist() == [pd.Timestamp("2026-05-02T14:00Z")]
        assert told(tables) == [(2, "row", "the fixture is listed again, the newer line is used")]


def test_in_one_listing_the_last_line_of_a_fixture_wins() -> None:
    tables = at(CUT, listing("25/04/2026,15:00,Ald,Brack", "26/04/2026,15:00,Ald,Brack"))
    assert tables.fixtures["source_row"].tolist() == [3]
    assert [line for line, _, _ in told(tables)] == [2]


def test_two_distant_dates_in_one_listing_are_two_meetings() -> None:
    tables = at(CUT, listing("25/04/2026,15:00,Ald,Brack", "16/05/2026,15:00,Ald,Brack"))
    assert tables.fixtures["match_id"].str[-1].tolist() == ["1", "2"]


def test_a_fixture_never_has_closing_prices() -> None:
    played = results("18/04/2026,15:00,Ald,Brack,2,1,H")
    tables = at(CUT, played, listing("25/04/2026,15:00,Col,Dun"))
    assert tables.quotes.set_index("match_id")["avg_close_home"].isna().to_dict() == {
        "SC0-2025-ald--brack-1": False,
        "SC0-2025-col--dun-1": True,
    }


def test_a_match_without_any_price_has_no_quote() -> None:
    tables = at(CUT, results("18/04/2026,15:00,Ald,Brack,2,1,H,9,,,,,,"))
    assert (len(tables.matches), len(tables.quotes)) == (1, 0)


def test_pairings_whose_keys_read_alike_do_not_share_one() -> None:
    tables = at(
        CUT, results("18/04/2026,15:00,Man,City United,2,1,H", "19/04/2026,15:00,Man City,United,2,1,H")
    )
    assert tables.matches["match_id"].is_unique
    assert len(tables.matches) + len(tables.quarantine) == 2


# -- the feed's habit


# The feed's notes.txt: Friday afternoons for weekend games, Tuesday afternoons for midweek games.
@pytest.mark.parametrize(
    ("kick_off", "collected"),
    [
        ("2026-04-24T19:00Z", "2026-04-24T14:00Z"),  # Friday evening
        ("2026-04-25T14:00Z", "2026-04-24T14:00Z"),  # Saturday
        ("2026-04-27T19:00Z", "2026-04-24T14:00Z"),  # Monday
        ("2026-04-28T18:45Z", "2026-04-28T14:00Z"),  # Tuesday evening
        ("2026-04-30T18:45Z", "2026-04-28T14:00Z"),  # Thursday
        ("2026-01-10T15:00Z", "2026-01-09T15:00Z"),  # Saturday in winter
        ("2026-04-24T11:00Z", "2026-04-24T11:00Z"),  # Friday noon: at kick-off at the latest
        ("2026-04-24T00:00Z", "2026-04-24T14:00Z"),  # Friday without a time
        ("2026-04-27T23:30Z", "2026-04-28T14:00Z"),  # Tuesday on the UK clock
    ],
)
def test_early_prices_are_collected_on_friday_and_tuesday_afternoon(kick_off: str, collected: str) -> None:
    kick_offs = pd.Series([pd.Timestamp(kick_off)])
    expected = (
        min(pd.Timestamp(collected), pd.Timestamp(kick_off))
        if "23:30" in kick_off
        else pd.Timestamp(collected)
    )
    assert early_collected_at(kick_offs).tolist() == [expected]


# -- leakage


def scrambled(parsed: Parsed, is_later: Callable[[pd.Series], pd.Series]) -> Parsed:
    file, body, fetched_at = parsed
    rows = body.rows.copy()
    later = is_later(rows["kick_off_at"])
    for name in [column for column in rows if rows[column].dtype == "float64" and "_early_" not in column]:
        rows.loc[later, name] = rows.loc[later, name] * 3 + 7
    rows.loc[later.to_numpy().nonzero()[0][::2], ["home_goals", "avg_close_home"]] = float("nan")
    rows.loc[later, "full_time_result"] = "A"
    entry = body.quarantine.iloc[:0]
    noise = [
        [file.path, int(line), "avg_close_home", "#", "?", "cell", "SC0"]
        for line in rows["source_row"][later]
    ]
    quarantine = pd.concat([body.quarantine, pd.DataFrame(noise, columns=entry.columns)], ignore_index=True)
    return file, ParsedFile(rows, quarantine), fetched_at


@pytest.mark.parametrize(
    "cut", ["2026-04-11T12:00Z", "2026-04-17T15:30Z", "2026-04-18T15:59Z", "2026-04-21T21:00Z"]
)
def test_nothing_that_became_known_after_the_cut_shows(cut: str) -> None:
    archive = results(
        "11/04/2026,15:00,Ald,Brack,2,1,H",
        "18/04/2026,15:00,Col,Dun,0,1,A",
        "18/04/2026,,Erl,Far,0,0,D",
        "18/04/2026,15:00,Brack,Ald,,,,,2,3,4,,,",
        "21/04/2026,20:00,Brack,Col,2,2,D",
        "25/04/2026,15:00,Dun,Ald,3,2,H",
        "25/04/2026,15:00,Dun,Ald,3,2,H",
    )
    cut_off = pd.Timestamp(cut).to_pydatetime()
    listed = listing("25/04/2026,15:00,Dun,Ald", "19/04/2026,15:00,Far,Erl", fetched_at=cut_off)
    known = pd.Timedelta(hours=2)
    noisy = scrambled(archive, lambda kick_offs: kick_offs + known > pd.Timestamp(cut))
    one, other = at(cut_off, archive, listed), at(cut_off, noisy, listed)
    assert len(one.fixtures) > 1
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_rows_of_the_future_do_not_change_the_past() -> None:
    past = ["11/04/2026,15:00,Ald,Brack,2,1,H", "18/04/2026,15:00,Col,Dun,0,1,A"]
    future = ["09/05/2026,15:00,Ald,Brack,2,1,H", "16/05/2026,15:00,Col,Dun,0,1,A"]
    one, other = at(CUT, results(*past)), at(CUT, results(*past, *future))
    for name in ("matches", "fixtures", "quotes", "quarantine"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
