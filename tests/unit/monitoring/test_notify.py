"""Sending with apprise to a real receiver on loopback; its address is never shown."""

from __future__ import annotations

import logging

import pytest

from pipeline.domain.errors import SettingError
from pipeline.monitoring.notify import check_addresses, send
from tests.receiver import receiving


def test_a_notice_arrives_with_title_and_text() -> None:
    with receiving() as receiver:
        assert send(receiver.address, "Touchline: 1 new", "E0 is withheld")
    assert [(each["title"], each["message"]) for each in receiver.notices] == [
        ("Touchline: 1 new", "E0 is withheld")
    ]


@pytest.mark.parametrize("status", [500, 404])
def test_a_receiver_that_refuses_is_told_of_and_its_address_is_not_logged(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with receiving() as receiver:
        receiver.status = status
        assert not send(receiver.address, "title", "body")
    assert "s3cret" not in caplog.text
    assert "127.0.0.1" not in caplog.text


def test_a_receiver_that_is_gone_is_told_of_and_its_address_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with receiving() as receiver:
        address = receiver.address
    assert not send(address, "title", "body")
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    "address", ["nonsense-s3cret", "nosuchservice://s3cret", "json://", "slack://s3cret"]
)
def test_a_malformed_address_is_named_by_its_place_and_not_shown(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(SettingError, match=r"TOUCHLINE_NOTIFY.*address 2 of 2") as caught:
        check_addresses(["json://127.0.0.1/", address])
    assert "s3cret" not in str(caught.value) + caplog.text


def test_good_addresses_pass() -> None:
    check_addresses(["json://127.0.0.1:8123/", "mailto://me:word@example.org"])
