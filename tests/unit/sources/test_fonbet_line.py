"""Fonbet's line: both forms of prices, every exclusion named, deltas and hostile bytes refused."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import ParseError
from pipeline.sources.fonbet import exclusions as why
from pipeline.sources.fonbet.hosts import line_addresses
from pipeline.sources.fonbet.names import read_names
from pipeline.sources.fonbet.prices import COLUMNS, parameter_of, prices_of
from pipeline.sources.fonbet.source import HOSTS_PATH, Fonbet

SAMPLES = Path(__file__).parents[2] / "samples/fonbet"
DIVISIONS = {code: divisions_of("football_data")[code] for code in ("E0", "E1")}
FEED = Fonbet(read_names(), "https://www.example.com/")
HOSTS, LINE = FEED.files()


def parsed(body: bytes) -> pd.DataFrame:
    return FEED.parse(LINE, body, DIVISIONS).rows


def sample(name: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / name).read_text(encoding="utf-8")))


def rows_of(document: object) -> pd.DataFrame:
    return parsed(json.dumps(document).encode())


def usable(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["exclusion"] == ""]


def test_every_event_of_the_flat_form_is_a_match_or_has_one_named_reason() -> None:
    rows = parsed((SAMPLES / "flat.json").read_bytes())
    assert len(rows) == len(sample("flat.json")["events"])
    assert Counter(rows["exclusion"]) == {
        "": 3,
        why.NO_PRICE.format("draw"): 2,
        why.BLOCKED: 1,
        why.SPECIAL: 1,
        why.NO_DIVISION: 1,
        why.OTHER_TEAMS: 2,
        why.AGGREGATE: 1,
        why.OTHER_SPORT: 2,
        why.IN_PLAY: 1,
        why.NOT_ACTIVE: 1,
        why.SUB_EVENT: 1,
        why.NO_CLUBS: 1,
        why.NOT_READ: 1,
        why.UNKNOWN_SPORT: 1,
        why.NO_MARKET: 1,
    }


def test_a_match_has_our_names_beside_the_feeds_and_its_utc_kick_off() -> None:
    row = usable(parsed((SAMPLES / "flat.json").read_bytes())).iloc[0]
    assert (row["home_name"], row["away_name"]) == ("Арсенал", "Манчестер Юн")
    assert (row["division"], row["home"], row["away"]) == ("E0", "Arsenal", "Man United")
    assert row["kick_off_at"] == pd.Timestamp("2026-04-25T14:00Z")
    assert (row["source_file"], row["source_row"]) == ("fonbet/line.json", 1)


def test_a_total_counts_at_two_and_a_half_goals_alone_and_a_handicap_with_opposite_signs() -> None:
    first, second, _ = usable(parsed((SAMPLES / "flat.json").read_bytes()))[list(COLUMNS)].to_numpy().tolist()
    assert first == [2.1, 3.4, 3.6, 1.85, 1.95, 1.9, 1.92, -0.5]
    assert second[:3] == [2.5, 3.3, 2.9]
    assert all(math.isnan(value) for value in second[3:])


def test_the_grouped_form_is_read_with_seasons_and_nested_segments() -> None:
    rows = parsed((SAMPLES / "grouped.json").read_bytes())
    assert rows["exclusion"].to_list() == ["", "", why.SUB_EVENT, why.AGGREGATE]
    assert rows["division"].to_list()[:2] == ["E0", "E1"]
    assert rows["home"].to_list()[:2] == ["Arsenal", "Leicester"]
    assert rows.loc[0, list(COLUMNS)].to_list() == [2.2, 3.5, 3.3, 1.8, 2.0, 1.9, 1.95, -0.25]
    assert math.isnan(rows.loc[1, "fonbet_early_over25"])


def test_both_forms_of_the_same_prices_give_the_same_rows() -> None:
    grouped = sample("grouped.json")
    flat = [{"e": each["e"], **factor} for each in grouped["customFactors"] for factor in each["factors"]]
    pd.testing.assert_frame_equal(rows_of(grouped), rows_of(grouped | {"customFactors": flat}))


def test_a_packed_line_is_unpacked() -> None:
    body = (SAMPLES / "grouped.json").read_bytes()
    pd.testing.assert_frame_equal(parsed(gzip.compress(body)), parsed(body))


def test_a_packed_line_that_is_cut_short_or_a_bomb_is_refused() -> None:
    body = (SAMPLES / "grouped.json").read_bytes()
    for bad in (gzip.compress(body)[:-20], gzip.compress(b"0" * (65 * 2**20))):
        with pytest.raises(ParseError, match="JSON"):
            parsed(bad)


@pytest.mark.parametrize("version", [7, -1, "0", True, None])
def test_a_delta_is_refused(version: object) -> None:
    with pytest.raises(ParseError, match="delta"):
        rows_of(sample("grouped.json") | {"fromVersion": version})


def test_a_whole_line_of_the_newer_form_need_not_name_its_version() -> None:
    document = sample("grouped.json")
    del document["fromVersion"]
    assert len(usable(rows_of(document))) == 2


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"events": {}}', b"[" * 100_000, b"\xff\xfe"]
)
def test_bytes_that_are_no_line_are_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        parsed(body)


HOSTILE: list[object] = [None, [], {}, "x", -1, 10**400, 1.5, True, "\ud800", "<script>", "=cmd()", "Я" * 300]


@settings(max_examples=60, deadline=None)
@given(
    place=st.integers(0, 3),
    name=st.sampled_from(["id", "level", "sportId", "team1", "team2", "startTime", "place", "name", "kind"]),
    value=st.sampled_from(HOSTILE),
)
def test_no_value_of_an_event_breaks_the_reader_and_no_event_is_lost(
    place: int, name: str, value: object
) -> None:
    document = sample("grouped.json")
    document["events"][place][name] = value
    rows = rows_of(document)
    assert len(rows) == 4
    assert usable(rows)["home"].str.len().max() <= 120


@pytest.mark.parametrize("name", ["sports", "events", "customFactors", "eventBlocks"])
@pytest.mark.parametrize("value", HOSTILE)
def test_no_strange_entry_of_a_list_breaks_the_reader(name: str, value: object) -> None:
    document = sample("grouped.json")
    document[name] = [value, *document[name]]
    assert len(usable(rows_of(document))) == 2


def test_a_segment_that_lies_in_itself_has_no_sport() -> None:
    document = sample("grouped.json")
    document["sports"][1]["parentId"] = 10
    document["sports"][2]["parentId"] = 5
    assert Counter(rows_of(document)["exclusion"])[why.UNKNOWN_SPORT] == 3


@pytest.mark.parametrize("price", [None, "2.1", 1, 0, -3, True, 1e9, 10**400])
def test_what_is_no_price_is_missing(price: object) -> None:
    factors = {number: {"v": 3.0} for number in (921, 922, 923)} | {922: {"v": price}}
    assert all(math.isnan(value) for value in prices_of(factors).values())


def test_the_text_of_a_parameter_wins_over_the_number() -> None:
    assert parameter_of({930: {"pt": "+2,5", "p": 300}}, 930) == 2.5
    assert math.isnan(parameter_of({930: {"pt": "x", "p": 250}}, 930))


@pytest.mark.parametrize(
    "name",
    [
        "Арсенал (р)",
        "Арсенал (ж)",
        "Уотфорд U23",
        "Arsenal (w)",
        "Chelsea U-21",
        "Челси (до 19)",
        "Милан (мол)",
    ],
)
def test_reserves_women_and_youth_are_told_by_their_suffix(name: str) -> None:
    document = sample("grouped.json")
    document["events"][0]["team1"] = name
    assert rows_of(document)["exclusion"][0] == why.OTHER_TEAMS


def test_hosts_come_from_the_sites_list_with_its_scheme_and_in_its_order() -> None:
    body = (
        b'{"line": ["//line02.example.net", "https://line01.example.net/ma/", 7], "common": ["//x.example"]}'
    )
    found = line_addresses(body, "https://www.example.com/")
    assert found == ("https://line02.example.net/", "https://line01.example.net/ma/")
    assert line_addresses(body, "https://www.example.com/", ["line01.*"]) == found[1:]


@pytest.mark.parametrize(
    "host",
    [
        "//10.0.0.1",
        "//[::1]",
        "//localhost",
        "//user@line.example.net",
        "//line.example.net:22",
        "file:///etc",
    ],
)
def test_a_list_of_hosts_leads_nowhere_but_to_public_names(host: str) -> None:
    with pytest.raises(ParseError, match="no host"):
        line_addresses(json.dumps({"line": [host]}).encode(), "https://www.example.com/")


def test_a_host_on_the_sites_own_name_may_have_its_port() -> None:
    body = b'{"line": ["//127.0.0.1:8099"]}'
    assert line_addresses(body, "http://127.0.0.1:8099/") == ("http://127.0.0.1:8099/",)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"line": "x"}', b'{"line": []}', b"<html>"])
def test_bytes_that_name_no_host_are_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        FEED.parse(HOSTS, body, DIVISIONS)
    assert HOSTS.path == HOSTS_PATH


def test_a_users_table_wins_over_ours_and_changes_the_mark() -> None:
    own = read_names({"clubs.csv": "country,name,club\nEngland,Арсенал,Arsenal Town\n".encode()})
    assert own.club_of("England", " Арсенал ") == "Arsenal Town"
    assert own.club_of("England", "Челси") == "Chelsea"
    assert own.club_of("England", "Strangers") == "Strangers"
    assert own.mark != read_names().mark


@pytest.mark.parametrize(
    "body", [b"country,name\nEngland,X\n", b"country,name,club\nEngland,,X\n", b"\xff\xfe\n\xff"]
)
def test_a_users_table_that_can_not_be_used_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(ParseError, match=r"clubs\.csv"):
        read_names({"clubs.csv": body})


@pytest.mark.real
def test_the_stored_capture_has_no_match_before_kick_off_and_every_event_is_counted(mirror: Path) -> None:
    body = (mirror.parent / "fonbet" / "currentLine.json").read_bytes()
    rows = FEED.parse(LINE, body, divisions_of("football_data")).rows
    assert usable(rows).empty
    assert Counter(rows["exclusion"]) == {
        why.SUB_EVENT: 94,
        why.OTHER_SPORT: 49,
        why.IN_PLAY: 44,
        why.NOT_ACTIVE: 1,
    }
    assert len(rows) == len(json.loads(body)["events"]) == 188


@pytest.mark.real
def test_every_stored_delta_is_refused(mirror: Path) -> None:
    deltas = sorted((mirror.parent / "fonbet").glob("updatesFromVersion-*.json"))
    assert len(deltas) == 3
    for delta in deltas:
        with pytest.raises(ParseError, match="delta"):
            parsed(delta.read_bytes())
