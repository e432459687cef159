"""Compress the text files of a release once, so that the web server never has to.

Beside `index.html` stand `index.html.gz` and `index.html.br`; the same input gives the same bytes. Pictures,
Parquet and other files that are compressed already are left alone.
"""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

NEIGHBOURS = (".gz", ".br")
_TEXT_SUFFIXES = frozenset(
    (".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".csv", ".ics", ".atom", ".webmanifest", ".md")
)
_LEAST_BYTES = 513
# The highest quality that costs no more than about 60 ms a file; quality 11 takes 1.1 s a megabyte
_QUALITIES = ((8_192, 11), (262_144, 10))
# Only downloads are larger: the highest levels would double the time of a release to save them 4 %
_QUALITY_OF_LARGE, _GZIP_LEVEL_OF_LARGE = 6, 6


def compress_folder(folder: Path) -> int:
    """Write `.gz` and `.br` beside every text file above 512 bytes and return how many files got neighbours.

    A form that is not smaller than the file is not written.
    """
    texts = [file for file in sorted(folder.rglob("*")) if _is_worth_it(file)]
    with ThreadPoolExecutor() as pool:  # both compressors release the interpreter's lock
        list(pool.map(_compress, texts))
    return len(texts)


def brotli_quality_of(size: int) -> int:
    """Return the brotli quality (6 to 11) for a file of `size` bytes: the larger the file, the quicker.

    >>> brotli_quality_of(4_000), brotli_quality_of(100_000), brotli_quality_of(4_000_000)
    (11, 10, 6)
    """
    return next((quality for limit, quality in _QUALITIES if size <= limit), _QUALITY_OF_LARGE)


def _is_worth_it(file: Path) -> bool:
    return file.suffix in _TEXT_SUFFIXES and file.is_file() and file.stat().st_size >= _LEAST_BYTES


def _compress(file: Path) -> None:
    body = file.read_bytes()
    quality = brotli_quality_of(len(body))
    level = _GZIP_LEVEL_OF_LARGE if quality == _QUALITY_OF_LARGE else 9
    forms = {
        ".gz": gzip.compress(body, level, mtime=0),
        ".br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality),
    }
    for suffix, form in forms.items():
        if len(form) < len(body):
            file.with_name(file.name + suffix).write_bytes(form)
