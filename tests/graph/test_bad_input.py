"""A feed in trouble: every fault is named, the last good files serve, hostile names stay text everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.graph.checkout import Checkout
from tests.graph.feed import FAULTS, Feed, serving

Troubled = tuple[Checkout, dict[str, str]]
EVENING = "2026-04-24T19:04"
NEXT_DAY = "2026-04-25T08:00"
SCRIPT, FORMULA, PATH, LONG = "<script>alert(1)</script>", "=cmd()", "../../x", "Z" * 300


def checkout_at(folder: Path, address: str) -> Checkout:
    divisions = '["SC1", "N1"]'
    return Checkout(
        folder, "football_data", ["--pipeline-base-url", address, "--pipeline-divisions", divisions]
    )


def rows_of(release: Path, table: str) -> list[dict[str, object]]:
    document = json.loads((release / "data" / f"{table}.json").read_text(encoding="utf-8"))
    return [dict(zip(document["columns"], row, strict=True)) for row in document["rows"]]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A release of the feed in which four clubs have names meant to harm."""
    clubs = Feed(EVENING).clubs()
    feed = Feed(EVENING, dict(zip(clubs, [SCRIPT, FORMULA, PATH, LONG], strict=False)))
    with serving(feed) as address:
        checkout = checkout_at(tmp_path_factory.mktemp("hostile"), address)
        done = checkout.run("Publish")
        assert done.returncode == 0, done.stderr[-4000:]
    return checkout


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    """A good evening, then a morning on which every file of the feed has another fault."""
    feed = Feed(EVENING)
    with serving(feed) as address:
        checkout = checkout_at(tmp_path_factory.mktemp("troubled"), address)
        done = checkout.run("Publish")
        assert done.returncode == 0, done.stderr[-4000:]
        files = [path for path in re.findall(r'"path": "(mmz4281/[^"]+)"', _intake(checkout)) if path]
        feed.faults = dict(zip(["fixtures.csv", *files], FAULTS, strict=False))
        done = checkout.run("Publish", as_of=NEXT_DAY)
        assert done.returncode == 0, done.stderr[-4000:]
        yield checkout, feed.faults


def _intake(checkout: Checkout) -> str:
    return next(checkout.data.glob("runs/*/intake.json")).read_text(encoding="utf-8")


def test_hostile_names_are_published_as_text(hostile: Checkout) -> None:
    names = {row["club"] for row in rows_of(hostile.release(), "standings")}
    assert {SCRIPT, FORMULA, PATH, LONG} <= names


def test_no_page_holds_a_hostile_name_as_markup(hostile: Checkout) -> None:
    pages = list(hostile.release().rglob("*.html"))
    texts = [page.read_text(encoding="utf-8") for page in pages]
    assert not any("<script>alert" in text for text in texts)
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in text for text in texts)


def test_no_spreadsheet_runs_a_hostile_name(hostile: Checkout) -> None:
    for file in (hostile.release() / "data").glob("*.csv"):
        for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8"))):
            assert FORMULA not in row, file.name


def test_no_hostile_name_became_a_path(hostile: Checkout) -> None:
    for path in hostile.folder.rglob("*"):
        assert "script" not in path.name.replace("javascripts", "")
        assert "=cmd" not in path.name
        assert len(path.name) < 100


def test_no_hostile_name_reaches_the_sitemap_or_the_search_index(hostile: Checkout) -> None:
    for name in ("sitemap.xml", "search/search_index.json"):
        text = (hostile.release() / name).read_text(encoding="utf-8")
        assert not any(sign in text for sign in ("alert(1)", "cmd()", "../../x", "ZZZ")), name


def test_every_fault_is_named_with_its_file_and_reason(troubled: Troubled) -> None:
    checkout, faults = troubled
    reasons = {row["subject"]: row["reason"] for row in rows_of(checkout.release(), "notices")}
    assert faults.keys() <= reasons.keys()
    assert all(reasons[path] for path in faults)


def test_the_pages_say_how_old_the_files_in_use_are(troubled: Troubled) -> None:
    checkout, faults = troubled
    notices = [row for row in rows_of(checkout.release(), "notices") if row["subject"] in faults]
    assert all(row["last_good_at"] for row in notices)
    status = (checkout.release() / "status" / "index.html").read_text(encoding="utf-8")
    assert all(path in status for path in faults)


def test_the_last_good_files_serve(troubled: Troubled) -> None:
    checkout, _ = troubled
    assert "20260425t0800z" in checkout.release().name
    assert rows_of(checkout.release(), "divisions")[0]["season_matches_count"]
    assert rows_of(checkout.release(), "upcoming")


def test_a_bad_division_is_withheld_and_the_rest_publish(troubled: Troubled) -> None:
    """The tiny world's summer division, posing as a winter one, has matches outside its season."""
    checkout, _ = troubled
    states = {row["division"]: row for row in rows_of(checkout.release(), "divisions")}
    assert states["N1"]["state"] == "withheld"
    assert "rows set aside" in str(states["N1"]["reason"])
    assert states["SC1"]["state"] == "accepted"


def test_running_again_retries_what_was_in_trouble(troubled: Troubled) -> None:
    checkout, faults = troubled
    faults.clear()
    done = checkout.run("Publish", as_of=NEXT_DAY)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "file" not in {row["kind"] for row in rows_of(checkout.release(), "notices")}


def test_a_past_evening_that_no_live_run_kept_is_called_a_reconstruction(hostile: Checkout) -> None:
    run = json.loads(next(hostile.data.glob("runs/*/tables/run.json")).read_text(encoding="utf-8"))
    assert (run["is_replay"], run["is_reconstruction"]) == (True, True)
    page = (hostile.release() / "index.html").read_text(encoding="utf-8")
    assert "Reconstruction:" in page
