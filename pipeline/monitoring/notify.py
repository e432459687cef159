"""Send a notice to one receiver with apprise, whichever of its services the address names.

An address holds secrets: it is never logged, never raised in an error and never written to a file. The words
of apprise and of the libraries under it name addresses, so they are silenced while it works.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pipeline.domain.errors import SettingError

VARIABLE = "TOUCHLINE_NOTIFY"
_TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib", "markdown", "asyncio")


def check_addresses(addresses: Sequence[str]) -> None:
    """Raise SettingError naming the place of the first address that apprise cannot read, never showing it."""
    for place, address in enumerate(addresses, start=1):
        with _silence():
            is_good = _receiver(address) is not None
        if not is_good:
            where = f"address {place} of {len(addresses)}"
            raise SettingError(VARIABLE, "(not shown)", f"{where} is none that apprise knows")


def send(address: str, title: str, body: str) -> bool:
    """Send one notice; return whether the receiver took it. Raises nothing."""
    with _silence():
        try:
            receiver = _receiver(address)
            return receiver is not None and bool(receiver.notify(body=body, title=title, body_format="text"))
        except Exception:  # whatever a service's plugin may raise: a notice must never stop a run
            return False


def _receiver(address: str) -> Any:
    from apprise import Apprise, AppriseAsset

    receivers = Apprise(asset=AppriseAsset(app_id="Touchline", app_desc="Touchline", async_mode=False))
    try:
        return receivers if receivers.add(address) else None
    except Exception:  # plugins differ in what they raise for a malformed address
        return None


@contextmanager
def _silence() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # plugins import what Python deprecates
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
