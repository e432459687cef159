"""The guide to second feeds: its samples are read, and it names every column and every setting."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.domain.divisions import divisions_of
from pipeline.sources.csv_folder.columns import columns
from pipeline.sources.fonbet.names import read_names
from pipeline.sources.own_fixtures import OwnFixtures
from pipeline.tasks.settings import pipeline

GUIDE = Path(__file__).resolve().parents[2] / "content/guides/second-feeds.md"
TEXT = GUIDE.read_text(encoding="utf-8")


def samples() -> dict[str, bytes]:
    found = re.findall(r"`([a-z-]+\.csv)`:\n\n```csv\n(.*?)```", TEXT, flags=re.DOTALL)
    return {name: text.encode() for name, text in found}


def test_the_sample_list_of_fixtures_is_read_whole() -> None:
    feed = OwnFixtures()
    parsed = feed.parse(feed.files()[0], samples()["more-fixtures.csv"], divisions_of("football_data"))
    assert parsed.quarantine.empty
    assert parsed.rows["home"].to_list() == ["Arsenal", "Celtic"]
    assert parsed.rows["own_early_home"].to_list()[0] == 1.55
    assert parsed.rows["kick_off_at"][0].isoformat() == "2026-04-25T14:00:00+00:00"


def test_the_guide_has_every_column_of_a_list_of_fixtures_and_no_other() -> None:
    told = re.findall(r"^\| `(\w+)` \| (required|optional) \|", TEXT, flags=re.MULTILINE)
    assert set(told) == {(row["column"], row["fixtures"]) for row in columns() if row["fixtures"]}


def test_the_guide_names_every_setting_of_second_feeds() -> None:
    names = {name for name, _ in pipeline.get_params() if name.startswith(("fonbet", "odds_feeds"))}
    assert names == set(re.findall(r"^\| `(odds_feeds|fonbet_\w+)` \|", TEXT, flags=re.MULTILINE))
    assert "`fixtures_csv`" in TEXT


def test_the_sample_tables_of_names_are_read() -> None:
    names = read_names({name: samples()[name] for name in ("leagues.csv", "clubs.csv")})
    assert names.division_of("Футбол. Финляндия. Вейккауслига") == "FIN"
    assert names.club_of("Finland", "ХИК Хельсинки") == "HJK"
