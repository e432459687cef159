"""The catalogue: who may see which column, and the version of the table."""

from __future__ import annotations

import pytest

from pipeline.features.catalogue import SETTINGS, feature_columns, features_listed, features_version


def test_each_setting_sees_all_that_the_one_before_it_sees() -> None:
    seen = [set(feature_columns(setting)) for setting in SETTINGS]
    assert seen[0] < seen[1] < seen[2]
    assert seen[2] == {feature.column for feature in features_listed()}


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(KeyError, match="clairvoyant"):
        feature_columns("clairvoyant")


def test_every_column_is_listed_once_and_described() -> None:
    listed = features_listed()
    assert len({feature.column for feature in listed}) == len(listed)
    assert all(feature.description for feature in listed)
    assert {feature.setting for feature in listed} == set(SETTINGS)
    assert {feature.group for feature in listed} == {
        "strength",
        "form",
        "rest",
        "stakes",
        "context",
        "past prices",
        "market",
        "books",
    }


def test_prices_of_the_match_are_anchored_and_known_from_the_early_price_on() -> None:
    for feature in features_listed():
        of_this_match = feature.group in {"market", "books"}
        assert (feature.setting == "anchored") == of_this_match
        assert feature.known_from == ("early_price" if of_this_match else "day_before")
        assert (feature.setting == "memory") == (feature.group == "past prices")


def test_the_version_is_short_and_stays() -> None:
    assert features_version() == features_version()
    assert len(features_version()) == 12
