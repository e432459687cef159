"""Second feeds end to end: the tiny world, a line of Fonbet's on loopback and an own list of fixtures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.graph.checkout import EVENING, Checkout
from tests.graph.line_server import (
    PRICES,
    STRANGER,
    LineSite,
    line_of,
    listed_fixtures,
    serving_line,
    write_names,
)

LATER = "2026-04-24T20:04"


@dataclass
class Published:
    """A checkout with a release that has second feeds, and what the line's server was asked."""

    checkout: Checkout
    release: Path
    asked: list[str]


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """An evening with both feeds, then one on which the line is a delta; not to be changed."""
    folder = tmp_path_factory.mktemp("second")
    names, own = write_names(folder / "names", EVENING), folder / "more.csv"
    own.write_text(_own_list(), encoding="utf-8")
    site = LineSite(json.dumps(line_of(EVENING), ensure_ascii=False).encode())
    with serving_line(site) as address:
        options = [
            *("--pipeline-odds-feeds", '["fonbet"]', "--pipeline-fonbet-url", address),
            *("--pipeline-fonbet-names", str(names), "--pipeline-fonbet-scope-market", "1800"),
            *("--pipeline-fixtures-csv", str(own)),
        ]
        checkout = Checkout(folder, "tiny", options)
        done = checkout.run("Publish")
        assert done.returncode == 0, done.stderr[-4000:]
        first, asked = checkout.release(), list(site.asked)
        site.line = json.dumps(line_of(EVENING) | {"fromVersion": 5}).encode()
        done = checkout.run("Refresh", as_of=LATER)
        assert done.returncode == 0, done.stderr[-4000:]
        yield Published(checkout, first, asked)


def _own_list() -> str:
    """Return a list with a fixture of our own, one that the feed has as well, and a club nobody knows."""
    (code, home, away, at), (other_code, other_home, other_away, other_at) = listed_fixtures(EVENING)[1:3]
    day = (at + timedelta(days=8)).date()
    return (
        "date,time,division,home,away,home_price,draw_price,away_price\n"
        f"{day},18:00,{code},{away},{home},2.5,3.1,2.9\n"
        f"{other_at.date()},,{other_code},{other_home},{other_away},1.5,4.1,7\n"
        f"{day},,{code},{home},Nobody,,,\n"
    )


def rows_of(release: Path, table: str) -> list[dict[str, object]]:
    document = json.loads((release / "data" / f"{table}.json").read_text(encoding="utf-8"))
    return [dict(zip(document["columns"], row, strict=True)) for row in document["rows"]]


def page(release: Path, name: str = "") -> str:
    return (release / name / "index.html").read_text(encoding="utf-8")


def test_the_line_is_asked_for_at_the_host_that_the_site_names_after_the_rules_of_each(
    second: Published,
) -> None:
    line = "/events/list?lang=en&version=0&scopeMarket=1800"
    assert second.asked == ["/robots.txt", "/urls.json", "/robots.txt", line]


def test_the_terms_page_names_the_second_feed_among_those_in_use(
    second: Published, published: Checkout
) -> None:
    for release, used in ((second.release, ["tiny", "fonbet"]), (published.release(), ["tiny"])):
        assert [row["feed"] for row in rows_of(release, "feeds") if row["is_used"]] == used


def test_the_intake_lists_the_bytes_of_every_feed(second: Published) -> None:
    (intake, *_) = sorted(second.checkout.data.glob("runs/*/intake.json"))
    files = {file["path"]: file for file in json.loads(intake.read_text(encoding="utf-8"))["files"]}
    for path in ("fonbet/urls.json", "fonbet/line.json", "own/fixtures.csv"):
        assert files[path]["state"] == "fetched"
        assert len(files[path]["sha256"]) == 64


def test_a_price_of_the_line_stands_on_the_page_under_its_own_name(second: Published) -> None:
    text = f"Fonbet: {' / '.join(f'{price:.2f}' for price in PRICES)}, Fri 24 Apr 19:04 UTC"
    assert text in page(second.release)
    priced = [row for row in rows_of(second.release, "other_prices") if row["price_source"] == "Fonbet"]
    assert len(priced) == len(listed_fixtures(EVENING)) + 1
    assert {(row["price_home"], row["price_draw"], row["price_away"]) for row in priced} == {PRICES}


def test_second_feeds_move_no_forecast_and_no_price_of_the_main_feed(
    second: Published, published: Checkout
) -> None:
    plain = {row["match_id"]: row for row in rows_of(published.release(), "upcoming")}
    beside = {row["match_id"]: row for row in rows_of(second.release, "upcoming")}
    assert plain.keys() < beside.keys()
    assert {key: beside[key] for key in plain} == plain


def test_a_match_that_only_a_second_feed_lists_is_a_fixture_without_an_edge(
    second: Published, published: Checkout
) -> None:
    plain = {row["match_id"] for row in rows_of(published.release(), "upcoming")}
    added = [row for row in rows_of(second.release, "upcoming") if row["match_id"] not in plain]
    assert sorted(str(row["listed_by"]) for row in added) == ["Fonbet", "own fixtures file"]
    for row in added:
        assert row["p_home"] is not None
        assert row["price_home"] is row["edge_home"] is row["value_side"] is None
    assert "Listed by Fonbet alone" in page(second.release)


def test_an_own_price_stands_beside_the_main_feeds_fixture(second: Published) -> None:
    own = [row for row in rows_of(second.release, "other_prices") if row["price_source"] != "Fonbet"]
    assert sorted(row["price_home"] for row in own) == [1.5, 2.5]  # type: ignore[type-var]


def test_refused_names_stand_in_the_report_of_clubs_and_as_text_on_the_status_page(second: Published) -> None:
    (report, *_) = sorted(second.checkout.data.glob("runs/*/clubs.json"))
    feeds = {each["feed"]: each for each in json.loads(report.read_text(encoding="utf-8"))["feeds"]}
    assert [each["name"] for each in feeds["fonbet"]["unmatched"]] == [STRANGER]
    assert [each["name"] for each in feeds["own"]["unmatched"]] == ["Nobody"]
    for each in feeds.values():
        counts = each["joined_count"] + each["added_count"] + sum(each["excluded"].values())
        assert counts == each["listed_count"]
    status = page(second.release, "status")
    assert "&lt;script&gt;alert(7)&lt;/script&gt;" in status
    assert STRANGER not in status


def test_the_status_page_says_that_the_line_is_not_verified_live(second: Published) -> None:
    assert "Fonbet is not verified live" in page(second.release, "status")


def test_a_delta_stops_no_run_and_the_last_whole_line_serves_with_a_notice(second: Published) -> None:
    release = second.checkout.release()
    assert release != second.release
    (notice,) = [row for row in rows_of(release, "notices") if row["subject"] == "fonbet/line.json"]
    assert "is a delta" in str(notice["reason"])
    assert rows_of(release, "other_prices")


def test_no_second_feed_is_named_where_none_is_switched_on(published: Checkout) -> None:
    assert "Second feeds" not in page(published.release(), "status")
    assert rows_of(published.release(), "other_prices") == []
