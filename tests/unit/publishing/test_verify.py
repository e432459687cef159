"""Every promise of a release, broken once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.domain.errors import VerificationFailed
from pipeline.publishing.verify import find_problems, table_names, verify
from tests.unit.publishing.release_samples import PAGES, STYLE, page, put, run_of, write_site, write_tables


@pytest.fixture
def release(tmp_path: Path) -> Path:
    write_site(tmp_path)
    write_tables(tmp_path / "data")
    put(tmp_path, "release.json", json.dumps(run_of()))
    return tmp_path


def rules(release: Path) -> list[str]:
    return [f"{problem.path}: {problem.rule}" for problem in find_problems(release)]


def add(release: Path, body: str, head: str = "") -> None:
    put(release, "metrics/index.html", page("Metrics", depth=1, body=body, head=head))


def test_a_release_that_keeps_every_promise_has_no_problems(release: Path) -> None:
    assert find_problems(release) == []
    verify(release)


def test_the_error_carries_the_count_and_only_the_first_problems(release: Path) -> None:
    for table in table_names():
        (release / f"data/{table}.json").unlink()
    with pytest.raises(
        VerificationFailed, match=rf"^release r1: {len(table_names())} problems, first: "
    ) as failure:
        verify(release)
    assert failure.value.release_id == "r1"
    assert failure.value.reason.count("is missing") == 5


def test_a_folder_without_a_manifest_is_refused(release: Path) -> None:
    (release / "release.json").unlink()
    with pytest.raises(VerificationFailed, match=r"release\.json"):
        find_problems(release)


@pytest.mark.parametrize("address", [*(f"{each}index.html" for each in PAGES), "404.html"])
def test_a_required_page_must_be_there(release: Path, address: str) -> None:
    (release / address).unlink()
    assert f"{address}: is missing" in rules(release)


@pytest.mark.parametrize(
    "hiding",
    [
        "<!--{}-->",
        "<p hidden>{}</p>",
        "<script type='application/json'>\"{}\"</script>",
        "<template>{}</template>",
    ],
)
def test_a_page_must_show_the_disclaimer_where_readers_see_it(release: Path, hiding: str) -> None:
    words = "Demo only, not betting advice"
    text = page("Metrics", depth=1, body=hiding.format(words)).replace(f"<p>{words}.", "<p>")
    put(release, "metrics/index.html", text)
    assert rules(release) == ["metrics/index.html: lacks the disclaimer"]


def test_the_disclaimer_may_be_wrapped_over_lines_and_tags(release: Path) -> None:
    text = page("Metrics", depth=1).replace("Demo only, not betting", "Demo\n <b>only</b>, not\tbetting")
    put(release, "metrics/index.html", text)
    assert rules(release) == []


def test_simulated_data_must_be_named_on_every_page(release: Path) -> None:
    put(release, "metrics/index.html", page("Metrics", depth=1).replace("simulated league", "league"))
    assert rules(release) == ["metrics/index.html: does not say that its data are simulated"]


def test_live_pages_need_not_name_a_simulation(release: Path) -> None:
    put(release, "release.json", json.dumps(run_of(is_simulated=False)))
    put(release, "metrics/index.html", page("Metrics", depth=1).replace("simulated league", "league"))
    assert rules(release) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<a href='../nowhere/'>x</a>", "has a dead link"),
        ("<a href='/metrics/x.html'>x</a>", "has a dead link"),
        ("<a href='../data/scores.xlsx'>x</a>", "has a dead link"),
        ("<a href='../data/other/scores.csv'>x</a>", "has a dead link"),
        ("<img src='../assets/none.png' alt=''>", "has a dead link"),
        ("<img srcset='../assets/images/favicon.png 1x, ../none.png 2x' alt=''>", "has a dead link"),
        ("<a href='#nowhere'>x</a>", "links to an anchor that is not there"),
        ("<a href='../method/#nowhere'>x</a>", "links to an anchor that is not there"),
        ("<script src='https://cdn.example/x.js'></script>", "loads from outside"),
        ("<script src='//cdn.example/x.js'></script>", "loads from outside"),
        ("<script src=' https://cdn.example/x.js'></script>", "loads from outside"),
        ("<img src='http://example.org/x.png' alt=''>", "loads from outside"),
        ("<iframe src='https://example.org/'></iframe>", "loads from outside"),
        ("<svg><use xlink:href='https://example.org/i.svg#a'/></svg>", "loads from outside"),
        ("<a href='javascript:alert(1)'>x</a>", "links to a scheme that is not allowed"),
        ("<a href='java\nscript:alert(1)'>x</a>", "links to a scheme that is not allowed"),
        ("<a href='data:text/html,x'>x</a>", "links to a scheme that is not allowed"),
        ("<script>alert(1)</script>", "has an inline script"),
        ("<script type='module'>alert(1)</script>", "has an inline script"),
        ("<style>p{color:red}</style>", "has an inline style sheet"),
        ("<p style='color:red'>x</p>", "has a style attribute"),
        ("<p onclick='x()'>x</p>", "has an inline handler"),
        ("<p>{{ name }}</p>", "holds a template mark"),
        ("<p>{% if x %}</p>", "holds a template mark"),
        ("<p>" + "x" * 1_000_000 + "</p>", "is too large"),
    ],
)
def test_a_broken_promise_on_a_page_is_found(release: Path, body: str, rule: str) -> None:
    add(release, body)
    assert rules(release) == [f"metrics/index.html: {rule}"]


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ("<link rel='stylesheet' href='https://example.org/x.css'>", "loads from outside"),
        ("<link rel='preconnect' href='https://example.org'>", "loads from outside"),
        ("<link rel='next' href='../nowhere/'>", "has a dead link"),
        ("<base href='/'>", "has a base element"),
    ],
)
def test_a_broken_promise_in_the_head_is_found(release: Path, head: str, rule: str) -> None:
    add(release, "", head)
    assert f"metrics/index.html: {rule}" in rules(release)


@pytest.mark.parametrize(
    "body",
    [
        "<a href='https://example.org/anything'>x</a>",
        "<a href='../data/r1/scores.csv'>x</a><a href='/data/scores.parquet'>x</a><a href='..'>home</a>",
        "<a href='#top-heading'>x</a><a href='#'>x</a><a href='../divisions/#top-heading'>x</a>",
        "<a href='../?division=E0'>x</a><a href='../#division=E0'>x</a><a href='../metrics'>x</a>",
        "<a href='../%6dethod/index.html'>x</a>",
        "<img src='data:image/png;base64,AA==' alt=''>",
        "<script type='application/json'>{\"a\": 1}</script>",
        "<p>&#123;&#123; shown &#125;&#125;</p>",
    ],
)
def test_what_is_allowed_is_no_problem(release: Path, body: str) -> None:
    add(release, body)
    assert rules(release) == []


def test_the_page_for_unknown_addresses_may_not_link_relatively(release: Path) -> None:
    put(release, "404.html", page("Not found", root="/", body="<a href='metrics/'>x</a>"))
    assert rules(release) == ["404.html: has a relative link, which breaks below the root"]


def test_two_pages_may_not_share_a_title(release: Path) -> None:
    put(release, "metrics/index.html", page("Page home", depth=1))
    shared = "shares its title with another page"
    assert rules(release) == [f"index.html: {shared}", f"metrics/index.html: {shared}"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [(' lang="en"', "", "has no html lang"), ("<title>Metrics<", "<title><", "has no title")],
)
def test_a_page_needs_a_language_and_a_title(release: Path, old: str, new: str, rule: str) -> None:
    put(release, "metrics/index.html", page("Metrics", depth=1).replace(old, new))
    assert rules(release) == [f"metrics/index.html: {rule}"]


def test_an_empty_page_is_found(release: Path) -> None:
    put(release, "metrics/index.html", "")
    assert rules(release) == ["metrics/index.html: cannot be read"]


@pytest.mark.parametrize(
    "rule",
    ["url(https://example.org/x.woff2)", "url( '//example.org/x')", "@import 'http://example.org/x.css'"],
)
def test_a_style_sheet_may_not_load_from_outside(release: Path, rule: str) -> None:
    put(release, STYLE, rule)
    assert rules(release) == [f"{STYLE}: loads from outside"]


def test_a_style_sheet_may_hold_a_picture_that_names_the_svg_namespace(release: Path) -> None:
    put(
        release,
        STYLE,
        "a{background:url('data:image/svg+xml;charset=utf-8,<svg xmlns=\"http://www.w3.org/2000/svg\"/>')}",
    )
    assert rules(release) == []


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_every_published_table_must_be_there_in_every_form(release: Path, form: str) -> None:
    (release / f"data/standings.{form}").unlink()
    assert rules(release) == [f"data/standings.{form}: is missing"]


@pytest.mark.parametrize("cell", ["=cmd()", "+cmd", "-2+3", "@SUM(A1)", "\tx", '"=a,b"'])
def test_a_cell_that_a_spreadsheet_would_run_is_found(release: Path, cell: str) -> None:
    put(release, "data/extra.csv", f"club\n{cell}\n")
    assert rules(release) == ["data/extra.csv: has a cell that a spreadsheet runs as a formula"]


@pytest.mark.parametrize("cell", ["-0.5", "+1e-05", "'=cmd()", "a=b", ".5", ""])
def test_numbers_and_neutralised_cells_are_no_problem(release: Path, cell: str) -> None:
    put(release, "data/extra.csv", f"club,x\n{cell},1\n")
    assert rules(release) == []


def test_a_table_without_its_promised_columns_is_found(release: Path) -> None:
    put(release, "data/scores.csv", "scope,key\n")
    assert rules(release) == ["data/scores.csv: has not the promised columns"]


def test_json_that_browsers_cannot_read_is_found(release: Path) -> None:
    put(release, "data/scores.json", '{"rows": [[NaN]]}')
    assert rules(release) == ["data/scores.json: is no strict JSON"]


def test_a_parquet_file_that_was_cut_off_is_found(release: Path) -> None:
    put(release, "data/scores.parquet", "PAR1" + "-" * 20)
    assert rules(release) == ["data/scores.parquet: is no whole Parquet file"]
