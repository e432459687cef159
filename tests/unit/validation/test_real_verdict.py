"""The verdict on the real archive: which divisions are stale, and that hardly anything is set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.sources.catalogue import source_named
from pipeline.sources.football_data.leagues import extra_codes
from pipeline.sources.normalise import normalise
from pipeline.validation.verdict import Verdict, validate

pytestmark = [pytest.mark.real]
CUT_OFF_AT = datetime(2026, 4, 23, 12, tzinfo=UTC)
E1 = "mmz4281/2526/E1.csv"


@pytest.fixture(scope="module")
def verdict(mirror: Path) -> Verdict:
    source = source_named("football_data", seasons_from=2023)
    links = sorted(str(path.relative_to(mirror)) for path in mirror.glob("mmz4281/*/*.csv"))
    parsed = [
        (file, source.parse(file, (mirror / file.path).read_bytes()), CUT_OFF_AT)
        for file in source.files(links)
    ]
    divisions = divisions_of("football_data")
    archive = normalise(parsed, divisions, cut_off_at=CUT_OFF_AT)
    return validate(
        archive.matches,
        archive.fixtures,
        archive.quotes,
        archive.quarantine,
        divisions,
        cut_off_at=CUT_OFF_AT,
    )


def test_the_divisions_whose_season_is_missing_are_stale_and_no_other(verdict: Verdict) -> None:
    withheld = verdict.withheld()
    assert sorted(withheld) == ["D1", "E0", "F1", "I1", "SP1"]
    assert withheld["E0"] == "no result since 25 May 2025 (333 days)"


def test_hardly_anything_of_the_real_archive_is_set_aside(verdict: Verdict) -> None:
    assert len(verdict.matches) > 20_000
    rows = verdict.quarantine[verdict.quarantine["scope"].eq("row")]
    assert len(rows) < 10
    is_handicap = verdict.quarantine["column"].str.contains("handicap")
    is_corrected = verdict.quarantine["reason"].str.startswith("corrected to ")
    is_exchange = verdict.quarantine["column"].str.startswith("bfe_")
    assert len(verdict.quarantine[~is_handicap & ~is_corrected & ~is_exchange]) < 90


def test_the_prices_of_an_exchange_without_buyers_are_set_aside(verdict: Verdict) -> None:
    """mmz4281/2425/B1.csv Westerlo - Cercle Brugge: 1.16, 3.9, 1.39; the average is 2.89, 3.61, 2.27."""
    entries = verdict.quarantine[verdict.quarantine["reason"].str.startswith("stale exchange prices")]
    assert entries["column"].str.startswith("bfe_").all()
    assert 1_500 < len(entries) < 3_500
    assert "1.16/3.9/1.39" in set(entries["value"])


def test_the_handicaps_of_the_last_days_of_november_2025_are_set_aside_and_the_bookmakers_stay(
    verdict: Verdict,
) -> None:
    """One bookmaker's 22 moved the highest and the average price of some ninety matches."""
    entries = verdict.quarantine[verdict.quarantine["column"].eq("avg_early_handicap")]
    assert 80 < len(entries) < 120
    spoilt = verdict.matches[verdict.matches["source_row"].eq(205) & verdict.matches["source_file"].eq(E1)]
    quote = verdict.quotes.set_index("match_id").loc[spoilt["match_id"].iloc[0]]
    assert quote[["avg_early_handicap_away", "max_early_handicap_away"]].isna().all()
    assert quote[["b365_early_handicap_home", "b365_early_handicap_away"]].tolist() == [2.03, 1.83]
    assert quote["avg_early_handicap_line"] == 0.75


def test_known_mistakes_in_closing_prices_are_set_aside(verdict: Verdict) -> None:
    """mmz4281/2425/SP2.csv line 224 sums to 0.98: 1/1.47 + 1/4.44 + 1/13.68."""
    own = verdict.quarantine[verdict.quarantine["source_file"].eq("mmz4281/2425/SP2.csv")]
    assert (224, "avg_close", "1.47/4.44/13.68") in set(
        zip(own["source_row"], own["column"], own["value"], strict=True)
    )


def test_the_extra_leagues_are_accepted_as_a_whole(mirror: Path) -> None:
    source, divisions = source_named("football_data"), divisions_of("football_data")
    extra = {code: divisions[code] for code in sorted(extra_codes())}
    parsed = [
        (file, source.parse(file, (mirror / file.path).read_bytes()), CUT_OFF_AT)
        for file in source.files([f"new/{code}.csv" for code in extra if code != "BRA"])
    ]
    archive = normalise(parsed, extra, cut_off_at=CUT_OFF_AT)
    verdict = validate(
        archive.matches, archive.fixtures, archive.quotes, archive.quarantine, extra, cut_off_at=CUT_OFF_AT
    )
    states = {code: entry["state"] for code, entry in verdict.document["divisions"].items()}
    assert {code for code, state in states.items() if state != "accepted"} == {"BRA"}
    rows = verdict.quarantine[verdict.quarantine["scope"].eq("row")]
    assert rows["division"].tolist() == ["ARG", "SWZ", "SWZ"]
