"""What `make skill` measured last, as the published site shows it. Nothing is measured here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import read_json
from pipeline.domain.errors import ContractError
from pipeline.tasks.stage import Stage, say

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LastSkill:
    """The last measurement of a data root: its tables, without rows where there is none, and its facts."""

    tables: dict[str, pd.DataFrame]
    facts: dict[str, Any] | None


def last_skill(stage: Stage) -> LastSkill:
    """Return what `make skill` measured last; none where that was another version's kind of table."""
    from pipeline.archive.tables import read_table
    from pipeline.evaluation.comparison import published_table
    from pipeline.publishing.tables import conform
    from pipeline.tasks.fits import code_version

    names, folder = ("skill", "skill_costs"), stage.data.skill
    nothing = LastSkill({name: published_table(name, []) for name in names}, None)
    if not folder.is_dir():
        return nothing
    facts = read_json(folder / "run.json")
    try:
        tables = {name: conform(name, read_table(folder / f"{name}.parquet")) for name in names}
    except (ContractError, KeyError):
        say("the last measurement of skill is of an older form and is not shown: run `make skill`")
        return nothing
    return LastSkill(tables, facts | {"is_current": facts["code"] == code_version()})
