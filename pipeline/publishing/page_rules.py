"""What a single built page must hold and must not hold, and which addresses it asks for.

Pure functions of one page's bytes. Whether its links lead somewhere is decided in `verify`, which knows all
pages. The rules are those of the site's Content-Security-Policy: what it would block is a problem here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import lxml.html  # type: ignore[import-untyped]

DISCLAIMER = "Demo only, not betting advice"
SIMULATED = "simulated league"
MOST_PAGE_BYTES = 1_000_000

_DATA_TYPES = frozenset(("application/json", "application/ld+json"))
_ADDRESS_ATTRIBUTES = ("href", "src", "srcset", "poster", "data", "action", "formaction", "xlink:href")
_NAVIGATION_TAGS = frozenset(("a", "area"))
_ICON_RELATIONS = ("icon", "shortcut", "apple-touch-icon", "mask-icon", "manifest")
_HINT_RELATIONS = ("preload", "modulepreload", "prefetch", "prerender", "preconnect", "dns-prefetch")
_LOADING_RELATIONS = frozenset(("stylesheet", *_ICON_RELATIONS, *_HINT_RELATIONS))
_NAVIGATION_SCHEMES = frozenset(("", "http", "https", "mailto"))
_UNSEEN_TAGS = frozenset(("script", "style", "template", "noscript"))


@dataclass(frozen=True, order=True)
class Problem:
    """One broken promise: the file, the rule in a few words, and what was found."""

    path: str
    rule: str
    found: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.rule}" + (f" ({self.found[:120]})" if self.found else "")


@dataclass(frozen=True)
class Address:
    """An address a page names; `is_load` where a browser asks for it unasked."""

    text: str
    is_load: bool


@dataclass
class Page:
    """What one parsed page says of itself."""

    path: str
    title: str = ""
    language: str = ""
    text: str = ""
    ids: set[str] = field(default_factory=set)
    addresses: list[Address] = field(default_factory=list)
    blocked: list[tuple[str, str]] = field(default_factory=list)


def read_page(path: str, body: bytes) -> Page:
    """Parse one page; raises ValueError where there is nothing to parse."""
    try:
        tree = lxml.html.document_fromstring(body, parser=lxml.html.HTMLParser(encoding="utf-8"))
    except lxml.etree.ParserError as error:
        raise ValueError(f"{path} is no HTML: {error}") from error
    page = Page(path, language=(tree.get("lang") or "").strip())
    for element in tree.iter(lxml.etree.Element):
        _read_element(page, element)
    page.text = " ".join("".join(_seen_text(tree.find("body"))).split())
    return page


def page_problems(page: Page, body: bytes, *, is_simulated: bool) -> Iterator[Problem]:
    """Yield the broken promises of one page, links apart."""
    if DISCLAIMER not in page.text:
        yield Problem(page.path, "lacks the disclaimer", DISCLAIMER)
    if is_simulated and SIMULATED not in page.text:
        yield Problem(page.path, "does not say that its data are simulated", SIMULATED)
    if not page.language:
        yield Problem(page.path, "has no html lang")
    if not page.title:
        yield Problem(page.path, "has no title")
    if len(body) > MOST_PAGE_BYTES:
        yield Problem(page.path, "is too large", f"{len(body)} bytes")
    for mark in (b"{{", b"{%"):
        if mark in body:
            yield Problem(page.path, "holds a template mark", mark.decode())
    yield from (Problem(page.path, rule, found) for rule, found in page.blocked)
    yield from (Problem(page.path, *fault) for each in page.addresses for fault in _address_faults(each))


def _read_element(page: Page, element: Any) -> None:
    tag = element.tag
    if tag == "title" and element.getparent().tag == "head":
        page.title = " ".join((element.text or "").split())
    if tag == "script" and not element.get("src") and element.get("type", "").lower() not in _DATA_TYPES:
        page.blocked.append(("has an inline script", (element.text or "")[:60].strip()))
    if tag == "style":
        page.blocked.append(("has an inline style sheet", (element.text or "")[:60].strip()))
    if tag == "base":
        page.blocked.append(("has a base element", element.get("href", "")))
    for name, value in element.attrib.items():
        if name in ("id", "name") and (name == "id" or tag == "a"):
            page.ids.add(value)
        elif name == "style":
            page.blocked.append(("has a style attribute", f"{tag}: {value}"))
        elif name.startswith("on"):
            page.blocked.append(("has an inline handler", f"{tag} {name}"))
        elif name in _ADDRESS_ATTRIBUTES:
            page.addresses.extend(_addresses(element, name, value))


def _addresses(element: Any, name: str, value: str) -> Iterator[Address]:
    relations = set(element.get("rel", "").lower().split())
    is_load = element.tag not in _NAVIGATION_TAGS
    if element.tag == "link":
        is_load = bool(relations & _LOADING_RELATIONS)
    parts = value.split(",") if name == "srcset" else [value]
    for text in filter(None, (part.strip() for part in parts)):
        yield Address(text.split()[0] if name == "srcset" else text, is_load)


def _address_faults(address: Address) -> Iterator[tuple[str, str]]:
    compact = re.sub(r"[\x00-\x20]", "", address.text)
    try:
        parts = urlsplit(compact)
    except ValueError:
        yield "has an address that cannot be read", address.text
        return
    if address.is_load and parts.scheme != "data" and (parts.scheme or parts.netloc):
        yield "loads from outside", address.text
    elif not address.is_load and parts.scheme.lower() not in _NAVIGATION_SCHEMES:
        yield "links to a scheme that is not allowed", address.text


def _seen_text(element: Any) -> Iterator[str]:
    """Yield the text a reader sees: no scripts, no templates, nothing marked hidden."""
    if element is None or not isinstance(element.tag, str):
        return
    if element.tag in _UNSEEN_TAGS or "hidden" in element.attrib:
        return
    yield element.text or ""
    for child in element:
        yield from _seen_text(child)
        yield child.tail or ""
