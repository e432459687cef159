"""Compressed neighbours."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import brotli
import pytest

from pipeline.publishing.compress import compress_folder
from tests.unit.publishing.release_samples import put

TEXT = "<p>one line of many</p>\n" * 100


def test_both_forms_unpack_to_the_file(tmp_path: Path) -> None:
    put(tmp_path, "a/index.html", TEXT)
    assert compress_folder(tmp_path) == 1
    assert gzip.decompress((tmp_path / "a/index.html.gz").read_bytes()).decode() == TEXT
    assert brotli.decompress((tmp_path / "a/index.html.br").read_bytes()).decode() == TEXT


def test_the_gzip_form_carries_no_time_and_no_name(tmp_path: Path) -> None:
    put(tmp_path, "index.html", TEXT)
    compress_folder(tmp_path)
    head = (tmp_path / "index.html.gz").read_bytes()[:10]
    assert head[3] == 0  # RFC 1952: no flags, so no file name
    assert head[4:8] == b"\0\0\0\0"  # RFC 1952: MTIME


@pytest.mark.parametrize(("length", "count"), [(512, 0), (513, 1)])
def test_files_of_at_most_512_bytes_are_left_alone(tmp_path: Path, length: int, count: int) -> None:
    put(tmp_path, "index.html", "a" * length)
    assert compress_folder(tmp_path) == count
    assert (tmp_path / "index.html.gz").exists() == bool(count)


@pytest.mark.parametrize("name", ["x.png", "x.parquet", "x.woff2", "x.html.gz"])
def test_files_that_are_compressed_already_are_left_alone(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, TEXT)
    assert compress_folder(tmp_path) == 0


def test_a_form_that_is_no_smaller_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "noise.txt").write_bytes(random.Random(1).randbytes(600))
    compress_folder(tmp_path)
    assert not (tmp_path / "noise.txt.gz").exists()
    assert not (tmp_path / "noise.txt.br").exists()
