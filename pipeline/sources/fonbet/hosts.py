"""Which host to ask for the line, and for what: the names in `urls.json`, held against the settings.

Hosts rotate, so none stands in code. A list from the network must not lead the fetcher anywhere else: an
address of numbers, a port or a login is followed only where the site itself has it.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from pipeline.domain.errors import ParseError

SOURCE = "fonbet"
_MOST_HOSTS = 20


def line_addresses(body: bytes, site_url: str, patterns: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the addresses of the hosts that serve the line, in the order of `urls.json`.

    body: the bytes of `urls.json`, whose `line` lists hosts without a scheme, as `//line01.example.com`; the
    site's own scheme serves. patterns: which host names may be asked, as in `*.example.com`; where there are
    none any public name may. Raises ParseError where no host is left.

    >>> line_addresses(b'{"line": ["//line01.example.com", "//10.0.0.1"]}', "https://www.example.com/")
    ('https://line01.example.com/',)
    """
    try:
        listed = json.loads(body)["line"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ParseError(SOURCE, "urls.json", "is no list of hosts") from error
    texts = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    found = [address for text in texts[:_MOST_HOSTS] if (address := _address(text, site_url, patterns))]
    if not found:
        raise ParseError(SOURCE, "urls.json", f"names no host that may be asked among {len(texts)}")
    return tuple(dict.fromkeys(found))


def line_request(template: str, *, language: str, scope_market: int) -> tuple[str, str]:
    """Return path and query of the request for the whole line.

    template: a path below a line host with the places `{language}` and `{scope_market}`. Raises ValueError
    for a template with another place.

    >>> line_request("line/currentLine/{language}", language="ru", scope_market=1600)
    ('line/currentLine/ru', '')
    >>> line_request("events/list?scopeMarket={scope_market}", language="en", scope_market=1800)
    ('events/list', 'scopeMarket=1800')
    """
    try:
        path, _, query = template.format(language=language, scope_market=scope_market).partition("?")
    except (KeyError, IndexError) as error:
        raise ValueError(f"{template!r} has a place without a value: {error}") from error
    return path.strip("/"), query


def _address(text: str, site_url: str, patterns: Sequence[str]) -> str:
    site = urlsplit(site_url)
    try:
        parts = urlsplit(text if "//" in text else f"//{text}", scheme=site.scheme)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    is_plain = port is None and "@" not in parts.netloc and _is_allowed(host, patterns)
    if parts.scheme not in ("http", "https") or not (is_plain or parts.hostname == site.hostname):
        return ""
    netloc = parts.netloc.rpartition("@")[2]
    path = parts.path.strip("/")
    return f"{parts.scheme}://{netloc}/{path + '/' if path else ''}"


def _is_allowed(host: str, patterns: Sequence[str]) -> bool:
    if patterns:
        return any(fnmatchcase(host, pattern.lower()) for pattern in patterns)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".internal"))
    return False
