"""One Hypothesis profile: the same examples each time, no deadline on a busy machine, nothing kept."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("touchline", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("touchline")
