"""Fitted models kept by what made them: family, parameters, the rows learnt from and the code.

The past of a finished season is the same every night, and so is the model fitted on it. A fit found here is
restored instead of made again, which turns minutes of every night into seconds; what was fitted on other
rows, or by other code, has another name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import read_json, write_json
from pipeline.domain.errors import ModelError
from pipeline.tasks.run import digest_of
from pipeline.tasks.settings import work_on_one_core

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipeline.archive.paths import DataRoot
    from pipeline.models.base import Forecaster

_LEAST_FOR_PROCESSES = 20_000
_PROCESSES = 2

Wanted = tuple[str, Mapping[str, Any], "pd.DataFrame"]
"""Family, parameters and the rows to learn from."""


def code_version() -> str:
    """Return a digest of the code that makes forecasts: words, features and models."""
    return digest_of("pipeline/domain", "pipeline/features", "pipeline/models")[:12]


@dataclass
class Fits:
    """The kept fits of a data root. Called like `evaluation.walk_forward.fit_family`."""

    data: DataRoot
    used: set[str] = field(default_factory=set)
    _contents: dict[int, tuple[pd.DataFrame, str]] = field(default_factory=dict)

    def __call__(self, family: str, params: Mapping[str, Any], past: pd.DataFrame) -> Forecaster:
        """Return the fitted family, from what was kept where it is there. Raises ModelError, KeyError."""
        from pipeline.models.catalogue import FAMILIES

        kept = self.kept(family, params, past)
        if kept["fault"]:
            raise ModelError(family, kept["fault"])
        return FAMILIES[family].restore(kept["state"])

    def kept(self, family: str, params: Mapping[str, Any], past: pd.DataFrame) -> dict[str, Any]:
        """Return what is kept of a fit: `state` or `fault`, `matches_count` and `trained_until`."""
        path = self._path(family, params, past)
        if not path.is_file():
            _fit(family, params, past, path)
        return dict(read_json(path))

    def prepare(self, wanted: Iterable[Wanted]) -> None:
        """Make the fits that are not there, in two processes where they have much to learn from."""
        from joblib import Parallel, delayed

        jobs = [(family, params, past, self._path(family, params, past)) for family, params, past in wanted]
        missing = [job for job in jobs if not job[-1].is_file() and len(job[2]) >= _LEAST_FOR_PROCESSES]
        if len(missing) > 1 and (os.cpu_count() or 1) > 1:
            Parallel(n_jobs=_PROCESSES, batch_size=1)(delayed(_fit_apart)(*job) for job in missing)

    def forget_others(self) -> None:
        """Remove the fits that nobody asked for since this object was made."""
        for path in self.data.fits.glob("*/*.json"):
            if path.stem not in self.used:
                path.unlink()

    def _path(self, family: str, params: Mapping[str, Any], past: pd.DataFrame) -> Path:
        recipe = json.dumps([family, dict(params), code_version()], sort_keys=True)
        content = hashlib.sha256(f"{recipe}\n{self._content_of(past)}".encode()).hexdigest()
        self.used.add(content)
        return self.data.fit(content)

    def _content_of(self, past: pd.DataFrame) -> str:
        from pipeline.evaluation.skill_blocks import content_of

        known = self._contents.get(id(past))
        if known is None:
            known = self._contents[id(past)] = (past, content_of(past))  # held, so that its id stays its own
        return known[1]


def _fit_apart(family: str, params: Mapping[str, Any], past: pd.DataFrame, path: Path) -> None:
    work_on_one_core()
    _fit(family, params, past, path)


def _fit(family: str, params: Mapping[str, Any], past: pd.DataFrame, path: Path) -> None:
    from pipeline.evaluation.walk_forward import fit_family

    state: dict[str, Any] | None = None
    fault = ""
    try:
        state = fit_family(family, params, past).state()
    except ModelError as error:
        fault = error.reason
    write_json(
        path,
        {
            "state": state,
            "fault": fault,
            "matches_count": len(past),
            "trained_until": past["kick_off_at"].max().isoformat() if len(past) else None,
        },
    )
