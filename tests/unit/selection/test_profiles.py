"""The tuning budgets, and which a source takes."""

from __future__ import annotations

import pytest

from pipeline.domain.errors import SettingError
from pipeline.models.catalogue import FAMILIES
from pipeline.selection.profiles import profile_names, profile_of_source, trials_of
from pipeline.sources.catalogue import source_names


def test_production_gives_boosted_trees_at_least_forty_trials() -> None:
    assert trials_of("production", "lightgbm") >= 40


def test_no_family_has_a_smaller_budget_in_a_larger_profile() -> None:
    for family in FAMILIES:
        budgets = [trials_of(profile, family) for profile in profile_names()]
        assert budgets == sorted(budgets), family


def test_real_data_are_tuned_in_production_and_the_made_up_world_is_not() -> None:
    chosen = {source: profile_of_source(source) for source in source_names()}
    assert chosen == {
        "embedded": "demo",
        "tiny": "smoke",
        "football_data": "production",
        "csv_folder": "production",
    }


def test_an_unknown_source_has_no_profile() -> None:
    with pytest.raises(SettingError, match="source"):
        profile_of_source("elsewhere")
