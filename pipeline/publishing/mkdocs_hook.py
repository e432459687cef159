"""The seam to MkDocs: data pages enter the build as generated files and are shown as rendered.

Thin on purpose: all rendering is done before (`render`), so another shell needs another file like this and
nothing else. Reads `extra.touchline` of the configuration: `pages` (folder of the rendered pages) and
`built_on` (the date the sitemap tells; empty in a preview).
"""

from __future__ import annotations

import hashlib
import html
import json
from pathlib import Path, PurePosixPath
from typing import Any

_OWN_ASSETS = (
    "assets/stylesheets/touchline.css",
    "assets/javascripts/touchline.js",
    "assets/javascripts/shell.js",
    "assets/images/touchline.svg",
)
_UNUSED = ("assets/javascripts/lunr/", "assets/stylesheets/palette.", "assets/images/favicon.png")
_THEME_STYLES = "assets/stylesheets/main."
_TEXT = {"encoding": "utf-8"}


def on_config(config: Any) -> Any:
    """Read the index of the rendered pages, and its shell, before anything is built."""
    own = config.extra["touchline"]
    folder = Path(own["pages"])
    own["index"] = {
        _source(page["path"]): page
        for page in json.loads((folder / "pages.json").read_text(**_TEXT))["pages"]
    }
    own["banner"] = (folder / "shell/banner.html").read_text(**_TEXT)
    own["footer"] = (folder / "shell/footer.html").read_text(**_TEXT)
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add a generated file for every data page, name our assets by content, drop what no page uses."""
    from mkdocs.structure.files import File

    own = config.extra["touchline"]
    for source, page in own["index"].items():
        head = {"title": page["title"], "description": page["description"], "template": page["template"]}
        files.append(File.generated(config, source, content=f"---\n{json.dumps(head)}\n---\n"))
    feed = (Path(own["pages"]) / "shell/feed.atom").read_text(**_TEXT)
    files.append(File.generated(config, "feed.atom", content=feed))
    for file in list(files):
        if file.src_uri.endswith(".map") or file.src_uri.startswith(_UNUSED):
            files.remove(file)
    own["assets"] = {name: _named_by_content(files, config, name) for name in _OWN_ASSETS}
    own["assets"]["theme"] = next(file.src_uri for file in files if file.src_uri.startswith(_THEME_STYLES))
    config.theme["favicon"] = own["assets"]["assets/images/touchline.svg"]
    return files


def on_page_content(content: str, page: Any, config: Any, files: Any) -> str:  # noqa: ARG001 the hook's signature
    """Give the search index the title and one sentence of a data page, not its numbers."""
    entry = config.extra["touchline"]["index"].get(page.file.src_uri)
    if entry is None:
        return content
    return f"<h1>{html.escape(entry['title'])}</h1><p>{html.escape(entry['description'])}</p>"


def on_env(env: Any, config: Any, files: Any) -> Any:
    """Date every page by the run, not by the clock of the machine that builds."""
    built_on = config.extra["touchline"].get("built_on")
    for file in files.documentation_pages():
        if built_on:
            file.page.update_date = built_on
        for name in ("title", "description"):  # the theme's templates print them unescaped
            if name in file.page.meta:
                file.page.meta[name] = html.escape(str(file.page.meta[name]))
    return env


def on_page_context(context: Any, page: Any, config: Any, nav: Any) -> Any:  # noqa: ARG001 the hook's signature
    """Hand the rendered fragment of a data page to its template."""
    own = config.extra["touchline"]
    entry = own["index"].get(page.file.src_uri)
    if entry is not None:
        context["fragment"] = (Path(own["pages"]) / entry["fragment"]).read_text(**_TEXT)
    return context


def _source(path: str) -> str:
    """Return the Markdown file that MkDocs would build to this address."""
    return f"{path}index.md" if path in ("", "divisions/") else f"{path.rstrip('/')}.md"


def _named_by_content(files: Any, config: Any, name: str) -> str:
    """Put the hash of its bytes into an asset's name, so that it can be cached for ever."""
    from mkdocs.structure.files import File

    file = files.get_file_from_path(name)
    body = file.content_bytes
    path = PurePosixPath(name)
    named = str(path.with_name(f"{path.stem}.{hashlib.sha256(body).hexdigest()[:8]}{path.suffix}"))
    files.remove(file)
    files.append(File.generated(config, named, content=body))
    return named
