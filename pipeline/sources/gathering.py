"""Rows of many files as two frames, the prices apart from all else, each laid out in memory once.

Joining hundreds of frames of different columns the ordinary way, and carrying all prices through every step
after it, would take several times the memory of the tables that come out in the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.sources.quotes import is_quoted


def gathered(frames: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return all rows in their order without their prices, and the prices; both have the index 0..n-1.

    A column that a frame has not is missing in its rows. The prices, sizes of handicaps among them, are
    `float64`, their columns in the order in which the frames bring them.
    """
    names = dict.fromkeys(name for frame in frames for name in frame.columns if is_quoted(name))
    place = {name: at for at, name in enumerate(names)}
    matrix = np.full((len(place), sum(map(len, frames))), np.nan)  # one line a column, as pandas keeps it
    others = []
    begin = 0
    for frame in frames:
        own = [name for name in frame.columns if name in place]
        matrix[[place[name] for name in own], begin : begin + len(frame)] = frame[own].to_numpy("float64").T
        others.append(frame[[name for name in frame.columns if name not in place]])
        begin += len(frame)
    rows = pd.concat(others, ignore_index=True) if others else pd.DataFrame()
    return rows, pd.DataFrame(matrix.T, columns=list(place), copy=False)


def having(quoted: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the prices with these columns and no others in this order, missing ones empty."""
    return quoted if list(quoted.columns) == list(columns) else quoted.reindex(columns=list(columns))
