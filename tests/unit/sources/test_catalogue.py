"""The feeds by name and which links of theirs are followed."""

from __future__ import annotations

import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import SettingError
from pipeline.sources.catalogue import source_named, source_names

LINKS = [
    "fixtures.csv",
    "mmz4281/2526/SC0.csv",
    "mmz4281/2526/E1.csv",
    "mmz4281/2425/E1.csv",
    "mmz4281/1415/E1.csv",
    "mmz4281/2526/E1.csv",
    "mmz4281/2528/E1.csv",
    "mmz4281/2526/ZZ.csv",
    "mmz4281/2526/../../E1.csv",
    "mmz4281/2526/E1.csv.exe",
    "new/ARG.csv",
    "new/E1.csv",
    "new/Latest_Results.csv",
    "new_league_fixtures.csv",
    "notes.txt",
]


OWN_TABLE = b"""code,name,country,tier,time_zone,calendar,under_way_by
KAL,Kaleva Premier,Kaleva,1,Europe/Helsinki,winter,09-01
"""


@pytest.mark.parametrize("name", source_names())
def test_every_source_has_divisions_pages_and_a_title(name: str) -> None:
    source = source_named(name, division_table=OWN_TABLE)
    assert source.name == name
    assert source.title
    assert source.first_pages
    assert source.divisions


def test_the_divisions_of_a_feed_come_from_our_table_and_those_of_a_folder_from_its_own() -> None:
    assert source_named("football_data", division_table=OWN_TABLE).divisions == divisions_of("football_data")
    assert list(source_named("csv_folder", division_table=OWN_TABLE).divisions) == ["KAL"]


def test_only_the_real_feed_and_a_folder_are_not_simulated() -> None:
    sources = [source_named(name, division_table=OWN_TABLE) for name in source_names()]
    assert [each.name for each in sources if not each.is_simulated] == ["football_data", "csv_folder"]


def test_an_unknown_source_is_a_setting_error_that_names_the_known() -> None:
    with pytest.raises(SettingError, match="football_data, embedded, tiny"):
        source_named("footbal_data")


def test_an_unknown_division_is_a_setting_error() -> None:
    with pytest.raises(SettingError, match="divisions"):
        source_named("football_data", divisions=["E1", "E9"])


def test_files_are_the_wanted_ones_once_by_season_and_division() -> None:
    files = source_named("football_data").files(LINKS)
    assert [file.path for file in files] == [
        "mmz4281/2425/E1.csv",
        "mmz4281/2526/E1.csv",
        "mmz4281/2526/SC0.csv",
        "new/ARG.csv",
        "fixtures.csv",
        "new_league_fixtures.csv",
    ]
    assert [(file.kind, file.division, file.season) for file in files[1:]] == [
        ("results", "E1", 2025),
        ("results", "SC0", 2025),
        ("results", "ARG", None),
        ("fixtures", "", None),
        ("fixtures", "", None),
    ]


def test_files_do_not_depend_on_the_order_of_the_links() -> None:
    source = source_named("football_data")
    assert source.files(LINKS) == source.files(LINKS[::-1])


def test_wanted_divisions_and_seasons_narrow_the_files() -> None:
    source = source_named("football_data", divisions=["E1"], seasons_from=2014)
    assert [file.season for file in source.files(LINKS)] == [2014, 2024, 2025, None]


def test_the_fixtures_of_extra_leagues_are_read_only_where_one_is_wanted() -> None:
    wanted = [
        [file.path for file in source_named("football_data", divisions=codes).files(LINKS)][-2:]
        for codes in (["E1"], ["ARG"], ["E1", "AUT"])
    ]
    assert wanted == [
        ["mmz4281/2526/E1.csv", "fixtures.csv"],
        ["fixtures.csv", "new_league_fixtures.csv"],
        ["fixtures.csv", "new_league_fixtures.csv"],
    ]


def test_pages_are_those_of_the_wanted_countries() -> None:
    links = [
        "englandm.php",
        "scotlandm.php",
        "argentina.php",
        "downloadm.php",
        "matches.php",
        "https://x.y/englandm.php",
    ]
    assert source_named("football_data").pages(links) == ("englandm.php", "scotlandm.php", "argentina.php")
    assert source_named("football_data", divisions=["SC0", "SC1"]).pages(links) == ("scotlandm.php",)


def test_a_simulated_world_has_one_page() -> None:
    assert source_named("tiny").first_pages == ("index.php",)
    assert source_named("tiny").pages(["index.php", "mmz4281/2526/AR1.csv"]) == ()
