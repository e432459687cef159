"""`python -m pipeline.tasks.champions list|bring-back`: who speaks in each role, and an earlier one again.

For the day a promotion turns out wrong: the champion before, or one still earlier, speaks from the next run
on. Sealed forecasts stay as they are; they name the model that made them.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from pipeline.archive.lock import exclusive
from pipeline.domain.errors import PipelineError
from pipeline.tasks.recipes import registry_in
from pipeline.tasks.settings import (
    Settings,
    add_setting_options,
    apply_setting_options,
    load_settings,
    quieten_libraries,
)

if TYPE_CHECKING:
    from pipeline.selection.registry import Card

_SHOWN_DEFAULT = 5


def main(arguments: list[str] | None = None) -> int:
    """Print the answer; return 2 for what cannot be done."""
    asked = _parser().parse_args(arguments)
    try:
        apply_setting_options(asked)
        quieten_libraries()
        lines = (
            bring_back(load_settings(), asked) if asked.task == "bring-back" else told(load_settings(), asked)
        )
        code = 0
    except PipelineError as error:
        lines, code = [f"error: {error}"], 2
    sys.stdout.write("\n".join(lines) + "\n")
    return code


def _parser() -> argparse.ArgumentParser:
    from pipeline.selection.roles import ROLES

    parser = argparse.ArgumentParser(
        prog="champions",
        description="List the champions of every role so far, or make an earlier one speak again.",
    )
    parser.add_argument("task", choices=("list", "bring-back"))
    parser.add_argument("--role", choices=ROLES, default=ROLES[0], help="whose champion to bring back")
    parser.add_argument("--steps", type=int, default=1, help="how many promotions to go back")
    parser.add_argument("--last", type=int, default=_SHOWN_DEFAULT, help="how many to list of each role")
    parser.add_argument("--replay", action="store_true", help="those of replays, not the live ones")
    add_setting_options(parser)
    return parser


def told(settings: Settings, asked: argparse.Namespace) -> list[str]:
    """Return a line for every champion, newest first in each role; the first of a role speaks."""
    from pipeline.selection.roles import ROLES

    registry = registry_in(settings.data(is_replay=asked.replay))
    cards = [(role, card) for role in ROLES for card in registry.champions(role)[: asked.last]]
    return [_line(role, card) for role, card in cards] or ["there is no champion yet; try `make publish`"]


def bring_back(settings: Settings, asked: argparse.Namespace) -> list[str]:
    """Make an earlier champion of a role speak again. Raises RegistryError where there is none."""
    data = settings.data(is_replay=asked.replay)
    with exclusive(data.lock):
        card = registry_in(data).bring_back(asked.role, asked.steps)
    return [_line(asked.role, card), "it speaks from the next run on: `make publish` or `make refresh`"]


def _line(role: str, card: Card) -> str:
    tags = card.tags
    return (
        f"{role:12} {card.family:16} {tags['kind']:6} recipe {tags['recipe']}, "
        f"trained until {tags['trained_until']} on {int(tags['matches_count']):,} matches"
    )


if __name__ == "__main__":
    sys.exit(main())
