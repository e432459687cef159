"""Every setting is documented, typed and refused by name where it cannot be used."""

from __future__ import annotations

import argparse
import configparser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import luigi
import pytest

from pipeline.domain.errors import SettingError
from pipeline.sources.catalogue import source_names
from pipeline.tasks.feed_settings import FeedSettings
from pipeline.tasks.settings import (
    SOURCES,
    add_setting_options,
    apply_setting_options,
    load_settings,
    pipeline,
)

CONFIGURATION = Path(__file__).resolve().parents[3] / "luigi.cfg"


def test_every_setting_stands_in_the_configuration_with_a_comment() -> None:
    lines = CONFIGURATION.read_text(encoding="utf-8").splitlines()
    for name, _ in pipeline.get_params():
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{name} ="))
        assert lines[place - 1].startswith("#"), name


def test_the_configuration_names_no_unknown_setting() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(CONFIGURATION, encoding="utf-8")
    assert set(parser["pipeline"]) == {name for name, _ in pipeline.get_params()}


def test_the_sources_are_those_of_the_catalogue() -> None:
    assert set(SOURCES) == set(source_names())


@pytest.mark.parametrize(
    ("name", "value"),
    [("value_threshold", "0"), ("base_url", "ftp://feed"), ("horizon_days", "0"), ("keep_releases", "0")],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    config = luigi.configuration.get_config()
    before = config.get("pipeline", name)
    config.set("pipeline", name, value)
    try:
        with pytest.raises(SettingError, match=name):
            load_settings()
    finally:
        config.set("pipeline", name, before)


@contextmanager
def set_to(**values: str) -> Iterator[None]:
    config = luigi.configuration.get_config()
    before = {name: config.get("pipeline", name) for name in values}
    try:
        for name, value in values.items():
            config.set("pipeline", name, value)
        yield
    finally:
        for name, value in before.items():
            config.set("pipeline", name, value)


def test_a_folder_source_without_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    for folder in ("", str(tmp_path / "nowhere"), str(tmp_path)):
        with set_to(source="csv_folder", folder=folder), pytest.raises(SettingError, match="folder"):
            load_settings()


def test_an_edited_folder_is_another_run_and_each_folder_has_data_of_its_own(tmp_path: Path) -> None:
    seen = {}
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "divisions.csv").write_text("code\n")
        with set_to(source="csv_folder", folder=str(tmp_path / name)):
            seen[name] = load_settings()
            (tmp_path / name / "divisions.csv").write_text("code,name\n")
            assert load_settings().fingerprint() != seen[name].fingerprint()
            assert not load_settings().is_simulated
    roots = [seen[name].data(is_replay=False).folder.name for name in seen]
    assert roots == ["csv_folder-north", "csv_folder-south"]


def test_an_option_of_the_command_line_wins_over_the_configuration() -> None:
    parser = argparse.ArgumentParser()
    add_setting_options(parser)
    before = luigi.configuration.get_config().get("pipeline", "source")
    apply_setting_options(parser.parse_args(["--pipeline-source", "football_data"]))
    try:
        assert load_settings().source == "football_data"
        assert not load_settings().is_simulated
    finally:
        luigi.configuration.get_config().set("pipeline", "source", before)


def test_where_data_lie_does_not_change_what_a_run_is() -> None:
    settings = load_settings()
    moved = type(settings)(**{**vars(settings), "data_root": Path("elsewhere"), "site_root": Path("there")})
    assert moved.fingerprint() == settings.fingerprint()
    other = type(settings)(**{**vars(settings), "value_threshold": 0.07})
    assert other.fingerprint() != settings.fingerprint()


def test_a_source_takes_its_own_tuning_profile_unless_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "divisions.csv").write_text("code\n")
    taken = {}
    for source in SOURCES:
        with set_to(source=source, folder=str(tmp_path)):
            taken[source] = load_settings().tuning_profile
    assert taken == {
        "embedded": "demo",
        "tiny": "smoke",
        "football_data": "production",
        "csv_folder": "production",
    }
    with set_to(source="football_data", tuning_profile="smoke"):
        assert load_settings().tuning_profile == "smoke"


def test_the_databases_are_files_of_the_data_root_unless_an_address_says_otherwise() -> None:
    settings = load_settings()
    data = settings.data(is_replay=True)
    assert settings.registry_address(data) == data.registry_db
    assert settings.study_storage(data) == data.study_journal
    with set_to(registry_url="postgresql://u:p@h/t_{source}", study_url="postgres://h/studies"):
        settings = load_settings()
    assert settings.registry_address(data) == "postgresql+psycopg://u:p@h/t_embedded-replay"
    assert settings.study_storage(data) == "postgresql+psycopg://h/studies"


def test_an_address_changes_no_run_and_is_shown_nowhere() -> None:
    plain = load_settings()
    with set_to(registry_url="postgresql://u:hush@h/t", study_url="postgresql://u:hush@h/t"):
        settings, section = load_settings(), pipeline()
    assert settings.fingerprint() == plain.fingerprint()
    assert "hush" not in f"{settings!r} {section!r} {section.task_id}"


@pytest.mark.parametrize("name", ["registry_url", "study_url"])
def test_an_address_that_cannot_be_used_is_refused_without_its_password(name: str) -> None:
    with set_to(**{name: "mysql://u:hush@h/t"}), pytest.raises(SettingError, match=name) as refused:
        load_settings()
    assert "hush" not in str(refused.value)


def test_prices_are_published_unless_the_settings_or_the_feed_say_otherwise() -> None:
    assert load_settings().publishes_prices_of("football_data")
    with set_to(unpublished_price_feeds='["fonbet"]'):
        assert load_settings().publishes_prices_of("football_data")
        assert not load_settings().publishes_prices_of("fonbet")
    with set_to(publish_prices="false"):
        assert not load_settings().publishes_prices_of("football_data")


def test_a_feed_that_does_not_exist_cannot_keep_its_prices() -> None:
    with set_to(unpublished_price_feeds='["fonbett"]'), pytest.raises(SettingError, match="fonbett"):
        load_settings()


def test_a_second_feed_that_is_not_known_or_has_no_address_is_refused_by_name(tmp_path: Path) -> None:
    wrong = [
        ("odds_feeds", {"odds_feeds": '["betfair"]'}),
        ("fonbet_url", {"odds_feeds": '["fonbet"]'}),
        ("fonbet_url", {"odds_feeds": '["fonbet"]', "fonbet_url": "ftp://x"}),
        ("fonbet_names", {**_FONBET, "fonbet_names": str(tmp_path)}),
        ("fonbet_request", {**_FONBET, "fonbet_request": "events/{nothing}"}),
        ("fixtures_csv", {"fixtures_csv": str(tmp_path / "none.csv")}),
    ]
    for name, values in wrong:
        with set_to(**values), pytest.raises(SettingError, match=name):
            load_settings()


_FONBET = {"odds_feeds": '["fonbet"]', "fonbet_url": "https://www.example.com/"}


def test_no_second_feed_is_on_by_default_and_its_other_settings_then_do_not_count() -> None:
    assert load_settings().feeds == FeedSettings()
    with set_to(fonbet_language="ru", fonbet_url="nothing"):
        assert load_settings().feeds == FeedSettings()


def test_the_request_for_the_line_is_made_of_the_settings() -> None:
    with set_to(**_FONBET, fonbet_language="ru", fonbet_scope_market="1800"):
        query = "lang=ru&version=0&scopeMarket=1800"
        assert load_settings().feeds.fonbet_request == ("events/list", query)


def test_an_edited_list_of_fixtures_is_another_run(tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("date\n")
    with set_to(fixtures_csv=str(file)):
        before = load_settings().fingerprint()
        file.write_text("date,time\n")
        assert load_settings().fingerprint() != before
