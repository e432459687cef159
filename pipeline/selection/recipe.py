"""A recipe: what makes a model, apart from the data it is fitted on. A fit is a recipe fitted on data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ID_LENGTH = 12


@dataclass(frozen=True)
class Recipe:
    """A family, its hyper-parameters and the code that makes it.

    params: JSON-able, as the family's `build` takes them. code: a digest of the code that computes features
    and fits models, given by the caller.
    """

    family: str
    params: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""

    @property
    def recipe_id(self) -> str:
        """Return twelve hexadecimal digits; recipes have the same where all three are equal.

        A whole number written as 12 or as 12.0 is the same parameter. Raises ValueError for a parameter that
        is no JSON value, NaN among them.

        >>> Recipe("filter", {"ridge": 1, "seasons": 9}).recipe_id
        'a678efb5b7ed'
        >>> Recipe("filter", {"seasons": 9.0, "ridge": 1.0}).recipe_id
        'a678efb5b7ed'
        >>> Recipe("filter").recipe_id == Recipe("filter", code="1").recipe_id
        False
        """
        content = {
            "family": self.family,
            "params": {name: _plain(value) for name, value in self.params.items()},
            "code": self.code,
        }
        text = json.dumps(content, sort_keys=True, allow_nan=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
