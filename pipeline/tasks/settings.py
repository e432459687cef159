"""The settings of the section `[pipeline]` of `luigi.cfg`, read here and nowhere else.

Tasks take the frozen `Settings`; a value that cannot be used raises SettingError naming it. `luigi.cfg`
says what each setting means.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import luigi

from pipeline.archive.folder_fetch import division_table_of, folder_mark_of
from pipeline.archive.paths import DataRoot, SiteRoot
from pipeline.domain.errors import SettingError
from pipeline.domain.identity import slug_of
from pipeline.domain.value import PRICE_SOURCES
from pipeline.monitoring.notify import VARIABLE
from pipeline.selection.address import SOURCE_PLACE, checked_address
from pipeline.selection.profiles import profile_names, profile_of_source
from pipeline.tasks.feed_settings import FeedSettings, read_feed_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

SIMULATED_SOURCES = ("embedded", "tiny")
FOLDER_SOURCE = "csv_folder"
SOURCES = (*SIMULATED_SOURCES, "football_data", FOLDER_SOURCE)

# Libraries that would phone home, print banners or start a thread for every core unless told otherwise.
_QUIET = {
    "GX_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "NO_MKDOCS_2_WARNING": "1",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",
}


# Luigi shows it nowhere, since it may hold a password.
_SECRET = {"significant": False, "visibility": luigi.parameter.ParameterVisibility.PRIVATE}

# Settings that change nothing a run computes.
_ASIDE = frozenset(
    {
        *("data_root", "site_root", "keep_releases", "notify_replays", "timestamp_url"),
        *("registry_url", "study_url"),
    }
)


class pipeline(luigi.Config):  # noqa: N801  the class name is the section's name
    """The section `[pipeline]`."""

    source = luigi.ChoiceParameter(choices=SOURCES, default="embedded")
    base_url = luigi.Parameter(default="https://www.football-data.co.uk/")
    data_root = luigi.Parameter(default="data")
    site_root = luigi.Parameter(default="site")
    site_url = luigi.Parameter(default="http://localhost:8080/")
    divisions = luigi.ListParameter(default=())
    seasons_from = luigi.IntParameter(default=2015)
    horizon_days = luigi.IntParameter(default=14)
    value_threshold = luigi.FloatParameter(default=0.05)
    value_price_source = luigi.ChoiceParameter(choices=PRICE_SOURCES, default="avg")
    test_seasons = luigi.IntParameter(default=3)
    tuning_profile = luigi.ChoiceParameter(choices=("", *profile_names()), default="")
    registry_url = luigi.Parameter(default="", **_SECRET)
    study_url = luigi.Parameter(default="", **_SECRET)
    keep_releases = luigi.IntParameter(default=5)
    user_agent = luigi.Parameter(default="Touchline/0.1 (football forecasts, static site)")
    fetch_deadline_seconds = luigi.FloatParameter(default=1200.0)
    folder = luigi.Parameter(default="")
    publish_prices = luigi.BoolParameter(default=True, parsing=luigi.BoolParameter.EXPLICIT_PARSING)
    unpublished_price_feeds = luigi.ListParameter(default=())
    odds_feeds = luigi.ListParameter(default=())
    fonbet_url = luigi.Parameter(default="")
    fonbet_hosts = luigi.ListParameter(default=())
    fonbet_request = luigi.Parameter(
        default="events/list?lang={language}&version=0&scopeMarket={scope_market}"
    )
    fonbet_language = luigi.Parameter(default="en")
    fonbet_scope_market = luigi.IntParameter(default=1600)
    fonbet_names = luigi.Parameter(default="")
    fixtures_csv = luigi.Parameter(default="")
    notify_replays = luigi.BoolParameter(default=False, parsing=luigi.BoolParameter.EXPLICIT_PARSING)
    timestamp_url = luigi.Parameter(default="")


@dataclass(frozen=True)
class Settings:
    """The settings of a run. See `luigi.cfg` for the meaning of each.

    division_table, folder_mark: the bytes of the folder's `divisions.csv`, and what stands for its files as
    they are now, so that a folder that was edited is another run; empty for every source but `csv_folder`.
    tuning_profile: the one in force, never empty.
    """

    source: str
    base_url: str
    data_root: Path
    site_root: Path
    site_url: str
    divisions: tuple[str, ...]
    seasons_from: int
    horizon_days: int
    value_threshold: float
    value_price_source: str
    test_seasons: int
    tuning_profile: str
    registry_url: str = field(repr=False)
    study_url: str = field(repr=False)
    keep_releases: int
    user_agent: str
    fetch_deadline_seconds: float
    folder: str
    publish_prices: bool
    unpublished_price_feeds: tuple[str, ...]
    division_table: bytes
    folder_mark: str
    feeds: FeedSettings = field(default_factory=FeedSettings)
    notify_replays: bool = False
    timestamp_url: str = ""

    @property
    def is_simulated(self) -> bool:
        """Tell whether the source's world is made up."""
        return self.source in SIMULATED_SOURCES

    def publishes_prices_of(self, feed: str) -> bool:
        """Tell whether prices of a feed may stand on pages and in downloads."""
        return self.publish_prices and feed not in self.unpublished_price_feeds

    def data(self, *, is_replay: bool) -> DataRoot:
        """Return the data root of the source; replays have one of their own, so that they never touch a live
        registry. Each folder of CSV files has its own as well, named like the folder."""
        name = self.source
        if name == FOLDER_SOURCE:
            name = f"{name}-{slug_of(Path(self.folder).resolve().name or 'root')}"
        return DataRoot(self.data_root, f"{name}-replay" if is_replay else name)

    def site(self) -> SiteRoot:
        """Return the site the releases go to."""
        return SiteRoot(self.site_root)

    def registry_address(self, data: DataRoot) -> str | Path:
        """Return where a data root's registry is: the database of `registry_url`, else its own file."""
        return self.registry_url.replace(SOURCE_PLACE, data.source) or data.registry_db

    def study_storage(self, data: DataRoot) -> str | Path:
        """Return where a data root's tuning studies are: the database of `study_url`, else its journal."""
        return self.study_url.replace(SOURCE_PLACE, data.source) or data.study_journal

    def fingerprint(self) -> str:
        """Return the settings that change what a run computes, as text; where data lie is not among them."""
        chosen: Mapping[str, object] = {
            name: value for name, value in sorted(vars(self).items()) if name not in _ASIDE
        }
        return repr(chosen)


def load_settings() -> Settings:
    """Read the settings. Raises SettingError for a value that cannot be used."""
    section = pipeline()
    settings = Settings(
        source=section.source,
        base_url=section.base_url,
        data_root=Path(section.data_root),
        site_root=Path(section.site_root),
        site_url=section.site_url if section.site_url.endswith("/") else f"{section.site_url}/",
        divisions=tuple(section.divisions),
        seasons_from=section.seasons_from,
        horizon_days=section.horizon_days,
        value_threshold=section.value_threshold,
        value_price_source=section.value_price_source,
        test_seasons=section.test_seasons,
        tuning_profile=section.tuning_profile or profile_of_source(section.source),
        registry_url=_database("registry_url", section.registry_url),
        study_url=_database("study_url", section.study_url),
        keep_releases=section.keep_releases,
        user_agent=section.user_agent,
        fetch_deadline_seconds=section.fetch_deadline_seconds,
        folder=section.folder,
        publish_prices=section.publish_prices,
        unpublished_price_feeds=tuple(section.unpublished_price_feeds),
        **_state_of_folder(section.source, section.folder),
        feeds=read_feed_settings(section),
        notify_replays=section.notify_replays,
        timestamp_url=section.timestamp_url,
    )
    _check(settings)
    return settings


def _database(name: str, address: str) -> str:
    return checked_address(name, address) if address else ""


def _state_of_folder(source: str, folder: str) -> dict[str, Any]:
    if source != FOLDER_SOURCE:
        return {"division_table": b"", "folder_mark": ""}
    if not folder:
        raise SettingError("folder", folder, f"the source {source} needs a folder with a divisions.csv")
    return {"division_table": division_table_of(Path(folder)), "folder_mark": folder_mark_of(Path(folder))}


def add_setting_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options `--pipeline-<setting>` that Luigi's own command line has."""
    for name, _ in pipeline.get_params():
        option = f"--pipeline-{name.replace('_', '-')}"
        parser.add_argument(option, dest=name, metavar="VALUE", help="as in luigi.cfg")


def apply_setting_options(given: argparse.Namespace) -> None:
    """Let options given on the command line win over `luigi.cfg` in this process."""
    for name, _ in pipeline.get_params():
        if getattr(given, name, None) is not None:
            luigi.configuration.get_config().set("pipeline", name, getattr(given, name))


def _check(settings: Settings) -> None:
    _check_feeds(settings)
    if not 0 < settings.value_threshold < 1:
        raise SettingError("value_threshold", settings.value_threshold, "a share between 0 and 1")
    if not settings.base_url.startswith(("http://", "https://")):
        raise SettingError("base_url", settings.base_url, "an address that begins with http:// or https://")
    if settings.timestamp_url and not settings.timestamp_url.startswith(("http://", "https://")):
        reason = "an address that begins with http:// or https://, or nothing"
        raise SettingError("timestamp_url", settings.timestamp_url, reason)
    for name in ("horizon_days", "test_seasons", "keep_releases"):
        if getattr(settings, name) < 1:
            raise SettingError(name, getattr(settings, name), "at least 1")


def _check_feeds(settings: Settings) -> None:
    from pipeline.sources.terms import all_terms

    unknown = sorted(set(settings.unpublished_price_feeds) - set(all_terms()))
    if unknown:
        reason = f"the feeds are {', '.join(all_terms())}"
        raise SettingError("unpublished_price_feeds", ", ".join(unknown), reason)


def notify_addresses() -> tuple[str, ...]:
    """Return the receivers of notices, from the environment alone; they hold secrets and stand in no file."""
    return tuple(os.environ.get(VARIABLE, "").split())


def quieten_libraries() -> None:
    """Set what libraries read from the environment, before any of them is imported; a value given stays."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def work_on_one_core() -> None:
    """Keep this process's libraries to one thread; call it before any is imported."""
    os.environ["OMP_NUM_THREADS"] = "1"
    quieten_libraries()
