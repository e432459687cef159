"""Random streams by name: what one part of the world draws never moves what another draws.

That is what makes tomorrow's world an extension of today's: a season's streams depend on the seed, the
season, the division and the purpose alone, never on the date asked for. Bit streams are those of numpy's
PCG64; numpy may change the methods that draw from them between releases, so the world is the same for one
version of numpy.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, season: int, place: str, purpose: str) -> np.random.Generator:
    """Return the generator of one purpose in one division or country (`place`) and season.

    >>> bool(stream(1, 2020, "AR1", "scores").random() == stream(1, 2020, "AR1", "scores").random())
    True
    """
    words = [seed, season, zlib.crc32(place.encode()), zlib.crc32(purpose.encode())]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))
