"""The policy file: what it holds, and that a wrong key is named."""

from __future__ import annotations

from importlib.resources import files

import pytest

from pipeline.domain.errors import SettingError
from pipeline.selection.policy import declared_policy, declared_rules, policy_of
from pipeline.sources.catalogue import source_names

TEXT = files("pipeline.selection").joinpath("policy.toml").read_text(encoding="utf-8")


def test_the_gate_asks_for_fifteen_thousand_matches_and_production() -> None:
    gate = declared_policy().gate
    assert gate.least_matches_count == 15_000
    assert gate.profiles["football_data"] == gate.profiles["csv_folder"] == ("production",)


def test_no_source_but_the_smallest_accepts_smoke() -> None:
    profiles = declared_policy().gate.profiles
    assert {source for source, accepted in profiles.items() if "smoke" in accepted} == {"tiny"}


def test_every_source_of_the_catalogue_has_its_profiles() -> None:
    assert set(declared_policy().gate.profiles) == set(source_names())


def test_the_rows_for_the_reader_are_the_lines_of_the_file() -> None:
    rules = list(declared_rules())
    assert len(rules) == sum(" = " in line for line in TEXT.splitlines() if not line.startswith("#"))
    assert {"part": "search", "rule": "days_between", "value": "28"}.items() <= rules[2].items()
    assert all(each["meaning"] for each in rules)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("days_between = 28", "days_between = 0", "search.days_between"),
        ("days_between = 28", "days_between = 2.5", "search.days_between"),
        ("days_between = 28", "days_between = true", "search.days_between"),
        ("days_between = 28", "", "search.days_between"),
        ("level = 0.95", 'level = "high"', "gate.level"),
        ("level = 0.95", "level = 1.5", "gate.level"),
        ("margin = 0.0002", "margin = -1", "gate.margin"),
        ("margin = 0.0002", "margin = 0.0002\nmargins = 2", "gate.margins"),
        ("highest_log_loss = 1.08", "highest_log_loss = nan", "gate.guards.highest_log_loss"),
        ("highest_shift = 0.10", "highest_shift = 2", "refit.highest_shift"),
        ("[refit]", "[refits]", "refit"),
        ('csv_folder = ["production"]', 'csv_folder = "production"', "gate.profiles.csv_folder"),
        ('csv_folder = ["production"]', "csv_folder = []", "gate.profiles.csv_folder"),
    ],
)
def test_a_wrong_key_is_named(old: str, new: str, key: str) -> None:
    assert old in TEXT
    with pytest.raises(SettingError) as caught:
        policy_of(TEXT.replace(old, new))
    assert caught.value.setting == f"policy.toml {key}"


def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(SettingError, match=r"policy\.toml"):
        policy_of("level = ")
