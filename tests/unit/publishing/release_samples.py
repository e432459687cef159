"""A small site that keeps every promise, for tests to break one at a time."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipeline.archive.paths import SiteRoot
from pipeline.publishing.release import stage

SCRIPT = "assets/javascripts/bundle.0a1b2c3d.min.js"
STYLE = "assets/stylesheets/main.4e5f6071.min.css"
PAGES = ("", "metrics/", "divisions/", "method/", "status/")


def run_of(
    release_id: str = "r1", *, is_simulated: bool = True, as_of: str = "2026-04-24T18:00:00Z", **more: Any
) -> dict[str, Any]:
    source = "embedded" if is_simulated else "football_data"
    return {"release_id": release_id, "source": source, "is_simulated": is_simulated, "as_of": as_of, **more}


def page(title: str, *, depth: int = 0, body: str = "", head: str = "", root: str | None = None) -> str:
    up = root if root is not None else "../" * depth
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="https://example.org/">
<link rel="stylesheet" href="{up}{STYLE}"><link rel="icon" href="{up}assets/images/favicon.png">{head}</head>
<body><h1 id="top-heading">{title}</h1><p>Demo only, not betting advice. A simulated league.</p>{body}
<p>{"Words that compress well. " * 40}</p>
<script src="{up}{SCRIPT}"></script></body></html>
"""


def write_site(folder: Path, *, marker: str = "first", script: str = "run()") -> Path:
    for address in PAGES:
        depth = address.count("/")
        up = "../" * depth
        body = (
            f'<p>{marker}</p><a href="{up}data/r1/scores.csv">r1</a>' if address == "" else f"<p>{marker}</p>"
        )
        put(folder, f"{address}index.html", page(f"Page {address or 'home'}", depth=depth, body=body))
    put(folder, "404.html", page("Not found", root="/"))
    put(folder, SCRIPT, script + ";" * 600)
    put(folder, SCRIPT + ".map", "{}")
    put(folder, STYLE, "body{color:#111}" * 60)
    put(folder, "assets/images/favicon.png", "png")
    put(folder, "search/search_index.json", json.dumps({"docs": []}))
    put(folder, "sitemap.xml", "<urlset></urlset>")
    return folder


def write_tables(folder: Path) -> Path:
    text = files("pipeline.publishing").joinpath("tables.csv").read_text(encoding="utf-8")
    columns: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        columns.setdefault(row["table"], []).append(row["column"])
    for name, header in columns.items():
        put(folder, f"{name}.csv", ",".join(header) + "\n" + ",".join(["-0.5"] * len(header)) + "\n")
        put(folder, f"{name}.json", json.dumps({"table": name, "columns": header, "rows": []}))
        put(folder, f"{name}.parquet", "PAR1" + "-" * 20 + "PAR1")
    put(folder, "run.json", "{}")
    return folder


def put(folder: Path, path: str, text: str) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


class House:
    """A site root with one built site and its tables."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.site = SiteRoot(root / "site")
        self.tables = write_tables(root / "tables")
        self.built = write_site(root / "built")

    def stage(
        self, release_id: str, hour: int = 18, *, is_simulated: bool = True, script: str = "run()"
    ) -> Path:
        built = write_site(self.root / f"built-{release_id}", marker=release_id, script=script)
        put(
            built,
            "index.html",
            (built / "index.html").read_text(encoding="utf-8").replace("data/r1/", f"data/{release_id}/"),
        )
        run = run_of(release_id, as_of=f"2026-04-24T{hour:02}:00:00Z", is_simulated=is_simulated)
        return stage(built, self.tables, self.site, run)
