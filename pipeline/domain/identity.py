"""Names for clubs and matches that are safe in paths and addresses, whatever the feed wrote.

A slug holds only `a-z`, `0-9` and `-` and at most 48 characters, so scraped text never becomes a path.
Two different names never share a slug: where folding loses anything a hash of the name is appended.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache

_MOST_SLUG_CHARACTERS = 40


@cache
def slug_of(name: str) -> str:
    """Return the slug of a name. Raises ValueError for an empty one.

    >>> slug_of("Man United"), slug_of("Nott'm Forest")
    ('man-united', 'nott-m-forest-2d9b04')
    """
    if not name.strip():
        raise ValueError("a name without a letter has no slug")
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:_MOST_SLUG_CHARACTERS].strip("-")
    if slug.replace("-", " ") == name.lower() and "-" not in name:
        return slug
    return f"{slug or 'club'}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def club_id_of(country: str, name: str) -> str:
    """Return a club's key: promotion and relegation keep it, another country never shares it."""
    return f"{slug_of(country)}.{slug_of(name)}"


def match_id_of(division: str, season_start: int, home: str, away: str, meeting: int) -> str:
    """Return the key of a match or fixture: no date in it, since dates move.

    Two hyphens part the clubs, because a slug holds none: no two pairings read alike.

    meeting: 1 for the first time `home` receives `away` in this season of this division.

    >>> match_id_of("E0", 2025, "Arsenal", "Man City", 1)
    'E0-2025-arsenal--man-city-1'
    """
    return f"{division}-{season_start}-{slug_of(home)}--{slug_of(away)}-{meeting}"
