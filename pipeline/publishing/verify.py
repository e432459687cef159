"""Verify a release before it can be switched to: pages, links, disclaimer, sizes, published tables.

A problem is a broken promise to readers, not a matter of taste; one is enough to keep the old release. The
rules for a single page stand in `page_rules`; here are those that need all files at once.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urljoin, urlsplit

from pipeline.archive.atomic import read_json
from pipeline.domain.errors import VerificationFailed
from pipeline.domain.tables import columns_of
from pipeline.publishing.compress import NEIGHBOURS
from pipeline.publishing.page_rules import Page, Problem, page_problems, read_page

REQUIRED_PAGES = (
    "index.html",
    "metrics/index.html",
    "divisions/index.html",
    "method/index.html",
    "status/index.html",
    "404.html",
)
FORMS = ("csv", "json", "parquet")
_FIRST_COUNT = 5
_FORMULA_MARKS = frozenset("=+-@\t\r")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_OUTSIDE_STYLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?(?:https?:)?//", re.IGNORECASE)
_ORIGIN = "https://site.invalid"


def verify(folder: Path) -> None:
    """Check a release's folder, manifest included.

    Raises VerificationFailed with the number of problems and the first of them.
    """
    problems = find_problems(folder)
    if problems:
        first = "; ".join(str(problem) for problem in problems[:_FIRST_COUNT])
        release_id = str(_run_of(folder).get("release_id", folder.name))
        raise VerificationFailed(release_id, f"{len(problems)} problems, first: {first}")


def find_problems(folder: Path) -> list[Problem]:
    """Return every problem of a release's folder, sorted by file; none means that it may be published."""
    run = _run_of(folder)
    paths = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    paths = {path for path in paths if Path(path).suffix not in NEIGHBOURS}
    problems = [Problem(page, "is missing") for page in REQUIRED_PAGES if page not in paths]
    pages: dict[str, Page] = {}
    for path in sorted(path for path in paths if path.endswith(".html")):
        body = (folder / path).read_bytes()
        try:
            pages[path] = read_page(path, body)
        except ValueError as error:
            problems.append(Problem(path, "cannot be read", str(error)))
            continue
        problems += page_problems(pages[path], body, is_simulated=bool(run.get("is_simulated", True)))
    problems += _title_problems(pages)
    for page in pages.values():
        problems += _link_problems(page, pages, paths, str(run.get("release_id", "")))
    problems += _style_problems(folder, paths)
    problems += _table_problems(folder, paths)
    return sorted(set(problems))


def _run_of(folder: Path) -> dict[str, Any]:
    try:
        run: dict[str, Any] = read_json(folder / "release.json")
    except (OSError, ValueError) as error:
        raise VerificationFailed(folder.name, f"no readable release.json: {error}") from error
    return run


def _title_problems(pages: Mapping[str, Page]) -> Iterator[Problem]:
    counts = Counter(page.title for page in pages.values() if page.title)
    for path, page in pages.items():
        if counts[page.title] > 1:
            yield Problem(path, "shares its title with another page", page.title)


def _link_problems(
    page: Page, pages: Mapping[str, Page], paths: set[str], release_id: str
) -> Iterator[Problem]:
    for text in sorted({address.text for address in page.addresses}):
        parts = urlsplit(text)
        if parts.scheme or parts.netloc:
            continue
        # the page for unknown addresses is served at any depth
        if page.path == "404.html" and not text.startswith(("/", "#")):
            yield Problem(page.path, "has a relative link, which breaks below the root", text)
            continue
        target = _target(page.path, text, paths, release_id)
        if target is None:
            yield Problem(page.path, "has a dead link", text)
        elif target in pages and not _has_anchor(pages[target], parts.fragment):
            yield Problem(page.path, "links to an anchor that is not there", text)


def _target(page_path: str, link: str, paths: set[str], release_id: str) -> str | None:
    """Return the file a page's link leads to, or None; `/data/<release_id>/` is the data of this release."""
    url = urlsplit(urljoin(f"{_ORIGIN}/{page_path.removesuffix('index.html')}", link))
    path = unquote(url.path).removeprefix("/")
    own_data = f"data/{release_id}/"
    if release_id and path.startswith(own_data):
        path = "data/" + path.removeprefix(own_data)
    candidates = (path, f"{path}/index.html") if path and not path.endswith("/") else (f"{path}index.html",)
    return next((each for each in candidates if each in paths), None)


def _has_anchor(page: Page, fragment: str) -> bool:
    """Tell whether a fragment is empty, the top, a filter's state such as `division=E0`, or on the page."""
    return fragment in ("", "top") or "=" in fragment or unquote(fragment) in page.ids


def _style_problems(folder: Path, paths: set[str]) -> Iterator[Problem]:
    for path in sorted(path for path in paths if path.endswith(".css")):
        if found := _OUTSIDE_STYLE.search((folder / path).read_text(encoding="utf-8", errors="replace")):
            yield Problem(path, "loads from outside", found.group())


def _table_problems(folder: Path, paths: set[str]) -> Iterator[Problem]:
    for name in table_names():
        for form in FORMS:
            if f"data/{name}.{form}" not in paths:
                yield Problem(f"data/{name}.{form}", "is missing")
    for path in sorted(path for path in paths if path.startswith("data/")):
        check = {".csv": _csv_problem, ".json": _json_problem, ".parquet": _parquet_problem}.get(
            Path(path).suffix
        )
        if check is not None and (found := check(folder / path)):
            yield Problem(path, *found)


def table_names() -> tuple[str, ...]:
    """Return the names of the published tables in the order of `tables.csv`."""
    text = files("pipeline.publishing").joinpath("tables.csv").read_text(encoding="utf-8")
    return tuple(dict.fromkeys(row["table"] for row in csv.DictReader(io.StringIO(text))))


def _csv_problem(file: Path) -> tuple[str, str] | None:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        header = next(rows, [])
        if file.stem in table_names():
            promised = {column.name for column in columns_of(file.stem, "pipeline.publishing")}
            if odd := sorted(promised ^ set(header)):
                return "has not the promised columns", ", ".join(odd)
        for row in rows:
            for cell in row:
                if cell and cell[0] in _FORMULA_MARKS and not _NUMBER.fullmatch(cell):
                    return "has a cell that a spreadsheet runs as a formula", cell
    return None


def _json_problem(file: Path) -> tuple[str, str] | None:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no JSON")

    try:
        json.loads(file.read_bytes(), parse_constant=refuse)
    except ValueError as error:
        return "is no strict JSON", str(error)
    return None


def _parquet_problem(file: Path) -> tuple[str, str] | None:
    body = file.read_bytes()
    whole = len(body) > 12 and body[:4] == body[-4:] == b"PAR1"
    return None if whole else ("is no whole Parquet file", f"{len(body)} bytes")
