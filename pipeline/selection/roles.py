"""The roles that have a champion of their own, in the order in which they speak for a fixture.

A role is the setting of its families: the most they may see. What answers where every role is silent, the
base rates, is no role.
"""

from __future__ import annotations

ROLES = ("anchored", "memory", "independent")
"""Who is asked first: today's early price, prices of the past, no prices at all."""

LEADING = ROLES[0]
"""The role whose champion the site leads with."""


def families_of(role: str) -> tuple[str, ...]:
    """Return the families that can be champion of a role, in the order of the catalogue; no yardsticks.

    >>> families_of("memory")
    ('memory_logit', 'memory_boost', 'memory_blend')
    """
    from pipeline.models.catalogue import FAMILIES  # the model libraries, not needed to name the roles

    return tuple(
        name for name, family in FAMILIES.items() if family.setting == role and not family.is_yardstick
    )
