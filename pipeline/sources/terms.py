"""What each feed asks of those who use it: attribution, terms, the polite rate; from `feeds.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipeline.domain.errors import SettingError


@dataclass(frozen=True)
class FeedTerms:
    """One feed in public words. seconds_between_requests: None where nothing is fetched from a server."""

    feed: str
    title: str
    address: str
    provides: str
    attribution: str
    terms: str
    robots: str
    prices: str
    seconds_between_requests: float | None = None


@cache
def all_terms() -> dict[str, FeedTerms]:
    """Return the terms of every feed by its name, in the order of the file."""
    text = files("pipeline.sources").joinpath("feeds.toml").read_text(encoding="utf-8")
    return {name: FeedTerms(feed=name, **entry) for name, entry in tomllib.loads(text).items()}


def terms_of(feed: str) -> FeedTerms:
    """Return the terms of one feed. Raises SettingError for a feed that is not in the file."""
    if feed not in all_terms():
        raise SettingError("feed", feed, f"the feeds are {', '.join(all_terms())}")
    return all_terms()[feed]
