"""Addresses of databases as a setting gives them: read, checked, and shown without what they keep secret.

An address is SQLAlchemy's: `postgresql://user:password@host/name` or `sqlite:////folder/file.db`. Nothing
here opens a database.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from pipeline.domain.errors import SettingError

SOURCE_PLACE = "{source}"
"""In a setting: replaced by the name of the data root, so that sources never share a database by mistake."""
_HIDDEN = "***"
_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}


def is_address(text: str) -> bool:
    """Tell an address from the path of a file."""
    return "://" in text


def checked_address(setting: str, address: str) -> str:
    """Return an address with the driver that is installed.

    Raises SettingError, which shows no secret, for what is no address of SQLite or PostgreSQL.

    >>> checked_address("registry_url", "postgresql://db.example.org/touchline")
    'postgresql+psycopg://db.example.org/touchline'
    """
    scheme, mark, rest = address.partition("://")
    if not mark or not rest or scheme not in _DRIVERS:
        reason = "an address such as postgresql://user@host/name or sqlite:////folder/file.db"
        raise SettingError(setting, without_secret(address), reason)
    return f"{_DRIVERS[scheme]}://{rest}"


def without_secret(address: str) -> str:
    """Return an address for messages: without user, password and options.

    >>> without_secret("postgresql://anna:pa@ss@db.example.org:5432/touchline?sslmode=require")
    'postgresql://***@db.example.org:5432/touchline'
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        return _HIDDEN if "@" in address or "=" in address else address
    user, at, place = rest.rpartition("@")
    plain = place.partition("?")[0]
    return f"{scheme}://{_HIDDEN if user else ''}{at}{plain}"


def scrubbed(text: str, address: str) -> str:
    """Return a text of somebody else's, an error's say, without the secrets of an address."""
    shown = text.replace(address, without_secret(address))
    for secret in _secrets(address):
        shown = shown.replace(secret, _HIDDEN)
    return shown


def _secrets(address: str) -> set[str]:
    user, _, place = address.partition("://")[2].rpartition("@")
    found = {user.partition(":")[2], *re.findall(r"[?&]\w*(?:pass|key|secret)\w*=([^&]*)", place)}
    return {form for secret in found if secret for form in (secret, unquote(secret))}
