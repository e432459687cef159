"""The pool of hashed assets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.publishing.assets import drop_unused, fill_pool, is_hashed_asset
from tests.unit.publishing.release_samples import put

NAME = "assets/js/app.0123abcd.js"


@pytest.mark.parametrize(
    "path",
    [
        "assets/images/favicon.png",
        "assets/javascripts/lunr/min/lunr.de.min.js",
        "app.0123abcd.js",
        "assets/app.0123ABCD.js",
    ],
)
def test_a_name_without_a_content_hash_is_not_pooled(path: str) -> None:
    assert not is_hashed_asset(path)


def test_the_pool_shares_the_bytes_with_the_release(tmp_path: Path) -> None:
    put(tmp_path / "r", NAME, "code")
    fill_pool(tmp_path / "r", [NAME, "index.html"], tmp_path / "assets", "r")
    assert (tmp_path / NAME).samefile(tmp_path / "r" / NAME)


def test_the_pool_is_filled_by_copies_where_links_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    put(tmp_path / "r", NAME, "code")
    fill_pool(tmp_path / "r", [NAME], tmp_path / "assets", "r")
    assert (tmp_path / NAME).read_text(encoding="utf-8") == "code"
    fill_pool(tmp_path / "r", [NAME], tmp_path / "assets", "r")


def test_dropping_the_unused_removes_neighbours_and_empty_folders(tmp_path: Path) -> None:
    put(tmp_path, NAME, "code")
    put(tmp_path, NAME + ".br", "code")
    put(tmp_path, "assets/css/main.89abcdef.css", "style")
    assert drop_unused(tmp_path / "assets", ["assets/css/main.89abcdef.css"]) == [NAME, NAME + ".br"]
    assert not (tmp_path / "assets/js").exists()
    assert (tmp_path / "assets/css/main.89abcdef.css").is_file()
