"""Addresses of databases: which are taken, and what of them may be shown."""

from __future__ import annotations

import pytest

from pipeline.domain.errors import SettingError
from pipeline.selection.address import checked_address, scrubbed, without_secret


def test_an_address_gets_the_driver_that_is_installed() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert checked_address("registry_url", f"{scheme}://h/d") == "postgresql+psycopg://h/d"
    assert checked_address("study_url", "sqlite:////a/b.db") == "sqlite:////a/b.db"


@pytest.mark.parametrize(
    "address", ["mysql://u:hush@h/d", "u:hush@h", "postgresql:/u:hush@h", "registry.db", "://x"]
)
def test_what_is_no_address_is_refused_by_the_setting_s_name_without_its_secret(address: str) -> None:
    with pytest.raises(SettingError, match="study_url") as refused:
        checked_address("study_url", address)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://anna:hush@db.example.org/touchline",
        "postgresql://anna:hu@hush/sh@db.example.org/touchline",
        "postgresql://db.example.org/touchline?password=hush&sslmode=require",
        "postgresql:/anna:hush@db.example.org",
    ],
)
def test_an_address_is_shown_without_secrets(address: str) -> None:
    assert "hush" not in without_secret(address)


def test_a_text_of_somebody_else_s_is_scrubbed_of_secrets_in_any_form() -> None:
    address = "postgresql://anna:a%20b%2Fc@db.example.org/touchline?sslpassword=hush"
    text = f"no route to {address}: tried 'a b/c', a%20b%2Fc and hush"
    assert scrubbed(text, address) == (
        "no route to postgresql://***@db.example.org/touchline: tried '***', *** and ***"
    )
