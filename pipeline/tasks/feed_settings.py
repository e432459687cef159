"""What the settings say of second feeds, checked: which are on, where Fonbet is, the user's own tables.

`settings` reads the section of `luigi.cfg`; here its part about second feeds becomes one frozen value.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.domain.errors import SettingError

ODDS_FEEDS = ("fonbet",)
_NAME_TABLES = ("leagues.csv", "clubs.csv")


@dataclass(frozen=True)
class FeedSettings:
    """The second feeds of a run.

    name_tables: the user's own names of leagues and clubs, bytes by the name of the table. fixtures_mark:
    what stands for the bytes of `fixtures_csv`, so that an edited file is another run.
    """

    odds_feeds: tuple[str, ...] = ()
    fonbet_url: str = ""
    fonbet_hosts: tuple[str, ...] = ()
    fonbet_request: tuple[str, str] = ("", "")
    name_tables: dict[str, bytes] = field(default_factory=dict)
    fixtures_csv: str = ""
    fixtures_mark: str = ""


def read_feed_settings(section: Any) -> FeedSettings:
    """Return the settings of the second feeds. Raises SettingError for a value that can not be used."""
    unknown = sorted(set(section.odds_feeds) - set(ODDS_FEEDS))
    if unknown:
        reason = f"the feeds of odds are {', '.join(ODDS_FEEDS)}"
        raise SettingError("odds_feeds", ",".join(map(str, unknown)), reason)
    own = _own_list(section.fixtures_csv)
    if "fonbet" not in section.odds_feeds:
        return FeedSettings(**own)
    if not section.fonbet_url.startswith(("http://", "https://")):
        reason = "the feed fonbet needs the address of its site, with http:// or https://"
        raise SettingError("fonbet_url", section.fonbet_url, reason)
    return FeedSettings(
        odds_feeds=tuple(dict.fromkeys(section.odds_feeds)),
        fonbet_url=section.fonbet_url,
        fonbet_hosts=tuple(section.fonbet_hosts),
        fonbet_request=_request(section),
        name_tables=_name_tables(section.fonbet_names),
        **own,
    )


def _request(section: Any) -> tuple[str, str]:
    from pipeline.sources.fonbet.hosts import line_request

    language, scope_market = section.fonbet_language, section.fonbet_scope_market
    try:
        return line_request(section.fonbet_request, language=language, scope_market=scope_market)
    except ValueError as error:
        reason = "a path with the places {language} and {scope_market}"
        raise SettingError("fonbet_request", section.fonbet_request, reason) from error


def _name_tables(folder: str) -> dict[str, bytes]:
    if not folder:
        return {}
    paths = [path for name in _NAME_TABLES if (path := Path(folder) / name).is_file()]
    if not paths:
        raise SettingError("fonbet_names", folder, f"a folder with {' or '.join(_NAME_TABLES)}")
    return {path.name: path.read_bytes() for path in paths}


def _own_list(file: str) -> dict[str, Any]:
    if not file:
        return {}
    path = Path(file)
    if path.suffix.lower() != ".csv" or not path.is_file():
        raise SettingError("fixtures_csv", file, "a CSV file that is there")
    return {"fixtures_csv": file, "fixtures_mark": hashlib.sha256(path.read_bytes()).hexdigest()[:16]}
