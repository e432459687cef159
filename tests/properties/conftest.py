"""The Hypothesis profiles: the same examples each time by default, thousands of new ones in the nightly one.

`make fuzz` runs this folder with `HYPOTHESIS_PROFILE=nightly`. A case it finds is printed with the line that
repeats it: type it in as a test of its own.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("touchline", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("nightly", max_examples=2000, deadline=None, database=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "touchline")
