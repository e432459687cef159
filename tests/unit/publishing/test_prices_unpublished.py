"""A feed whose prices are not published: no number of them stands in any byte of pages and downloads."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.archive.tables import read_table
from pipeline.publishing.exports import write_tables
from pipeline.publishing.prices import FEWEST, without_prices, without_prices_of
from pipeline.publishing.quality_tables import QUALITY_TABLES
from pipeline.publishing.render import render_pages
from pipeline.publishing.tables import TABLES
from tests.samples.published.published_samples import frame_of, run_document, write_published

SIDES = ("home", "draw", "away")
TELLING = [f"{prefix}_{side}" for prefix in ("price", "implied", "edge") for side in SIDES]
CORRECTION = "1 of 132 rows changed, 0 added, 0 removed: Ayford - Benham (avg early home 7.77, now 7.78)"


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Published tables in which every price and implied share is a number that stands nowhere else."""
    folder = write_published(tmp_path_factory.mktemp("priced"))
    tables = {name: read_table(folder / f"{name}.parquet") for name in (*TABLES, *QUALITY_TABLES)}
    random = np.random.default_rng(3)
    for name in ("upcoming", "recent"):
        for column in TELLING:
            drawn = random.uniform(3, 9, len(tables[name])).round(6) + 4e-7
            tables[name][column] = tables[name][column].where(tables[name][column].isna(), drawn.round(6))
    tables["recent"]["market_log_loss"] = tables["recent"]["implied_home"]
    tables["notices"] = pd.concat(
        [tables["notices"], frame_of("notices", [a_correction()])], ignore_index=True
    )
    match = {"match_id": "m1", "division": "E0", "season": 2025, "outcome": 0, "home": "Ayr", "away": "Bex"}
    kick_off = pd.Timestamp("2026-04-20T15:00", tz="UTC")
    shares = {"p_home": 0.412345, "p_draw": 0.301234, "p_away": 0.286421}
    rows = [{**match, **shares, "kick_off_at": kick_off, "family": name} for name in ("market", "poisson")]
    tables["backtest"] = frame_of("backtest", rows)
    return tables


def a_correction() -> dict[str, object]:
    received = pd.Timestamp("2026-11-20T15:00", tz="UTC")
    return {"kind": "correction", "subject": "a.csv", "reason": CORRECTION, "last_good_at": received}


@pytest.fixture(scope="module")
def published(priced: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages and downloads of a run that publishes no prices."""
    folder = tmp_path_factory.mktemp("published")
    write_tables(without_prices(priced, ["lightgbm"]), run_document(publishes_prices=False), folder / "data")
    render_pages(folder / "data", folder / "pages")
    return folder


def price_texts(priced: dict[str, pd.DataFrame]) -> set[str]:
    """Every price and every number it could be read back from, as downloads would write it."""
    numbers = [
        number
        for name in ("upcoming", "recent")
        for column in TELLING
        for number in priced[name][column].dropna()
    ]
    return {repr(round(float(number), 6)) for number in numbers}


def test_no_price_stands_in_any_published_byte(priced: dict[str, pd.DataFrame], published: Path) -> None:
    wanted = price_texts(priced)
    assert len(wanted) > 100
    for file in published.rglob("*"):
        if file.suffix in (".csv", ".json", ".html"):
            numbers = set(re.findall(r"\d+\.\d+", file.read_text(encoding="utf-8")))
            assert not numbers & wanted, file.name
            assert "7.77" not in numbers, file.name


def test_no_parquet_file_holds_a_price(priced: dict[str, pd.DataFrame], published: Path) -> None:
    prices = {float(text) for text in price_texts(priced)}
    for file in published.rglob("*.parquet"):
        numbers = read_table(file).select_dtypes("float").to_numpy().ravel()
        assert not prices & set(numbers[~np.isnan(numbers)].round(6)), file.name


def test_no_page_shows_a_price_as_it_is_written_there(
    priced: dict[str, pd.DataFrame], published: Path
) -> None:
    prices = {
        f"{price:.2f}" for name in ("upcoming", "recent") for price in priced[name]["price_home"].dropna()
    }
    page = (published / "pages" / "fragments" / "index.html").read_text(encoding="utf-8")
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", page)
    assert not prices & set(cells)
    assert 'class="o0' not in page
    assert 'class="e0' not in page


def test_the_value_mark_stays_without_a_number(published: Path) -> None:
    page = (published / "pages" / "fragments" / "index.html").read_text(encoding="utf-8")
    marks = re.findall(r'<b class="tl-value">([^<]+)</b>', page)
    assert marks
    assert set(marks) <= {"Value: home win", "Value: draw", "Value: away win"}


def test_the_pages_say_that_prices_are_not_published(published: Path) -> None:
    for name in ("index", "terms"):
        page = (published / "pages" / "fragments" / f"{name}.html").read_text(encoding="utf-8")
        assert re.search("prices[^.]* are not published|publishes no prices", page), name


def test_the_markets_own_forecasts_leave_the_backtest(published: Path) -> None:
    assert read_table(published / "data" / "backtest.parquet")["family"].tolist() == ["poisson"]


def test_means_over_few_matches_are_left_out(priced: dict[str, pd.DataFrame]) -> None:
    few = dict(priced)
    for name in ("scores", "returns"):
        few[name] = priced[name].assign(n=[1, *priced[name]["n"].tolist()[1:]])
    told = without_prices(few)
    assert all((told[name]["n"] >= FEWEST).all() for name in ("scores", "returns"))
    assert told["returns"]["mean_price"].isna().all()


def test_a_correction_keeps_its_counts(priced: dict[str, pd.DataFrame]) -> None:
    reasons = without_prices(priced)["notices"]["reason"].tolist()
    assert "1 of 132 rows changed, 0 added, 0 removed" in reasons


def test_failed_checks_of_prices_tell_no_value(priced: dict[str, pd.DataFrame]) -> None:
    told = without_prices(priced)["quality_examples"]
    assert told.loc[told["suite"] == "prices", "value"].isna().all()
    assert told.loc[told["suite"] == "matches", "value"].notna().all()


def test_forecasts_stay(priced: dict[str, pd.DataFrame]) -> None:
    told = without_prices(priced)
    names = [f"p_{side}" for side in SIDES] + ["value_side"]
    pd.testing.assert_frame_equal(told["upcoming"][names], priced["upcoming"][names])


def test_a_family_that_starts_from_the_market_tells_whole_percent(priced: dict[str, pd.DataFrame]) -> None:
    names = [f"p_{side}" for side in SIDES]
    told = without_prices(priced, ["lightgbm"])["upcoming"]
    is_anchored = told["forecast_family"].eq("lightgbm")
    shares = told.loc[is_anchored, names]
    assert shares.sum(axis=1).round(6).eq(1).all()
    assert (shares - shares.round(2)).abs().max().max() < 1e-9
    assert (shares - priced["upcoming"].loc[is_anchored, names]).abs().max().max() < 0.011
    others = told.loc[~is_anchored, names]
    pd.testing.assert_frame_equal(others, priced["upcoming"].loc[~is_anchored, names])


def test_empty_tables_stay_empty_and_keep_their_columns(priced: dict[str, pd.DataFrame]) -> None:
    empty = {name: table.iloc[:0] for name, table in priced.items()}
    for told in (without_prices(empty), without_prices_of(empty, ["fonbet"])):
        for name, table in told.items():
            assert table.empty
            pd.testing.assert_series_equal(table.dtypes, empty[name].dtypes)


@pytest.fixture
def second(priced: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables whose value marks name a second feed's price, with a record and a failed check of its prices."""
    upcoming = priced["upcoming"]
    is_marked = upcoming["value_price_source"].notna()
    assert is_marked.any()
    upcoming = upcoming.assign(
        value_price=upcoming["value_price"].mask(is_marked, 6.789012),
        value_price_source=upcoming["value_price_source"].mask(is_marked, "Fonbet"),
    )
    buckets = priced["value_buckets"]
    theirs = buckets.head(2).assign(price_source="fonbet", n=[FEWEST - 1, FEWEST], mean_price=5.432109)
    example = {
        "suite": "prices",
        "check": "c",
        "division": "E0",
        "subject": "m1 fonbet_early",
        "value": "6.789012",
    }
    examples = [priced["quality_examples"], frame_of("quality_examples", [example])]
    return priced | {
        "upcoming": upcoming,
        "value_buckets": pd.concat([buckets, theirs], ignore_index=True),
        "quality_examples": pd.concat(examples, ignore_index=True),
    }


def test_no_price_of_a_second_feed_that_is_not_published_stands_in_any_byte(
    second: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    told = without_prices_of(second, ["fonbet"])
    write_tables(told, run_document(), tmp_path / "data")
    render_pages(tmp_path / "data", tmp_path / "pages")
    texts = [
        file.read_text(encoding="utf-8")
        for file in tmp_path.rglob("*")
        if file.suffix in (".csv", ".json", ".html")
    ]
    assert not any(price in text for text in texts for price in ("6.789", "6.79", "5.432", "5.43"))
    marks = [mark for text in texts for mark in re.findall(r'<b class="tl-value">([^<]+)</b>', text)]
    assert any(re.fullmatch(r"Value: [a-z ]+, edge [^ ]+ points", mark) for mark in marks)


def test_prices_of_other_feeds_stay_where_one_feed_is_silent(second: dict[str, pd.DataFrame]) -> None:
    told = without_prices_of(second, ["fonbet"])
    pd.testing.assert_frame_equal(told["upcoming"][TELLING], second["upcoming"][TELLING])
    own = second["value_buckets"][second["value_buckets"]["price_source"] != "fonbet"]
    pd.testing.assert_frame_equal(told["value_buckets"].iloc[: len(own)], own)
    assert len(told["value_buckets"]) == len(own) + 1
    assert without_prices_of(second, [])["upcoming"] is second["upcoming"]


def test_forecasts_that_start_from_the_market_are_not_split(priced: dict[str, pd.DataFrame]) -> None:
    mixed = priced["contributions"].copy()
    mixed.loc[mixed["match_id"] == mixed["match_id"].iloc[0], "family"] = "poisson"
    assert set(mixed["family"]) == {"poisson", "lightgbm"}
    told = without_prices(priced | {"contributions": mixed}, ["lightgbm"])["contributions"]
    assert set(told["family"]) == {"poisson"}


def test_a_division_page_says_why_such_forecasts_are_not_split(published: Path) -> None:
    page = (published / "pages/fragments/divisions--e0.html").read_text(encoding="utf-8")
    assert "their parts would tell its prices" in page
    assert "tl-why" not in page
