"""Compile the passes over matches that must go one match after the other.

The machine code is kept beside the sources, or in the user's cache folder, or where the environment variable
NUMBA_CACHE_DIR says. An installation where nothing can be written compiles anew in every process, which
takes some seconds and changes no number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Return the function as machine code, compiled when first called and cached where that is possible.

    Arithmetic is kept as written (no reordering of sums), so a run repeated gives the same bits.
    """
    try:
        return cast("_Function", numba.njit(cache=True)(function))
    except RuntimeError:  # numba found no folder it may write to
        return cast("_Function", numba.njit(function))
