"""Build the static site from rendered pages and hand-written prose, with MkDocs in this process.

The same input gives the same bytes: every date in the output is that of the run. Nothing here releases
anything: the folder it fills lies outside the served site.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.archive.atomic import atomic_folder
from pipeline.domain.errors import ReleaseError

_LEFT_TO_THE_RELEASE = ("sitemap.xml.gz",)  # it compresses every file itself


class _Warnings(logging.Handler):
    """Keep what MkDocs warns of, so that a refusal can say why."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text of one record."""
        self.texts.append(record.getMessage())


def build_site(
    pages: Path,
    content: Path,
    config: Path,
    out: Path,
    *,
    site_url: str,
    built_at: datetime,
    release_id: str,
) -> None:
    """Build the whole site into a folder that appears whole.

    pages: what `render_pages` wrote; content: the prose; config: `mkdocs.yml`; built_at: the instant of the
    run, which dates the sitemap. Raises ReleaseError where MkDocs warns of anything.
    """
    from mkdocs.exceptions import MkDocsException

    warnings = _Warnings()
    log = logging.getLogger("mkdocs")
    log.addHandler(warnings)
    try:
        with atomic_folder(out) as aside:
            _build(_settings(pages, content, config, aside, site_url, built_at))
            for name in _LEFT_TO_THE_RELEASE:
                (aside / name).unlink(missing_ok=True)
    except MkDocsException as error:
        raise ReleaseError(release_id, "; ".join([str(error), *warnings.texts])) from error
    finally:
        log.removeHandler(warnings)


def _settings(pages: Path, content: Path, config: Path, out: Path, site_url: str, built_at: datetime) -> Any:
    from mkdocs.config import load_config

    settings = load_config(
        str(config),
        docs_dir=str(content.resolve()),
        site_dir=str(out.resolve()),
        site_url=site_url,
        strict=True,
    )
    settings.extra["touchline"] = {"pages": str(pages.resolve()), "built_on": f"{built_at:%Y-%m-%d}"}
    return settings


def _build(settings: Any) -> None:
    from mkdocs.commands.build import build

    settings.plugins.on_startup(command="build", dirty=False)
    try:
        build(settings)
    finally:
        settings.plugins.on_shutdown()
