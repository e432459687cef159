"""Compiling where nothing can be written."""

from __future__ import annotations

from typing import Any

import numba
import pytest

from pipeline.features.compiled import compiled


def _doubled(number: int) -> int:
    return 2 * number


def test_a_compiled_function_returns_what_the_written_one_does() -> None:
    assert compiled(_doubled)(21) == 42


def test_an_installation_without_a_folder_for_the_cache_compiles_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = numba.njit

    def read_only(*functions: Any, **options: Any) -> Any:
        if options.get("cache"):
            raise RuntimeError("cannot cache function '_doubled': no locator available")
        return real(*functions, **options)

    monkeypatch.setattr(numba, "njit", read_only)
    assert compiled(_doubled)(21) == 42
