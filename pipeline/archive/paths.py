"""Every path of the house is built here: the data root of a source, the folder of a run, the published site.

Names that come from outside (a source, a run, a release, a content hash) are checked before they become a
folder, so no name can leave its root. Nothing here touches the disk: paths are values, writers make folders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.archive.run_paths import RunPaths
from pipeline.domain.errors import SettingError

__all__ = ["PROJECT_ROOT", "DataRoot", "RunPaths", "SiteRoot"]

PROJECT_ROOT = Path(__file__).resolve().parents[2]
"""The checkout, or the image's copy of it: where templates, texts and the web server's configuration lie."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _checked_name(setting: str, name: str) -> str:
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise SettingError(
            setting, name, "only letters, digits, '_', '-' and '.', at most 80, a letter or digit first"
        )
    return name


def _checked_hash(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise SettingError("sha256", sha256, "a content hash has 64 hexadecimal digits in lower case")
    return sha256


@dataclass(frozen=True)
class DataRoot:
    """The data of one source: snapshots, parsed tables, runs, registry. Simulated and real never share one.

    Raises SettingError where the source's name could leave the root.
    """

    root: Path
    source: str

    def __post_init__(self) -> None:
        _checked_name("source", self.source)

    @property
    def folder(self) -> Path:
        """Return the folder that holds everything of this source."""
        return self.root / self.source

    @property
    def snapshots(self) -> Path:
        """Return the folder of the raw bytes, kept by content hash."""
        return self.folder / "snapshots"

    @property
    def snapshot_log(self) -> Path:
        """Return the provenance log: one JSON line a fetched answer."""
        return self.folder / "snapshots.jsonl"

    @property
    def confirmations(self) -> Path:
        """Return the JSON document that says when each file was last confirmed."""
        return self.folder / "confirmations.json"

    def snapshot(self, sha256: str) -> Path:
        """Return the file that holds the bytes with this content hash; raises SettingError for no hash."""
        return self.snapshots / _checked_hash(sha256)[:2] / sha256

    def parsed(self, sha256: str, version: str) -> Path:
        """Return the folder of the tables parsed from one content hash by one version of the parser."""
        return (
            self.folder
            / "parsed"
            / _checked_name("version", str(version))
            / _checked_hash(sha256)[:2]
            / sha256
        )

    @property
    def runs(self) -> Path:
        """Return the folder of all runs."""
        return self.folder / "runs"

    def run(self, run_id: str) -> RunPaths:
        """Return the paths of one run; raises SettingError where its id could leave the folder of runs."""
        return RunPaths(self.runs / _checked_name("run_id", run_id))

    @property
    def registry_db(self) -> Path:
        """Return the SQLite file of the model registry."""
        return self.folder / "registry.db"

    @property
    def registry_artifacts(self) -> Path:
        """Return the folder of the registry's artifacts."""
        return self.folder / "registry"

    @property
    def study_journal(self) -> Path:
        """Return the journal of the tuning studies."""
        return self.folder / "studies.log"

    @property
    def ledger(self) -> Path:
        """Return the folder of the sealed forecasts: one file a run, never rewritten."""
        return self.folder / "ledger"

    @property
    def incidents(self) -> Path:
        """Return the JSON document of what the operator was told and what is not over yet."""
        return self.folder / "incidents.json"

    def replay(self, name: str) -> Path:
        """Return the JSON record that closes a replay of several nights."""
        return self.folder / "replays" / f"{_checked_name('replay', name)}.json"

    @property
    def metrics_file(self) -> Path:
        """Return the Prometheus text file of the last run."""
        return self.folder / "metrics.prom"

    @property
    def skill(self) -> Path:
        """Return the folder of the last measurement of skill: its tables and what was measured."""
        return self.folder / "skill" / "last"

    def skill_block(self, content: str) -> Path:
        """Return the folder of one family's forecasts of one block, by the hash of all that made them."""
        return self.folder / "skill" / "blocks" / _checked_hash(content)[:2] / content

    @property
    def fits(self) -> Path:
        """Return the folder of kept fits."""
        return self.folder / "fits"

    def fit(self, content: str) -> Path:
        """Return the file of one fitted model, by the hash of all that made it."""
        return self.fits / _checked_hash(content)[:2] / f"{content}.json"

    @property
    def decisions(self) -> Path:
        """Return the folder of decisions: one document a run that trains or could have."""
        return self.folder / "decisions"

    def decision(self, run_id: str) -> Path:
        """Return the document of one run's decisions."""
        return self.decisions / f"{_checked_name('run_id', run_id)}.json"

    @property
    def lock(self) -> Path:
        """Return the file that one run at a time holds locked."""
        return self.folder / "run.lock"


@dataclass(frozen=True)
class SiteRoot:
    """The published site: releases side by side, one link to the current one, one pool of assets."""

    root: Path

    @property
    def releases(self) -> Path:
        """Return the folder of the kept releases."""
        return self.root / "releases"

    def release(self, release_id: str) -> Path:
        """Return the folder of one release; raises SettingError where its id could leave the releases."""
        return self.releases / _checked_name("release_id", release_id)

    @property
    def current(self) -> Path:
        """Return the link that the web server follows."""
        return self.root / "current"

    def ledger(self, name: str) -> Path:
        """Return the folder of a ledger beside the releases, so that a rollback never hides an entry.

        Raises SettingError where the name could leave it.
        """
        return self.root / "ledger" / _checked_name("ledger", name)

    @property
    def assets(self) -> Path:
        """Return the pool of assets, named by content hash, that all kept releases share."""
        return self.root / "assets"

    @property
    def lock(self) -> Path:
        """Return the file that one writer of the site at a time holds locked, whatever its source."""
        return self.root / ".lock"
